#include "harness/heap/redact.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "harness/base/file.hpp"
#include "harness/heap/load_snapshot.hpp"
#include "tests/unit/heap/heap_builder.hpp"
#include "tests/unit/heap/scratch.hpp"

using namespace leakcheck;
using namespace leakcheck::heap;

namespace fs = std::filesystem;

namespace {

constexpr const char* kSecret = "s3cret";

std::string redact(const fs::path& in, const fs::path& out) {
  const auto done = redact_snapshot(in, out);
  REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
  const auto text = load_file(out);
  REQUIRE(text.has_value());
  return *text;
}

HeapGraph load(const fs::path& path) {
  auto graph = load_snapshot(path);
  REQUIRE_MESSAGE(graph.has_value(), (graph ? "" : graph.error().message));
  return std::move(*graph);
}

/// Nodes and edges are the same, but for the strings that name nodes.
void check_same_graph(const HeapGraph& a, const HeapGraph& b) {
  CHECK(a.columns().types == b.columns().types);
  CHECK(a.columns().ids == b.columns().ids);
  CHECK(a.columns().self_sizes == b.columns().self_sizes);
  CHECK(a.columns().large_sizes == b.columns().large_sizes);
  CHECK(a.columns().first_edges == b.columns().first_edges);
  CHECK(a.columns().edges == b.columns().edges);
  CHECK(a.columns().locations.size() == b.columns().locations.size());
  for (std::uint32_t i = 0; i < a.edge_count(); ++i)
    REQUIRE(a.edge_name_or_index(EdgeIndex{i}) == b.edge_name_or_index(EdgeIndex{i}));
}

}  // namespace

TEST_CASE("Redact: contents of all kinds go; names, graph, ids and sizes stay") {
  HeapBuilder heap;
  const auto script = heap.script("/app/server.cjs");
  const auto handler = heap.closure("handler", script, 4, 2);
  const auto user = heap.object("User", {{"token", heap.string(kSecret)}});
  const auto path = heap.string("/app/server.cjs");
  const auto cons = heap.add(NodeType::cons_string, std::string("cons ") + kSecret);
  const auto sliced = heap.add(NodeType::sliced_string, std::string("sliced ") + kSecret);
  const auto number = heap.add(NodeType::number, "4815162342");
  const auto bigint = heap.add(NodeType::bigint, "314159265358979");
  const auto regexp = heap.add(NodeType::regexp, std::string("^") + kSecret);
  const auto symbol = heap.add(NodeType::symbol, "kState");
  const auto empty = heap.add(NodeType::cons_string, "(concatenated string)");
  for (const auto node : {handler, user, path, cons, sliced, number, bigint, regexp, symbol, empty})
    heap.property(heap.global(), "of" + std::to_string(node), node);
  heap.string(std::string("{\"quoted\": \"") + kSecret + "\u00e9\U0001F600\"}");
  heap.set_self_size(cons, 5ULL << 32U);

  const Scratch scratch;
  for (const Layout layout : {Layout::node18, Layout::node20, Layout::node22, Layout::node24}) {
    const fs::path in = scratch.file("in", heap.text(layout));
    const std::string text = redact(in, scratch.path("out"));
    for (const char* gone : {kSecret, "4815162342", "314159265358979", "quoted"})
      CHECK(text.find(gone) == std::string::npos);
    const HeapGraph before = load(in);
    const HeapGraph after = load(scratch.path("out"));
    check_same_graph(before, after);
    for (const auto node : {script, handler, user, path, symbol, empty})
      CHECK(after.name_text(NodeIndex{node}) == before.name_text(NodeIndex{node}));
    const std::string shown = after.name_text(NodeIndex{cons});
    CHECK(shown.starts_with("(string "));
    CHECK(shown.ends_with(", 11 characters)"));
  }
}

TEST_CASE("Redact: a text that is name and value gets a second index; copies stay copies") {
  HeapBuilder heap;
  const auto first = heap.string("admin");
  const auto second = heap.string("admin");
  const auto other = heap.string("other");
  const auto object = heap.object("admin", {{"admin", first}, {"b", second}, {"c", other}});
  heap.property(heap.global(), "object", object);
  const Scratch scratch;
  const std::string text = redact(scratch.file("in", heap.text()), scratch.path("out"));
  const HeapGraph graph = load(scratch.path("out"));
  const HeapGraph before = heap.graph();
  check_same_graph(before, graph);
  CHECK(graph.name_text(NodeIndex{object}) == "admin");
  CHECK(graph.edge_name(*graph.edges(NodeIndex{object}).begin()) == "admin");
  CHECK(graph.name_text(NodeIndex{first}).starts_with("(string "));
  CHECK(graph.name(NodeIndex{first}) == graph.name(NodeIndex{second}));
  CHECK(graph.name(NodeIndex{first}) != graph.name(NodeIndex{other}));
  CHECK(raw(graph.name(NodeIndex{first})) >= before.string_count());
}

TEST_CASE("Redact: the name of a WeakMap's pair repeats no value, and is a pair's name still") {
  for (const std::string& value :
       {std::string(kSecret), ") -> value (" + std::string(kSecret) + " @7",
        std::string(kSecret) + ") pair in WeakMap (table @3)", "\n" + std::string(kSecret)}) {
    HeapBuilder heap;
    const auto table = heap.add(NodeType::array, "");
    const auto key = heap.object("Key \"quoted\"");
    const auto content = heap.string(value);
    heap.property(heap.global(), "key", key).internal(heap.global(), "table", table);
    heap.weak_map_pair(table, key, content);
    const Scratch scratch;
    const std::string text = redact(scratch.file("in", heap.text()), scratch.path("out"));
    CHECK(text.find(kSecret) == std::string::npos);
    const HeapGraph graph = load(scratch.path("out"));
    const EdgeIndex edge = *graph.edges(NodeIndex{table}).begin();
    CHECK(graph.is_weak_map_table_side(edge));
    CHECK(graph.edge_name(edge).find("part of key (Key \"quoted\" @") != std::string::npos);
  }
}

TEST_CASE("Redact: the copy is for its owner only, is never the input, and is whole or not there") {
  const Scratch scratch;
  HeapBuilder heap;
  heap.string(kSecret);
  const std::string text = heap.text();
  const fs::path in = scratch.file("in", text);
  redact(in, scratch.path("out"));
  struct stat status {};
  REQUIRE(stat(scratch.path("out").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);

  fs::create_symlink("in", scratch.path("link"));
  fs::create_hard_link(in, scratch.path("hard"));
  for (const char* same : {"in", "link", "hard"}) {
    const auto refused = redact_snapshot(in, scratch.path(same));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == ErrorKind::usage);
  }
  CHECK(*load_file(in) == text);

  const fs::path cut = scratch.file("cut", text.substr(0, text.size() - 5));
  CHECK(redact_snapshot(cut, scratch.path("none")).error().kind == ErrorKind::io);
  CHECK(redact_snapshot(scratch.path("nowhere"), scratch.path("none")).error().kind ==
        ErrorKind::io);
  CHECK(redact_snapshot("-", scratch.path("none")).error().kind == ErrorKind::usage);
  CHECK(redact_snapshot(in, "/proc/nowhere/out").error().kind == ErrorKind::report);
  CHECK(redact_snapshot(in, "/dev/null").error().kind == ErrorKind::report);
  CHECK_FALSE(fs::exists(scratch.path("none")));
  CHECK(scratch.count_files() == 5);  // in, out, link, hard, cut: nothing half written
}

TEST_CASE("Redact: a section that is not known is left out") {
  const Scratch scratch;
  std::string text = HeapBuilder().text(Layout::node24);
  const std::string samples = "\"samples\":[]";
  text.replace(text.find(samples), samples.size(),
               samples + ",\"note\":[\"" + kSecret + "\"],\"trace_tree\":[1,[2,[3]]]");
  const std::string copy = redact(scratch.file("in", text), scratch.path("out"));
  CHECK(copy.find("note") == std::string::npos);
  CHECK(copy.find("\"trace_tree\":[1,[2,[3]]]") != std::string::npos);
  check_same_graph(load(scratch.path("in")), load(scratch.path("out")));
}
