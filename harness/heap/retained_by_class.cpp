#include "harness/heap/retained_by_class.hpp"

namespace leakcheck::heap {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

class Walk {
 public:
  Walk(const Dominators& dominators, const std::vector<std::uint32_t>& classes, std::size_t count)
      : dominators_(dominators),
        classes_(classes),
        retained_(count),
        openers_(count, kNone),
        first_child_(classes.size(), kNone),
        next_sibling_(classes.size(), kNone) {}

  std::vector<std::uint64_t> run() {
    link_children();
    std::uint32_t node = raw(kRoot);
    enter(node);
    for (;;) {
      if (first_child_[node] != kNone) {
        node = first_child_[node];
      } else {
        for (;; node = raw(dominators_.parents[node])) {
          leave(node);
          if (node == raw(kRoot)) return std::move(retained_);
          if (next_sibling_[node] != kNone) break;
        }
        node = next_sibling_[node];
      }
      enter(node);
    }
  }

 private:
  /// A leaf of the tree whose class has only leaves is in no other of its class: it is added here,
  /// and not walked to.
  void link_children() {
    const auto count = static_cast<std::uint32_t>(classes_.size());
    std::vector<bool> has_children(count);
    for (std::uint32_t node = 1; node < count; ++node)
      has_children[raw(dominators_.parents[node])] = true;
    std::vector<bool> has_inner(retained_.size());
    for (std::uint32_t node = 0; node < count; ++node)
      if (has_children[node] && classes_[node] != kNoClass) has_inner[classes_[node]] = true;
    for (std::uint32_t node = count; node-- > 1;) {
      const std::uint32_t number = classes_[node];
      if (!has_children[node] && (number == kNoClass || !has_inner[number])) {
        if (number != kNoClass && dominators_.shallow_sizes[node] != 0)
          retained_[number] += dominators_.retained_sizes[node];
        continue;
      }
      std::uint32_t& first = first_child_[raw(dominators_.parents[node])];
      next_sibling_[node] = first;
      first = node;
    }
  }

  void enter(std::uint32_t node) {
    const std::uint32_t number = classes_[node];
    if (number == kNoClass || openers_[number] != kNone || dominators_.shallow_sizes[node] == 0)
      return;
    retained_[number] += dominators_.retained_sizes[node];
    openers_[number] = node;
  }
  void leave(std::uint32_t node) {
    const std::uint32_t number = classes_[node];
    if (number != kNoClass && openers_[number] == node) openers_[number] = kNone;
  }

  const Dominators& dominators_;
  const std::vector<std::uint32_t>& classes_;
  std::vector<std::uint64_t> retained_;
  std::vector<std::uint32_t> openers_;  // of each class: the object that is being walked through
  std::vector<std::uint32_t> first_child_;
  std::vector<std::uint32_t> next_sibling_;
};

}  // namespace

std::vector<std::uint64_t> retained_by_class(const Dominators& dominators,
                                             const std::vector<std::uint32_t>& classes,
                                             std::size_t count) {
  if (classes.empty()) return std::vector<std::uint64_t>(count);
  return Walk(dominators, classes, count).run();
}

}  // namespace leakcheck::heap
