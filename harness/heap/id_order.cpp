#include "harness/heap/id_order.hpp"

#include <algorithm>
#include <array>

namespace leakcheck::heap {
namespace {

constexpr unsigned kDigitBits = 11;  // three passes for 32 bits

void sort_by_digit(const std::vector<std::uint64_t>& from, std::vector<std::uint64_t>& to,
                   unsigned shift) {
  constexpr std::uint64_t kMask = (1U << kDigitBits) - 1;
  std::array<std::uint32_t, (1U << kDigitBits) + 1> starts{};
  for (const std::uint64_t entry : from) ++starts[((entry >> shift) & kMask) + 1];
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  for (const std::uint64_t entry : from) to[starts[(entry >> shift) & kMask]++] = entry;
}

}  // namespace

IdOrder::IdOrder(const HeapGraph& graph) {
  const auto& ids = graph.columns().ids;
  entries_.resize(ids.size());
  std::uint32_t all = 0;
  for (std::uint32_t node = 0; node < ids.size(); ++node) {
    entries_[node] = std::uint64_t{ids[node]} << 32U | node;
    all |= ids[node];
  }
  if (std::is_sorted(entries_.begin(), entries_.end())) return;
  std::vector<std::uint64_t> other(entries_.size());
  for (unsigned shift = 0; shift < 32 && all >> shift != 0; shift += kDigitBits) {
    sort_by_digit(entries_, other, 32 + shift);
    entries_.swap(other);
  }
}

NodeIndex IdOrder::find(std::uint32_t id) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), std::uint64_t{id} << 32U);
  if (at == entries_.end() || *at >> 32U != id) return kNoNode;
  return NodeIndex{static_cast<std::uint32_t>(*at)};
}

}  // namespace leakcheck::heap
