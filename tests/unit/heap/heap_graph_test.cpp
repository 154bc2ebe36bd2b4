#include "harness/heap/heap_graph.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tests/unit/heap/heap_builder.hpp"

using namespace leakcheck::heap;

namespace {

/// The edge of `from` by that name; the test fails if there is none.
EdgeIndex edge_named(const HeapGraph& graph, std::uint32_t from, const std::string& name) {
  for (const EdgeIndex edge : graph.edges(NodeIndex{from}))
    if (graph.edge_name(edge) == name) return edge;
  FAIL("no edge ", name);
  return kNoEdge;
}

}  // namespace

TEST_CASE("HeapGraph: nodes and edges are what was written, in every release's layout") {
  HeapBuilder heap;
  const auto user = heap.add(NodeType::object, "User", 48);
  const auto shape = heap.add(NodeType::object_shape, "system / Map", 72);
  const auto name = heap.add(NodeType::cons_string, "Ann", 20);
  heap.property(heap.global(), "user", user).property(user, "name", name);
  heap.internal(user, "map", shape).element(user, 7, name).hidden(user, 3, shape);
  heap.weak(user, "cache", name).shortcut(heap.root(), "x", user);
  heap.variable(user, "y", name).set_detachedness(user, Detachedness::detached);
  for (const Layout layout : {Layout::node18, Layout::node20, Layout::node22, Layout::node24}) {
    CAPTURE(static_cast<int>(layout));
    const HeapGraph graph = heap.graph(layout);
    REQUIRE(graph.node_count() == 6);
    CHECK(graph.edge_count() == 11);
    const NodeIndex node{user};
    CHECK(graph.type(node) == NodeType::object);
    CHECK(graph.name_text(node) == "User");
    CHECK(graph.id(node) == heap.id(user));
    CHECK(graph.self_size(node) == 48);
    CHECK(graph.detachedness(node) == Detachedness::detached);
    CHECK(graph.type(NodeIndex{name}) == NodeType::cons_string);
    CHECK(graph.type(NodeIndex{shape}) ==
          (layout == Layout::node18 ? NodeType::hidden : NodeType::object_shape));
    CHECK(graph.detachedness(NodeIndex{name}) == Detachedness::unknown);

    std::vector<std::string> names;
    std::vector<EdgeType> types;
    std::vector<NodeIndex> targets;
    for (const EdgeIndex edge : graph.edges(node)) {
      names.push_back(graph.edge_name(edge));
      types.push_back(graph.edge_type(edge));
      targets.push_back(graph.target(edge));
      CHECK(graph.source(edge) == node);
    }
    CHECK(names == std::vector<std::string>{"name", "map", "[7]", "3", "cache", "y"});
    CHECK(types == std::vector{EdgeType::property, EdgeType::internal, EdgeType::element,
                               EdgeType::hidden, EdgeType::weak, EdgeType::context});
    CHECK(targets == std::vector{NodeIndex{name}, NodeIndex{shape}, NodeIndex{name},
                                 NodeIndex{shape}, NodeIndex{name}, NodeIndex{name}});
    CHECK(graph.source(EdgeIndex{0}) == kRoot);
    CHECK(graph.edge_type(EdgeIndex{2}) == EdgeType::shortcut);
  }
}

TEST_CASE("HeapGraph: strings of every kind come out as valid UTF-8") {
  HeapBuilder heap;
  const std::vector<std::string> texts{"",
                                       "a \"quoted\" \\ word",
                                       "two\nlines\tand a tab",
                                       "\u00e9\u20ac",
                                       "\U0001F600 smiles",
                                       "\x01\x7f"};
  std::vector<HeapBuilder::Node> nodes;
  for (const auto& text : texts) nodes.push_back(heap.string(text));
  const HeapGraph graph = heap.graph();
  for (std::size_t i = 0; i < texts.size(); ++i)
    CHECK(graph.name_text(NodeIndex{nodes[i]}) == texts[i]);
  CHECK(graph.find_string("\U0001F600 smiles") == graph.name(NodeIndex{nodes[4]}));
  CHECK(graph.find_string("<dummy>") == StringIndex{0});
  CHECK_FALSE(graph.find_string("not there").has_value());
  CHECK(graph.text(StringIndex{graph.string_count()}) == "");
  CHECK_FALSE(graph.read_failed());
}

TEST_CASE("HeapGraph: a node is found by its id, and closures have their place") {
  HeapBuilder heap;
  const auto script = heap.script("/app/server.cjs");
  const auto handler = heap.closure("handler", script, 41, 7);
  const auto native = heap.add(NodeType::native, "system / JSArrayBufferData", 1 << 20);
  heap.set_id(native, 4'294'967'294U);
  const HeapGraph graph = heap.graph();
  CHECK(graph.find_id(4'294'967'294U) == NodeIndex{native});
  CHECK(graph.find_id(heap.id(handler)) == NodeIndex{handler});
  CHECK_FALSE(graph.find_id(2).has_value());
  const auto place = graph.location(NodeIndex{handler});
  REQUIRE(place.has_value());
  CHECK(place->script_id == heap.script_id(script));
  CHECK(place->line == 41);
  CHECK(place->column == 7);
  CHECK_FALSE(graph.location(NodeIndex{script}).has_value());
}

TEST_CASE("HeapGraph: sizes of four gigabytes and more are kept whole") {
  HeapBuilder heap;
  const auto just_below = heap.add(NodeType::native, "a", UINT32_MAX - 1ULL);
  const auto at = heap.add(NodeType::native, "b", UINT32_MAX);
  const auto above = heap.add(NodeType::native, "c", 1ULL << 40U);
  const HeapGraph graph = heap.graph();
  CHECK(graph.self_size(NodeIndex{just_below}) == UINT32_MAX - 1ULL);
  CHECK(graph.self_size(NodeIndex{at}) == UINT32_MAX);
  CHECK(graph.self_size(NodeIndex{above}) == 1ULL << 40U);
  CHECK(graph.columns().large_sizes.size() == 2);
}

TEST_CASE("HeapGraph: of a WeakMap's pair the edge out of the table is told from the key's") {
  HeapBuilder heap;
  const auto table = heap.add(NodeType::array, "");
  const auto key = heap.object("Key");
  const auto value = heap.object("Value");
  heap.weak_map_pair(table, key, value).internal(table, "0", key);
  heap.property(key, "1 / part of key", value);
  const HeapGraph graph = heap.graph();
  std::vector<bool> table_side;
  for (const auto from : {table, key})
    for (const EdgeIndex edge : graph.edges(NodeIndex{from}))
      table_side.push_back(graph.is_weak_map_table_side(edge));
  CHECK(table_side == std::vector{true, false, false, false});
  CHECK(graph.target(edge_named(graph, table, "0")) == NodeIndex{key});
}
