#include "harness/heap/retainer_path.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/heap/heap_builder.hpp"

TEST_SUITE_BEGIN("retainer_path");

using namespace leakcheck::heap;

namespace {

/// So many plain objects within each other, held by the global object; `name_of` gives the
/// property that holds each. What is left of the path to the innermost.
template <typename NameOf>
std::vector<Hop> path_to_innermost(int depth, NameOf name_of) {
  HeapBuilder heap;
  HeapBuilder::Node at = HeapBuilder::global();
  for (int i = 0; i < depth; ++i) {
    const auto next = heap.object("Object");
    heap.property(at, name_of(i), next);
    at = next;
  }
  const HeapGraph graph = heap.graph();
  return RootPaths(graph).informative_path_to(NodeIndex{at});
}

}  // namespace

TEST_CASE("a linked list is told by its first hops, its last, and how many are between") {
  const auto path = path_to_innermost(1000, [](int) { return std::string("next"); });
  REQUIRE(path.size() == 3);
  CHECK(path[2].collapsed == 998);
}

TEST_CASE("properties of unlike names are no chain, however deep they are") {
  // The square of this many steps would not come to an end.
  constexpr int kDepth = 100'000;
  const auto path = path_to_innermost(kDepth, [](int i) { return "key" + std::to_string(i); });
  CHECK(path.size() == kDepth + 1);
}

TEST_CASE("a chain of three unlike properties collapses in rounds of three") {
  const auto path = path_to_innermost(300, [](int i) {
    return std::string(i % 3 == 0 ? "left" : i % 3 == 1 ? "up" : "right");
  });
  std::uint32_t collapsed = 0;
  for (const Hop& hop : path) collapsed += hop.collapsed;
  CHECK(collapsed > 280);
  CHECK(path.size() + collapsed == 301);
}

TEST_SUITE_END();
