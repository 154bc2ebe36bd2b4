#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "harness/heap/input.hpp"
#include "harness/heap/rows.hpp"

namespace leakcheck::heap {

/// Some whole rows of a section, with their bytes.
struct RowBlock {
  std::string bytes;
  RowSpan span;
};

/// Cuts a section of rows into blocks, by counting commas: Node.js 24 and later end no lines.
class RowBlocks {
 public:
  /// The next byte of the input is the one after the section's '['.
  RowBlocks(Input& input, std::uint32_t fields, std::uint64_t most_rows);

  /// False: the section has ended, and its ']' was taken. Errors: ErrorKind::io with the byte.
  Result<bool> next(RowBlock& block);
  /// Of all blocks until now.
  std::uint64_t rows() const { return rows_; }
  /// Of the ']', at the end.
  std::uint64_t end_offset() const { return end_offset_; }
  const Input& input() const { return input_; }

 private:
  void cut_last(RowBlock& block, std::size_t used, std::size_t bracket);
  Result<void> cut(RowBlock& block, std::size_t used);

  Input& input_;
  std::uint32_t fields_;
  std::uint64_t most_rows_;
  std::uint64_t rows_ = 0;
  std::uint64_t end_offset_ = 0;
  bool done_ = false;
};

/// What becomes of rows. Each thread has one of its own.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual Result<void> read(const RowSpan& span) = 0;
};

/// Where the rows go: one thread at a time.
struct RowRoom {
  std::function<bool(std::uint64_t rows)> fits;  ///< whether the columns need not move
  std::function<void(std::uint64_t rows)> grow;
};

struct RowWork {
  RowRoom room;
  std::function<void()> before;  ///< on the second thread, before it helps; may be empty
  /// On the calling thread, after each of its blocks, with Input::taken(); may be empty.
  std::function<void(std::uint64_t taken)> progress;
};

/// Reads all rows, with as many threads as there are sinks: the calling one and others.
/// Errors: the first one in the order of the file, of the blocks that were read.
Result<void> read_rows(RowBlocks& blocks, std::span<RowSink* const> sinks, const RowWork& work);

}  // namespace leakcheck::heap
