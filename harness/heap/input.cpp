#include "harness/heap/input.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace leakcheck::heap {
namespace {

/// What is read at once for the outline: the long sections are read by blocks of their own.
constexpr std::size_t kRead = 1U << 16U;

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

Error damaged(const std::string& what, std::uint64_t offset) {
  return {ErrorKind::io, what + " at byte " + std::to_string(offset),
          "the file is damaged or was changed: take the snapshot again"};
}

Input::Input(std::unique_ptr<ByteSource> source, std::uint64_t offset)
    : source_(std::move(source)), offset_(offset) {}

bool Input::fill() {
  if (ended_) return false;
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kRead);
  auto got = source_->read(buffer_.data() + before, kRead);
  buffer_.resize(before + (got ? *got : 0));
  if (!got) failure_ = std::move(got.error());
  ended_ = !got || *got == 0;
  return !ended_;
}

int Input::peek() {
  for (;;) {
    while (at_ < buffer_.size() && is_space(buffer_[at_])) skip(1);
    if (at_ < buffer_.size()) return static_cast<unsigned char>(buffer_[at_]);
    if (!fill()) return -1;
  }
}

bool Input::take(char wanted) {
  if (peek() != static_cast<unsigned char>(wanted)) return false;
  skip(1);
  return true;
}

Result<std::string> Input::take_key(std::size_t most) {
  if (!take('"')) return expected("a name in quotes");
  std::string key;
  for (;;) {
    if (buffered().empty() && !fill()) return expected("the end of a name");
    const char c = buffered().front();
    if (c == '"') break;
    if (c == '\\' || key.size() == most) return expected("a short and plain name");
    key += c;
    skip(1);
  }
  skip(1);
  return key;
}

Result<void> Input::take_value(std::string* kept, std::size_t most) {
  std::uint64_t depth = 0;
  bool in_string = false;
  bool any = false;
  bool escaped = false;
  if (peek() < 0) return expected("a value");
  for (;;) {
    const std::string_view bytes = buffered();
    std::size_t at = 0;
    bool done = false;
    for (; at < bytes.size() && !done; ++at) {
      const char c = bytes[at];
      if (in_string) {
        in_string = escaped || c != '"';
        escaped = !escaped && c == '\\';
        done = !in_string && depth == 0;
      } else if (c == '"') {
        in_string = true;
      } else if (c == '[' || c == '{') {
        ++depth;
      } else if ((c == ']' || c == '}') && depth > 0) {
        done = --depth == 0;
      } else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
        break;  // after a number or a word; it belongs to what is around
      }
      any = true;
    }
    if (kept != nullptr) {
      if (kept->size() + at > most) return tl::make_unexpected(damaged("it is too long", offset_));
      kept->append(bytes.substr(0, at));
    }
    const bool ended = done || at < bytes.size();
    skip(at);
    if (ended) return any ? Result<void>() : expected("a value");
    if (!fill()) return expected("the end of a section");
  }
}

std::size_t Input::read(char* to, std::size_t size) {
  std::size_t done = std::min(size, buffered().size());
  std::memcpy(to, buffered().data(), done);
  skip(done);
  while (done < size && !ended_) {
    auto got = source_->read(to + done, size - done);
    if (!got) failure_ = std::move(got.error());
    ended_ = !got || *got == 0;
    if (ended_) break;
    done += *got;
    offset_ += *got;
  }
  return done;
}

void Input::put_back(std::string_view bytes) {
  buffer_.replace(0, at_, bytes);
  at_ = 0;
  offset_ -= bytes.size();
}

tl::unexpected<Error> Input::expected(const std::string& what) const {
  if (failure_) return tl::make_unexpected(*failure_);
  if (buffered().empty())
    return fail(
        ErrorKind::io,
        "the file ends at byte " + std::to_string(offset_) + ", where " + what + " was expected",
        "it is cut off: take the snapshot again, with enough room on "
        "the disk, and wait "
        "until it is written");
  return tl::make_unexpected(damaged(what + " was expected", offset_));
}

}  // namespace leakcheck::heap
