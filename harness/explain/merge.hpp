#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/explain/contents.hpp"

namespace leakcheck::explain {

/// Marks the items of all piles; one that is in several belongs to the first of them.
PileOfNode number_items(const Scene& scene, const std::vector<Pile>& piles);

/// By what the best of several piles is chosen: the pattern, whether the items were counted in one
/// container, whose variable it is, the bytes of the items alone: those of a table jump when it
/// grows, and an identity must not hang on that. Of two alike the older one is the best.
struct Rank {
  std::size_t rule = 0;
  bool is_counted = false;
  heap::Origin origin = heap::Origin::unknown;
  std::int64_t bytes = 0;
  std::uint64_t id = 0;  ///< V8's, of the container
};

/// Piles that show one graph of objects.
struct Group {
  std::size_t best = 0;
  std::vector<std::size_t> others;
  bool is_answered = true;  ///< the rules have seen the best pile as it is now
};

/// Piles belong together when half of the items of one are items of the other, are held by them
/// alone, or hold them.
std::vector<Group> merge_piles(const Scene& scene, const std::vector<Pile>& piles,
                               const std::vector<Contents>& contents, const PileOfNode& pile_of,
                               const std::vector<Rank>& ranks);

}  // namespace leakcheck::explain
