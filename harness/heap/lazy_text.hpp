#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/unique_fd.hpp"
#include "harness/heap/indices.hpp"
#include "harness/heap/snapshot_header.hpp"
#include "harness/heap/string_table.hpp"

namespace leakcheck::heap {

/// Edges to a block of those whose names are read again together.
constexpr std::uint32_t kEdgesInBlock = 4096;

/// The names of edges: in memory, or where in the file each kEdgesInBlock of them begin.
struct EdgeNames {
  std::vector<std::uint32_t> names;   ///< of every edge; empty: they are read again
  std::vector<std::uint64_t> blocks;  ///< the byte of the edges 0, kEdgesInBlock, …
  std::uint64_t end = 0;              ///< the byte of the section's ']'
  SnapshotHeader::EdgeFields fields;
};

/// The strings of a snapshot and the names of its edges. Thread: one at a time.
class LazyText {
 public:
  /// `kept`: the bytes of the strings' section, or empty when they are read again from `file`.
  LazyText(StringTable strings, EdgeNames edges, std::string kept,
           std::shared_ptr<const UniqueFd> file);

  std::uint32_t string_count() const { return strings_.size(); }
  std::string text(StringIndex index);
  std::uint32_t edge_name_or_index(EdgeIndex edge);
  std::optional<StringIndex> find(std::string_view text);
  /// Whether the file could not be read again, or is no longer what it was.
  bool failed() const { return failed_; }

 private:
  struct Block {
    std::uint32_t number = UINT32_MAX;
    std::vector<std::uint32_t> names;
  };

  std::string_view bytes_at(std::uint64_t offset);
  std::string_view raw_text(StringIndex index, std::string& room);
  void read_block(std::uint32_t number, Block& block);
  bool read_again(std::uint64_t offset, std::size_t size, std::string& to);

  StringTable strings_;
  EdgeNames edges_;
  std::string kept_;
  std::shared_ptr<const UniqueFd> file_;
  bool failed_ = false;
  std::string window_;  // of the file, at window_offset_
  std::uint64_t window_offset_ = 0;
  std::array<Block, 64> blocks_;
  /// Hash and index of every string, by hash; made when first needed.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> by_hash_;
};

}  // namespace leakcheck::heap
