#include "harness/heap/load_snapshot.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <zstd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness/base/file.hpp"
#include "tests/unit/heap/heap_builder.hpp"
#include "tests/unit/heap/scratch.hpp"

using namespace leakcheck;
using namespace leakcheck::heap;

namespace fs = std::filesystem;

namespace {

/// Everything that a graph says, as text: two that are equal have the same.
std::string describe(const HeapGraph& graph) {
  std::string text;
  for (std::uint32_t i = 0; i < graph.node_count(); ++i) {
    const NodeIndex node{i};
    text += std::to_string(static_cast<int>(graph.type(node))) + ' ' + graph.name_text(node) + ' ' +
            std::to_string(graph.id(node)) + ' ' + std::to_string(graph.self_size(node));
    if (const auto at = graph.location(node)) text += " line " + std::to_string(at->line);
    for (const EdgeIndex edge : graph.edges(node))
      text += "\n  " + std::to_string(static_cast<int>(graph.edge_type(edge))) + ' ' +
              graph.edge_name(edge) + " -> " + std::to_string(raw(graph.target(edge))) +
              (graph.is_weak_map_table_side(edge) ? " table side" : "");
    text += '\n';
  }
  return text;
}

/// A heap of some thousand nodes, so that a file has many blocks of edge names.
HeapBuilder varied_heap(int objects) {
  HeapBuilder heap;
  const auto script = heap.script("/app/a.cjs");
  const auto table = heap.add(NodeType::array, "");
  for (int i = 0; i < objects; ++i) {
    const auto value = heap.string("value \"" + std::to_string(i) + "\" \u00e9\U0001F600");
    const auto object = heap.object("Class" + std::to_string(i % 7), {{"value", value}});
    heap.element(heap.global(), static_cast<std::uint32_t>(i), object);
    heap.variable(heap.context({{"x", object}}), "y" + std::to_string(i), value);
    if (i % 50 == 0) heap.weak_map_pair(table, object, value);
    if (i % 90 == 0) heap.closure("f", script, static_cast<std::uint32_t>(i), 2);
    if (i % 500 == 0) heap.set_self_size(value, (5ULL << 32U) + static_cast<std::uint64_t>(i));
  }
  return heap;
}

std::string compress(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 1));
  return packed;
}

HeapGraph load(const fs::path& path, unsigned threads = 0) {
  LoadOptions options;
  options.threads = threads;
  auto graph = load_snapshot(path, options);
  REQUIRE_MESSAGE(graph.has_value(), (graph ? "" : graph.error().message));
  return std::move(*graph);
}

Error refuse(const std::string& text) {
  auto graph = load_snapshot_text(text);
  REQUIRE_FALSE(graph.has_value());
  CHECK(graph.error().kind == ErrorKind::io);
  CHECK_FALSE(graph.error().hint.empty());
  return graph.error();
}

bool says(const Error& error, const std::string& words) {
  const bool found = error.message.find(words) != std::string::npos;
  if (!found) MESSAGE(error.message);
  return found;
}

std::string replaced(std::string text, const std::string& old, const std::string& by) {
  const auto at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), by);
}

}  // namespace

TEST_CASE(
    "LoadSnapshot: a file, a text, zstd and a FIFO give the same graph "
    "with any threads") {
  const Scratch scratch;
  const HeapBuilder heap = varied_heap(6000);
  for (const Layout layout : {Layout::node20, Layout::node24}) {
    const std::string text = heap.text(layout);
    const std::string expected = describe(heap.graph(layout));
    const fs::path path = scratch.file("a.heapsnapshot", text);
    CHECK(describe(load(path, 1)) == expected);
    CHECK(describe(load(path, 2)) == expected);
    CHECK(describe(load(path, 5)) == expected);
    CHECK(describe(load(scratch.file("a.zst", compress(text)))) == expected);

    const fs::path fifo = scratch.path("fifo");
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    std::jthread writer([&] {
      std::FILE* pipe = std::fopen(fifo.c_str(), "w");
      std::fwrite(text.data(), 1, text.size(), pipe);
      std::fclose(pipe);
    });
    CHECK(describe(load(fifo)) == expected);
    writer.join();
    fs::remove(fifo);
  }
}

TEST_CASE("LoadSnapshot: a snapshot cut off anywhere is an error, and never more") {
  HeapBuilder heap;
  heap.closure("f", heap.script("/app/a.cjs"), 1, 2);
  heap.weak_map_pair(heap.add(NodeType::array, ""), heap.object("K"), heap.object("V"));
  const Scratch scratch;
  for (const Layout layout : {Layout::node20, Layout::node24}) {
    const std::string text = heap.text(layout);
    const std::string packed = compress(text);
    for (std::size_t size = 0; size < text.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(load_snapshot_text(text.substr(0, size)).has_value());
    }
    for (std::size_t size = 0; size < packed.size(); ++size)
      CHECK_FALSE(load_snapshot_text(packed.substr(0, size)).has_value());
    const fs::path path = scratch.file("a.heapsnapshot", text);
    for (std::size_t size = text.size(); size-- > 0;) {
      fs::resize_file(path, size);
      CHECK_FALSE(load_snapshot(path).has_value());
    }
  }
}

TEST_CASE("LoadSnapshot: what is wrong is said with its byte and a cure") {
  const std::string text = HeapBuilder().text(Layout::node24);
  REQUIRE(load_snapshot_text(text).has_value());
  const auto nodes_at = [&](std::size_t more) {
    return "at byte " + std::to_string(text.find("\"nodes\":[") + 9 + more);
  };
  const auto with_first_node = [&](const std::string& row) {
    return refuse(replaced(text, "\"nodes\":[9,1,1,0,2,0", "\"nodes\":[" + row));
  };
  CHECK(says(with_first_node("-9,1,1,0,2,0"), "a negative number in nodes " + nodes_at(0)));
  CHECK(says(with_first_node("9,1.5,1,0,2,0"), "a fraction in nodes " + nodes_at(2)));
  CHECK(
      says(with_first_node("9,1,99999999999999999999,0,2,0"), "too large in nodes " + nodes_at(4)));
  CHECK(says(with_first_node("9,1,4294967296,0,2,0"), "out of its range in nodes " + nodes_at(4)));
  CHECK(says(with_first_node("77,1,1,0,2,0"), "out of its range in nodes " + nodes_at(0)));
  CHECK(says(with_first_node("9,1,1,0,3,0"), "its nodes count 4 edges, but there are 3"));
  CHECK(says(with_first_node("9,999,1,0,2,0"), "node 0 is named by string 999"));
  CHECK(says(refuse(replaced(text, "\"edges\":[1,1,6", "\"edges\":[1,1,7")), "in edges"));
  CHECK(says(refuse(replaced(text, "\"edges\":[1,1,6", "\"edges\":[1,1,18")), "in edges"));
  CHECK(says(refuse(replaced(text, "\"edges\":[1,1,6", "\"edges\":[2,999,6")),
             "edge 0 is named by string 999"));
  CHECK(says(refuse(replaced(text, "\"node_count\":3", "\"node_count\":2")), "more rows"));
  CHECK(says(refuse(replaced(text, "\"node_count\":3", "\"node_count\":4")), "says 4 nodes"));
  CHECK(
      says(refuse(replaced(text, "\"node_count\":3", "\"node_count\":999999999")), "are the most"));
  CHECK(says(refuse(replaced(text, "\"self_size\"", "\"size\"")), "has no self_size"));
  CHECK(says(refuse(replaced(text, "\"strings\":", "\"words\":")), "no section \"strings\""));
  CHECK(says(refuse(replaced(text, "\"samples\":", "\"locations\":")), "second section"));
  CHECK(says(refuse(text + "x"), "behind the snapshot at byte " + std::to_string(text.size())));
  CHECK(says(refuse("{\"name\":\"app\",\"version\":1}"), "no section \"snapshot\""));
}

TEST_CASE("LoadSnapshot: what is not there, or is something else, is said to be so") {
  const Scratch scratch;
  const auto error_of = [](const fs::path& path) {
    auto graph = load_snapshot(path);
    REQUIRE_FALSE(graph.has_value());
    CHECK(says(graph.error(), "cannot read " + path.string()));
    return graph.error();
  };
  CHECK(says(error_of(scratch.path("none.heapsnapshot")), "No such file"));
  CHECK(says(error_of(scratch.path("")), "folder"));
  CHECK(says(error_of(scratch.file("empty", "")), "it is empty"));
  CHECK(says(error_of(scratch.file("text", "hello")), "it is not JSON"));
  CHECK(says(error_of(scratch.file("profile", "{\"nodes\":[{\"id\":1}]}")), "CPU profile"));
  CHECK(says(error_of(scratch.file("packed", "\x1f\x8b\b")), "compressed with gzip"));
}

TEST_CASE("LoadSnapshot: sections and fields that are not known are passed over") {
  HeapBuilder heap;
  heap.closure("f", heap.script("/app/a.cjs"), 1, 2);
  const std::string text = heap.text(Layout::node24);
  const std::string expected = describe(heap.graph(Layout::node24));
  const std::string more = replaced(
      text, "\"samples\":[]",
      R"("scopes":[1,[2,{"a":"]}\"\\"}]],"samples":[],"note":"a, \"b\" ]","none":null,"n":-1.5e3)");
  CHECK(describe(*load_snapshot_text(more)) == expected);
}

TEST_CASE("LoadSnapshot: a file that changes afterwards costs texts, and says so") {
  const Scratch scratch;
  const HeapBuilder heap = varied_heap(6000);
  const fs::path path = scratch.file("a.heapsnapshot", heap.text());
  const HeapGraph graph = load(path);
  fs::resize_file(path, 10);
  CHECK(graph.text(StringIndex{5}).empty());
  CHECK(graph.edge_name_or_index(EdgeIndex{5000}) == 0);
  CHECK(graph.read_failed());
}
