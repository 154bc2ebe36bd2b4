#include "harness/heap/classes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

#include "tests/unit/heap/heap_builder.hpp"

using namespace leakcheck::heap;

namespace {

const ClassRow* find_row(const std::vector<ClassRow>& rows, std::string_view name,
                         std::string_view place = "") {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const ClassRow& row) {
    return row.name == name && row.place == place;
  });
  return found == rows.end() ? nullptr : &*found;
}

/// A chain of three of a class, each holding the next, and one beside it.
HeapBuilder make_chain() {
  HeapBuilder heap;
  const auto third = heap.object("Link", {}, 10);
  const auto second = heap.object("Link", {{"next", third}}, 20);
  const auto first = heap.object("Link", {{"next", second}}, 30);
  heap.property(HeapBuilder::global(), "first", first);
  heap.property(HeapBuilder::global(), "beside", heap.object("Link", {}, 5));
  return heap;
}

}  // namespace

TEST_CASE("Classes: objects count by constructor, all else by V8's type") {
  HeapBuilder heap;
  const auto global = HeapBuilder::global();
  heap.property(global, "user", heap.object("User", {}, 24));
  heap.property(global, "text", heap.string("hello"));
  heap.property(global, "code", heap.add(NodeType::code, "(instruction stream)", 64));
  heap.property(global, "pattern", heap.add(NodeType::regexp, "/a/", 56));
  heap.property(global, "run", heap.add(NodeType::closure, "run", 64));
  heap.property(global, "big", heap.add(NodeType::bigint, "bigint", 24));
  heap.property(global, "joined", heap.add(NodeType::cons_string, "", 32));
  heap.property(global, "div", heap.add(NodeType::native, "<div id=\"a\">", 40));
  const auto rows = summarise_classes(heap.snapshot());
  for (const char* name : {"User", "(string)", "(compiled code)", "RegExp", "Function", "(bigint)",
                           "(concatenated string)", "<div>"}) {
    CAPTURE(name);
    REQUIRE(find_row(rows, name) != nullptr);
    CHECK(find_row(rows, name)->count == 1);
  }
  CHECK(find_row(rows, "User")->shallow == 24);
  CHECK(find_row(rows, "hello") == nullptr);
}

TEST_CASE("Classes: constructors of one name at two places are two classes") {
  HeapBuilder heap;
  for (const std::uint32_t line : {3U, 3U, 9U}) {
    const auto user = heap.object("User");
    heap.locate(user, 7, line, 1);
    heap.property(HeapBuilder::global(), "user", user);
  }
  const auto rows = summarise_classes(heap.snapshot());
  REQUIRE(find_row(rows, "User", "7,3,1") != nullptr);
  CHECK(find_row(rows, "User", "7,3,1")->count == 2);
  REQUIRE(find_row(rows, "User", "7,9,1") != nullptr);
  CHECK(find_row(rows, "User", "7,9,1")->count == 1);
}

TEST_CASE("Classes: what an object of the class retains is not counted twice") {
  const auto rows = summarise_classes(make_chain().snapshot());
  REQUIRE(find_row(rows, "Link") != nullptr);
  CHECK(find_row(rows, "Link")->count == 4);
  CHECK(find_row(rows, "Link")->shallow == 65);
  CHECK(find_row(rows, "Link")->retained == 65);
}

TEST_CASE("Classes: the example is the object that retains most") {
  const Snapshot snapshot = make_chain().snapshot();
  const auto rows = summarise_classes(snapshot);
  CHECK(snapshot.dominators.retained_size(find_row(rows, "Link")->example) == 60);
}

TEST_CASE("Classes: plain objects of like properties are one class, rare ones stay Object") {
  HeapBuilder heap;
  const auto text = heap.string("x");
  for (int i = 0; i < 3; ++i)
    heap.property(HeapBuilder::global(), "o" + std::to_string(i),
                  heap.object("Object", {{"url", text}, {"body", text}}));
  heap.property(HeapBuilder::global(), "more",
                heap.object("Object", {{"body", text}, {"extra", text}, {"url", text}}));
  heap.property(HeapBuilder::global(), "other", heap.object("Object", {{"alone", text}}));
  const auto rows = summarise_classes(heap.snapshot());
  REQUIRE(find_row(rows, "{url, body}") != nullptr);
  CHECK(find_row(rows, "{url, body}")->count == 4);  // one has both, and more
  REQUIRE(find_row(rows, "Object") != nullptr);
  CHECK(find_row(rows, "Object")->count == 1);
}

TEST_CASE("Classes: a property whose name could be misread stands in quotes") {
  HeapBuilder heap;
  const auto text = heap.string("x");
  for (int i = 0; i < 2; ++i)
    heap.property(HeapBuilder::global(), "o" + std::to_string(i),
                  heap.object("Object", {{"a,b", text}, {"c\"d", text}}));
  const auto rows = summarise_classes(heap.snapshot());
  CHECK(find_row(rows, R"({"a,b", "c\"d"})") != nullptr);
}

TEST_CASE("Shapes: at most eight properties are named") {
  HeapBuilder heap;
  const auto text = heap.string("x");
  HeapBuilder::Fields fields;
  for (const char c : std::string("abcdefghij")) fields.emplace_back(std::string(1, c), text);
  for (int i = 0; i < 2; ++i)
    heap.property(HeapBuilder::global(), "o" + std::to_string(i), heap.object("Object", fields));
  const Snapshot snapshot = heap.snapshot();
  const auto rows = summarise_shapes(snapshot, find_classes(snapshot.graph));
  REQUIRE(find_row(rows, "{a, b, c, d, e, f, g, h, …}") != nullptr);
  CHECK(find_row(rows, "{a, b, c, d, e, f, g, h, …}")->count == 2);
}

TEST_CASE("Classes: native objects that only what is detached leads to are Detached") {
  HeapBuilder heap;
  const auto child = heap.add(NodeType::native, "Text", 8);
  const auto lost = heap.add(NodeType::native, "Frame", 8);
  heap.set_detachedness(lost, Detachedness::detached);
  heap.internal(lost, "child", child);
  heap.property(HeapBuilder::global(), "lost", lost);
  const auto both = heap.add(NodeType::native, "Shared", 8);
  const auto there = heap.add(NodeType::native, "Window", 8);
  heap.set_detachedness(there, Detachedness::attached);
  heap.internal(there, "shared", both);
  heap.internal(lost, "shared", both);
  heap.property(HeapBuilder::global(), "there", there);
  const auto rows = summarise_classes(heap.snapshot());
  CHECK(find_row(rows, "Detached Frame") != nullptr);
  CHECK(find_row(rows, "Detached Text") != nullptr);
  CHECK(find_row(rows, "Window") != nullptr);
  CHECK(find_row(rows, "Shared") != nullptr);
  CHECK(find_row(rows, "Detached Shared") == nullptr);
}

TEST_CASE("Duplicate strings: copies of one text and one size, by what the copies cost") {
  HeapBuilder heap;
  for (int i = 0; i < 3; ++i)
    heap.property(HeapBuilder::global(), "a" + std::to_string(i),
                  heap.add(NodeType::string, "GET", 16));
  for (int i = 0; i < 2; ++i)
    heap.property(HeapBuilder::global(), "b" + std::to_string(i),
                  heap.add(NodeType::string, std::string(100, 'x'), 1000));
  // A long text is cut off by V8: another size is another text.
  heap.property(HeapBuilder::global(), "c",
                heap.add(NodeType::string, std::string(100, 'x'), 2000));
  const auto found = find_duplicate_strings(heap.snapshot());
  REQUIRE(found.size() == 2);
  CHECK(found[0].text == std::string(80, 'x') + "…");
  CHECK(found[0].copies == 2);
  CHECK(found[0].bytes == 2000);
  CHECK(found[1].text == "GET");
  CHECK(found[1].copies == 3);
}

TEST_CASE("Native owners: the nearest object that a program wrote, past views and containers") {
  HeapBuilder heap;
  const auto store = heap.add(NodeType::native, "system / JSArrayBufferData", 1000);
  const auto memory = heap.object("ArrayBuffer");
  heap.internal(memory, "backing_store", store);
  const auto view = heap.object("Buffer");
  heap.internal(view, "buffer", memory);
  const auto parts = heap.object("Array", {{"0", view}});
  heap.property(HeapBuilder::global(), "upload", heap.object("Upload", {{"parts", parts}}));
  const auto loose = heap.add(NodeType::native, "system / JSArrayBufferData", 10);
  const auto pool = heap.object("ArrayBuffer");
  heap.internal(pool, "backing_store", loose);
  heap.property(HeapBuilder::global(), "pool", pool);
  const auto owners = find_native_owners(heap.snapshot());
  REQUIRE(owners.size() == 2);
  CHECK(owners[0].name == "Upload");
  CHECK(owners[0].kind == "system / JSArrayBufferData");
  CHECK(owners[0].bytes == 1000);
  CHECK(owners[1].bytes == 10);
  CHECK(owners[1].name != "Upload");
}

TEST_CASE("Contexts: one that no root of V8's holds is detached") {
  HeapBuilder heap;
  const auto own = heap.add(NodeType::hidden, "system / NativeContext", 100);
  heap.internal(HeapBuilder::gc_roots(), "context", own);
  const auto other = heap.add(NodeType::hidden, "system / NativeContext", 100);
  heap.weak(HeapBuilder::gc_roots(), "context", other);
  heap.property(HeapBuilder::global(), "sandbox", other);
  const ContextCounts counts = count_contexts(heap.snapshot());
  CHECK(counts.native == 2);
  CHECK(counts.detached == 1);
}

TEST_CASE("Classes: the classes' shallow sizes add up to the root's retained size") {
  const Snapshot snapshot = make_chain().snapshot();
  std::uint64_t sum = 0;
  for (const auto& row : summarise_classes(snapshot)) sum += row.shallow;
  CHECK(sum == snapshot.dominators.retained_size(kRoot));
}
