#include "harness/explain/judge_finding.hpp"

#include <algorithm>

namespace leakcheck::explain {
namespace {

constexpr std::int64_t kMany = 100;
constexpr std::int64_t kSome = 20;
/// A cache with a bound that is filling may gain less than this; what is seen once has to gain
/// more.
constexpr std::int64_t kManyAtOnce = 250;
/// What can't be counted is judged by its size.
constexpr std::int64_t kManyBytes = 65536;
constexpr std::int64_t kSomeBytes = 16384;

}  // namespace

model::Confidence judge_finding(const Scene& scene, const Pile& pile, const Match& match,
                                heap::Origin origin) {
  using model::Confidence;
  const bool is_owned =
      match.is_nodes_list || origin == heap::Origin::own || origin == heap::Origin::library;
  const bool counted = !pile.items.empty();
  const bool many = counted ? pile.growth >= kMany : pile.bytes >= kManyBytes;
  const bool some = counted ? pile.growth >= kSome : pile.bytes >= kSomeBytes;
  const bool stays = pile.lost * 10 <= pile.growth;
  if (!is_owned || !some) return Confidence::low;
  if (!scene.by_id()) {
    const bool grew = scene.comparison == nullptr || pile.class_growth >= kSome;
    return std::min(grew ? Confidence::medium : Confidence::low, match.most);
  }
  // A store of numbers grows now and then only.
  if (counted && !pile.grew_last) return Confidence::low;
  int missing = stays ? 0 : 1;
  if (scene.snapshots.size() > 2)
    missing += (many ? 0 : 1) + (pile.at_every_step ? 0 : 1);
  else if (counted ? pile.growth < kManyAtOnce || pile.lost > 0 : !many)
    ++missing;
  const Confidence sure = missing == 0   ? Confidence::high
                          : missing == 1 ? Confidence::medium
                                         : Confidence::low;
  return std::min(sure, match.most);
}

}  // namespace leakcheck::explain
