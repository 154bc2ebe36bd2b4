#include "harness/heap/lazy_text.hpp"

#include <algorithm>
#include <functional>

#include "harness/heap/string_text.hpp"

namespace leakcheck::heap {
namespace {

std::uint32_t hash_of(std::string_view text) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>()(text));
}

}  // namespace

std::string LazyText::text(StringIndex index) {
  if (raw(index) >= starts_.size()) return "";
  const std::size_t start = starts_[raw(index)];
  std::size_t end = start;
  while (section_[end] != '"') end += section_[end] == '\\' ? 2 : 1;
  return decode_string(std::string_view(section_).substr(start, end - start));
}

std::optional<StringIndex> LazyText::find(std::string_view wanted) {
  if (by_hash_.empty()) {
    by_hash_.reserve(starts_.size());
    for (std::uint32_t i = 0; i < string_count(); ++i)
      by_hash_.emplace_back(hash_of(text(StringIndex{i})), i);
    std::sort(by_hash_.begin(), by_hash_.end());
  }
  const std::uint32_t hash = hash_of(wanted);
  for (auto at = std::lower_bound(by_hash_.begin(), by_hash_.end(), std::pair(hash, 0U));
       at != by_hash_.end() && at->first == hash; ++at)
    if (text(StringIndex{at->second}) == wanted) return StringIndex{at->second};
  return std::nullopt;
}

}  // namespace leakcheck::heap
