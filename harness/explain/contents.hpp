#pragma once

#include <cstdint>
#include <vector>

#include "harness/explain/pile.hpp"

namespace leakcheck::explain {

/// What one item holds, seen by a short walk over what is new and no other item.
struct ItemContents {
  heap::NodeIndex item = heap::kNoNode;
  std::vector<heap::Hop> way_to_request;    ///< from the item (left out) to a request or response
  heap::NodeIndex request = heap::kNoNode;  ///< the item itself, or the end of that way
  heap::NodeIndex function =
      heap::kNoNode;                        ///< the first of the program's own, bound ones resolved
  heap::NodeIndex call = heap::kNoNode;     ///< the first call of an async function or generator
  heap::NodeIndex promise = heap::kNoNode;  ///< the first that is not settled
  heap::NodeIndex timer = heap::kNoNode;
  std::uint64_t bytes = 0;         ///< shallow, of all that was seen; at least what is retained
  std::uint64_t buffer_bytes = 0;  ///< outside V8's heap, of array buffers
  std::uint64_t slice_bytes = 0;   ///< of long strings that short ones are cut from
  std::vector<heap::NodeIndex> strings;  ///< whole ones: V8 does not give the text of others
  std::vector<std::uint32_t> piles;      ///< numbers of others whose items it holds
};

/// Of a sample of a pile's items.
struct Contents {
  std::vector<ItemContents> items;
  std::uint64_t bytes = 0;
  std::uint64_t buffer_bytes = 0;
  std::uint64_t slice_bytes = 0;

  /// Share of the items for which `test` holds.
  template <typename Test>
  double share(Test test) const {
    std::size_t count = 0;
    for (const ItemContents& item : items) count += test(item) ? 1 : 0;
    return items.empty() ? 0 : static_cast<double>(count) / static_cast<double>(items.size());
  }
  /// The first item for which `test` holds, or null.
  template <typename Test>
  const ItemContents* find(Test test) const {
    for (const ItemContents& item : items)
      if (test(item)) return &item;
    return nullptr;
  }
};

/// Which pile a node is an item of: its number + 1, or 0. Shape: of N.
using PileOfNode = std::vector<std::uint32_t>;

/// Looks into a sample of the items of piles[number].
/// Cost: some hundred nodes an item, some dozen items.
Contents look_into(const Scene& scene, const Pile& pile, std::uint32_t number,
                   const PileOfNode& pile_of);

/// The function that a person wrote: that of a bound one, or the listener of a once() wrapper.
heap::NodeIndex resolve_function(const Scene& scene, heap::NodeIndex closure);

/// IncomingMessage, ServerResponse and those of HTTP/2.
bool is_request(const Scene& scene, heap::NodeIndex node);

}  // namespace leakcheck::explain
