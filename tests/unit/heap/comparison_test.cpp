#include "harness/heap/comparison.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "harness/heap/fan_out.hpp"
#include "harness/heap/id_order.hpp"
#include "tests/unit/heap/heap_builder.hpp"

using namespace leakcheck::heap;

namespace {

/// A service whose cache has so many users; objects that are older keep their ids.
HeapBuilder make_service(int users, std::uint32_t first_id = 1001, int idle = 40) {
  HeapBuilder heap;
  const auto cache = heap.map();
  heap.property(HeapBuilder::global(), "cache", cache);
  for (int i = 0; i < idle; ++i)
    heap.property(HeapBuilder::global(), "idle" + std::to_string(i),
                  heap.string("text " + std::to_string(i)));
  std::uint32_t id = first_id;
  const auto number = [&](HeapBuilder::Node node) { heap.set_id(node, id += 2); };
  for (int i = 0; i < users; ++i) {
    const auto key = heap.string("key " + std::to_string(i));
    number(key);
    const auto user = heap.object("User", {}, 48);
    number(user);
    heap.add_entry(cache, key, user);
  }
  return heap;
}

const ClassDelta* find_delta(const Comparison& comparison, const std::string& name) {
  const auto found = std::find_if(comparison.classes.begin(), comparison.classes.end(),
                                  [&](const auto& row) { return row.name == name; });
  return found == comparison.classes.end() ? nullptr : &*found;
}

Comparison compare_all(const std::vector<Snapshot>& snapshots) {
  std::vector<const Snapshot*> all;
  for (const auto& each : snapshots) all.push_back(&each);
  return compare(all);
}

std::vector<Snapshot> series_of(std::initializer_list<int> users) {
  std::vector<Snapshot> out;
  for (const int each : users) out.push_back(make_service(each).snapshot());
  return out;
}

}  // namespace

TEST_CASE("Comparison: what is new by id, by class, with its sizes") {
  const auto comparison = compare_all(series_of({2, 7}));
  CHECK(comparison.matching == Matching::by_id);
  const ClassDelta* user = find_delta(comparison, "User");
  REQUIRE(user != nullptr);
  CHECK(user->new_count == 5);
  CHECK(user->deleted_count == 0);
  CHECK(user->new_bytes == 5 * 48);
  CHECK(user->count_delta() == 5);
  CHECK(find_delta(comparison, "Map") == nullptr);
}

TEST_CASE("Comparison: what is gone is deleted, also when as many came") {
  std::vector<Snapshot> snapshots;
  snapshots.push_back(make_service(3, 1001).snapshot());
  snapshots.push_back(make_service(3, 5001).snapshot());
  const auto comparison = compare_all(snapshots);
  const ClassDelta* user = find_delta(comparison, "User");
  REQUIRE(user != nullptr);
  CHECK(user->new_count == 3);
  CHECK(user->deleted_count == 3);
  CHECK(user->bytes_delta() == 0);
}

TEST_CASE("Comparison: a Map that gained entries has grown by as many, though its table is new") {
  const auto snapshots = series_of({2, 7});
  const auto comparison = compare_all(snapshots);
  REQUIRE(comparison.grown.size() == 1);
  const GrownObject& map = comparison.grown.front();
  CHECK(snapshots[1].graph.name_text(map.after) == "Map");
  CHECK(map.fan_out_before == 2);
  CHECK(map.fan_out_after == 7);
  CHECK(map.retained_growth > 5 * 48);
}

TEST_CASE("Comparison: of three snapshots, what grew at every step is told from what grew once") {
  CHECK(find_delta(compare_all(series_of({2, 4, 7})), "User")->at_every_step);
  CHECK_FALSE(find_delta(compare_all(series_of({2, 7, 7})), "User")->at_every_step);
  CHECK_FALSE(find_delta(compare_all(series_of({2, 7})), "User")->at_every_step);
  CHECK(compare_all(series_of({2, 4, 7})).grown.front().at_every_step);
  CHECK_FALSE(compare_all(series_of({2, 7, 7})).grown.front().at_every_step);
}

TEST_CASE("Comparison: new nodes are marked") {
  const auto snapshots = series_of({2, 3});
  const auto comparison = compare_all(snapshots);
  const auto marked = std::count(comparison.is_new.begin(), comparison.is_new.end(), true);
  CHECK(marked == 2);  // a key and a user
}

TEST_CASE("Comparison: ids of another process are not believed, the surplus is told by class") {
  HeapBuilder other;
  for (int i = 0; i < 50; ++i)
    other.property(HeapBuilder::global(), "a" + std::to_string(i), other.object("User", {}, 48));
  std::vector<Snapshot> snapshots;
  snapshots.push_back(make_service(10).snapshot());
  snapshots.push_back(other.snapshot());
  const auto comparison = compare_all(snapshots);
  CHECK(comparison.matching == Matching::by_class);
  CHECK(comparison.matched_share < 0.5);
  CHECK(comparison.is_new.empty());
  CHECK(comparison.grown.empty());
  const ClassDelta* user = find_delta(comparison, "User");
  REQUIRE(user != nullptr);
  CHECK(user->new_count == 40);
  CHECK(user->deleted_count == 0);
  CHECK(find_delta(comparison, "Map")->deleted_count == 1);
}

TEST_CASE("Comparison: the same ids of other strings are another process's") {
  const auto make = [](const std::string& text) {
    HeapBuilder heap;
    for (int i = 0; i < 50; ++i)
      heap.property(HeapBuilder::global(), "a" + std::to_string(i),
                    heap.string(text + std::to_string(i)));
    return heap.snapshot();
  };
  std::vector<Snapshot> snapshots;
  snapshots.push_back(make("one "));
  snapshots.push_back(make("two "));
  const auto comparison = compare_all(snapshots);
  CHECK(comparison.matched_share > 0.9);
  CHECK(comparison.matching == Matching::by_class);
}

TEST_CASE("Comparison: plain objects have the names of the last snapshot in both") {
  const auto make = [](int count) {
    HeapBuilder heap;
    const auto text = heap.string("x");
    for (int i = 0; i < 30; ++i)
      heap.property(HeapBuilder::global(), "s" + std::to_string(i),
                    heap.string("s" + std::to_string(i)));
    for (int i = 0; i < count; ++i)
      heap.property(HeapBuilder::global(), "o" + std::to_string(i),
                    heap.object("Object", {{"url", text}}, 32));
    return heap.snapshot();
  };
  std::vector<Snapshot> snapshots;
  snapshots.push_back(make(1));  // alone, it has no name of its own
  snapshots.push_back(make(4));
  const auto comparison = compare_all(snapshots);
  const ClassDelta* row = find_delta(comparison, "{url}");
  REQUIRE(row != nullptr);
  CHECK(row->new_count == 3);
  CHECK(row->deleted_count == 0);
  CHECK(find_delta(comparison, "Object") == nullptr);
}

TEST_CASE("Fan-out: elements, properties and variables count, __proto__ does not") {
  HeapBuilder heap;
  const auto text = heap.string("x");
  const auto list = heap.array({text, text, text});
  heap.property(list, "__proto__", heap.object("Array"));
  const auto object = heap.object("Object", {{"a", text}, {"b", text}});
  const auto context = heap.context({{"one", text}});
  heap.property(HeapBuilder::global(), "list", list);
  heap.property(HeapBuilder::global(), "object", object);
  heap.property(HeapBuilder::global(), "context", context);
  const HeapGraph graph = heap.graph();
  CHECK(fan_out(graph, NodeIndex{list}) == 3);
  CHECK(fan_out(graph, NodeIndex{object}) == 2);
  CHECK(fan_out(graph, NodeIndex{context}) == 1);
}

TEST_CASE("Ids: sorted whatever their order, up to 32 bits, and found") {
  HeapBuilder heap;
  const std::vector<std::uint32_t> ids = {4294967294U, 3, 2049, 1, 4194305, 2, 70001};
  for (const std::uint32_t id : ids) {
    const auto node = heap.object("A");
    heap.set_id(node, id + 100 < id ? id : id + 100);
    heap.property(HeapBuilder::global(), "a", node);
  }
  const HeapGraph graph = heap.graph();
  const IdOrder order(graph);
  REQUIRE(order.size() == graph.node_count());
  for (std::size_t i = 1; i < order.size(); ++i) CHECK(order.id(i - 1) < order.id(i));
  for (std::size_t i = 0; i < order.size(); ++i) {
    CHECK(graph.id(order.node(i)) == order.id(i));
    CHECK(order.find(order.id(i)) == order.node(i));
  }
  CHECK(order.find(99) == kNoNode);
}
