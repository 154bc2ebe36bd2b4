#include "harness/heap/semi_nca.hpp"

#include <algorithm>
#include <utility>

namespace leakcheck::heap {
namespace {

/// The forest of the numbers above a limit that falls, each with the least semidominator on its way
/// up. Paths are shortened as they are walked.
class Forest {
 public:
  explicit Forest(const std::vector<std::uint32_t>& parents) : trees_(parents.size()) {
    for (std::size_t i = 0; i < parents.size(); ++i) trees_[i] = {parents[i], 0};
  }

  void link(std::uint32_t number, std::uint32_t semidominator) {
    trees_[number].least = semidominator;
  }

  /// Of `number` and its ancestors above `limit`; the number itself, when it is not above.
  std::uint32_t least(std::uint32_t number, std::uint32_t limit) {
    if (number <= limit) return number;
    if (trees_[number].ancestor > limit) shorten(number, limit);
    return trees_[number].least;
  }

 private:
  struct Tree {
    std::uint32_t ancestor;
    std::uint32_t least;
  };

  void shorten(std::uint32_t number, std::uint32_t limit) {
    for (; trees_[number].ancestor > limit; number = trees_[number].ancestor)
      path_.push_back(number);
    const Tree top = trees_[number];
    std::uint32_t least = top.least;
    for (; !path_.empty(); path_.pop_back()) {
      Tree& each = trees_[path_.back()];
      least = std::min(least, each.least);
      each = {top.ancestor, least};
    }
  }

  std::vector<Tree> trees_;
  std::vector<std::uint32_t> path_;
};

}  // namespace

std::vector<std::uint32_t> find_numbered_dominators(DepthFirst& order) {
  const auto count = static_cast<std::uint32_t>(order.parents.size());
  std::vector<std::uint32_t> dominators = std::move(order.parents);
  // The end of a number's predecessors makes room for its semidominator.
  std::vector<std::uint32_t> semidominators = std::move(order.ends);
  {
    Forest forest(dominators);
    for (std::uint32_t i = count - 1; i > 0; --i) {
      std::uint32_t semidominator = dominators[i];
      for (std::uint32_t p = semidominators[i]; p-- > semidominators[i - 1];)
        semidominator = std::min(semidominator, forest.least(order.predecessors[p], i));
      forest.link(i, semidominator);
      semidominators[i] = semidominator;
    }
    order.predecessors = {};
  }
  for (std::uint32_t i = 1; i < count; ++i)
    while (dominators[i] > semidominators[i]) dominators[i] = dominators[dominators[i]];
  return dominators;
}

}  // namespace leakcheck::heap
