#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/heap/byte_source.hpp"

namespace leakcheck::heap {

/// Bytes to read, or to count the commas of, at one time.
constexpr std::size_t kBlockSize = 1U << 20U;

/// A source with a buffer, and the few things that the outline of a snapshot needs of JSON.
class Input {
 public:
  /// `offset`: of the source's first byte, for messages.
  explicit Input(std::unique_ptr<ByteSource> source, std::uint64_t offset = 0);

  /// Of the next byte.
  std::uint64_t offset() const { return offset_; }
  std::uint64_t taken() const { return source_->taken(); }
  std::string_view buffered() const { return std::string_view(buffer_).substr(at_); }
  void skip(std::size_t count) {
    at_ += count;
    offset_ += count;
  }
  /// Puts more bytes behind the buffered ones. False: the end, or reading failed.
  bool fill();
  /// The next byte that is no white space, not taken; -1 at the end.
  int peek();
  bool take(char wanted);

  /// Takes a string; gives what stands between the quotes. Errors: no string, longer than `most`.
  Result<std::string> take_key(std::size_t most);
  /// Takes a value of any kind, and puts it into `kept` if that is given.
  /// Errors: not balanced, or longer than `most` when it is kept.
  Result<void> take_value(std::string* kept = nullptr, std::size_t most = 0);

  /// Copies bytes and takes them: `size`, or fewer at the end.
  std::size_t read(char* to, std::size_t size);
  /// Gives back the last bytes that read() gave.
  void put_back(std::string_view bytes);

  /// Why reading failed, if it did.
  const std::optional<Error>& failure() const { return failure_; }
  /// "… was expected", with the byte; or why there are no more bytes.
  tl::unexpected<Error> expected(const std::string& what) const;

 private:
  std::unique_ptr<ByteSource> source_;
  std::uint64_t offset_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool ended_ = false;
  std::optional<Error> failure_;
};

/// An error at a byte of a snapshot, with the cure.
Error damaged(const std::string& what, std::uint64_t offset);

}  // namespace leakcheck::heap
