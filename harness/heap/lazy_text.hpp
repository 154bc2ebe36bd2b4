#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/heap/indices.hpp"

namespace leakcheck::heap {

/// The strings of a snapshot and the names of its edges.
/// Thread: one at a time.
class LazyText {
 public:
  /// `section`: the bytes that hold the strings; `starts`: of each, the byte after its first quote.
  LazyText(std::string section, std::vector<std::uint64_t> starts,
           std::vector<std::uint32_t> edge_names)
      : section_(std::move(section)),
        starts_(std::move(starts)),
        edge_names_(std::move(edge_names)) {}

  std::uint32_t string_count() const { return static_cast<std::uint32_t>(starts_.size()); }
  std::string text(StringIndex index);
  std::uint32_t edge_name_or_index(EdgeIndex edge) { return edge_names_[raw(edge)]; }
  std::optional<StringIndex> find(std::string_view text);
  bool failed() const { return false; }

 private:
  std::string section_;
  std::vector<std::uint64_t> starts_;
  std::vector<std::uint32_t> edge_names_;
  /// Hash and index of every string, by hash; made when first needed.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> by_hash_;
};

}  // namespace leakcheck::heap
