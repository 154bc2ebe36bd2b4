#include "harness/heap/row_blocks.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace leakcheck::heap {
namespace {

/// How many commas there are, sixteen bytes at a time. Cost: 19 to 22 GB/s, at -O3.
std::size_t count_commas(const char* begin, std::size_t size) {
  using Lanes = unsigned char __attribute__((vector_size(16)));
  constexpr std::size_t kWidth = sizeof(Lanes);
  constexpr std::size_t kRounds = 255;  // as many as a lane can count
  std::size_t count = 0;
  std::size_t at = 0;
  while (size - at >= kWidth) {
    const std::size_t rounds = std::min((size - at) / kWidth, kRounds);
    Lanes lanes{};
    for (std::size_t i = 0; i < rounds; ++i, at += kWidth) {
      Lanes bytes;
      std::memcpy(&bytes, begin + at, kWidth);
      lanes -= static_cast<Lanes>(bytes == ',');
    }
    for (std::size_t i = 0; i < kWidth; ++i) count += lanes[i];
  }
  return count + static_cast<std::size_t>(std::count(begin + at, begin + size, ','));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \n\r\t") == std::string_view::npos;
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

const char* take_odd_number(const char* at, std::uint64_t& number) {
  while (is_space(*at)) ++at;
  const char* const start = at;
  number = 0;
  for (; *at >= '0' && *at <= '9'; ++at) {
    if (at - start == 19) return nullptr;
    number = number * 10 + static_cast<std::uint64_t>(*at - '0');
  }
  if (at == start) return nullptr;
  while (is_space(*at)) ++at;
  return *at == ',' ? at + 1 : nullptr;
}

const char* find_field(const char* row, std::uint32_t field) {
  std::uint64_t number = 0;
  for (; field > 0; --field) row = take_number(row, number);
  while (is_space(*row)) ++row;
  return row;
}

std::string describe_fault(const char* at) {
  while (is_space(*at)) ++at;
  if (*at == '-') return "a negative number";
  const char* const start = at;
  while (*at >= '0' && *at <= '9') ++at;
  if (*at == '.' || *at == 'e' || *at == 'E') return "a fraction";
  if (at - start > 19) return "a number that is too large";
  return at == start ? "something that is no number" : "a number with no comma after it";
}

RowBlocks::RowBlocks(Input& input, std::uint32_t fields, std::uint64_t most_rows)
    : input_(input), fields_(fields), most_rows_(most_rows) {}

Result<bool> RowBlocks::next(RowBlock& block) {
  if (done_) return false;
  block.bytes.resize(kBlockSize);
  const std::uint64_t offset = input_.offset();
  const std::size_t used = input_.read(block.bytes.data(), kBlockSize);
  block.span = {};
  block.span.offset = offset;
  block.span.first_row = rows_;
  const void* bracket = std::memchr(block.bytes.data(), ']', used);
  if (bracket != nullptr) {
    cut_last(block, used,
             static_cast<std::size_t>(static_cast<const char*>(bracket) - block.bytes.data()));
  } else if (used < kBlockSize) {
    return input_.expected("the end of a section");
  } else if (auto cut_off = cut(block, used); !cut_off) {
    return tl::make_unexpected(std::move(cut_off.error()));
  }
  rows_ += block.span.rows;
  if (rows_ > most_rows_)
    return tl::make_unexpected(damaged(
        "there are more rows than the header's " + std::to_string(most_rows_) + " in the section",
        offset));
  return block.span.rows > 0;
}

void RowBlocks::cut_last(RowBlock& block, std::size_t used, std::size_t bracket) {
  input_.put_back(std::string_view(block.bytes).substr(bracket + 1, used - bracket - 1));
  done_ = true;
  end_offset_ = block.span.offset + bracket;
  if (rows_ == 0 && is_blank(std::string_view(block.bytes).substr(0, bracket))) return;
  const std::size_t commas = count_commas(block.bytes.data(), bracket);
  // A row too many when the numbers don't add up: it is found not to be whole
  // when it is read.
  block.span.rows = (commas + fields_) / fields_;
  block.bytes[bracket] = ',';
  block.bytes[bracket + 1] = '\0';  // there is room: a string has one byte more
  block.span.begin = block.bytes.data();
  block.span.end = block.span.begin + bracket + 1;
}

Result<void> RowBlocks::cut(RowBlock& block, std::size_t used) {
  const std::size_t commas = count_commas(block.bytes.data(), used);
  block.span.rows = commas / fields_;
  if (block.span.rows == 0)
    return tl::make_unexpected(damaged("a row is longer than can be", block.span.offset));
  std::size_t end = used;
  for (std::size_t over = commas % fields_ + 1; over > 0; --over)
    end = block.bytes.rfind(',', end - 1);
  ++end;
  input_.put_back(std::string_view(block.bytes).substr(end, used - end));
  block.bytes[end] = '\0';
  block.span.begin = block.bytes.data();
  block.span.end = block.span.begin + end;
  return {};
}

namespace {

/// Threads that take blocks in turn.
class Crew {
 public:
  Crew(RowBlocks& blocks, const RowRoom& room) : blocks_(blocks), room_(room) {}

  void work(RowSink& sink, const std::function<void(std::uint64_t)>& after_block) {
    RowBlock block;
    while (take(block)) {
      auto done = sink.read(block.span);
      const std::uint64_t taken = give_back(block, done);
      if (after_block) after_block(taken);
    }
  }

  Result<void> result() {
    return error_ ? Result<void>(tl::make_unexpected(std::move(*error_))) : Result<void>();
  }

 private:
  bool take(RowBlock& block) {
    std::unique_lock lock(mutex_);
    if (error_) return false;
    auto more = blocks_.next(block);
    if (!more) note(std::move(more.error()), block.span.offset);
    if (!more || !*more) return false;
    const std::uint64_t rows = blocks_.rows();
    // Nobody may write into columns that move.
    idle_.wait(lock, [&] { return room_.fits(rows) || working_ == 0; });
    room_.grow(rows);
    ++working_;
    return true;
  }

  /// Gives how much was taken of the input until now.
  std::uint64_t give_back(const RowBlock& block, Result<void>& done) {
    const std::lock_guard lock(mutex_);
    if (!done) note(std::move(done.error()), block.span.offset);
    --working_;
    idle_.notify_all();
    return blocks_.input().taken();
  }

  void note(Error error, std::uint64_t offset) {
    if (error_ && offset >= error_offset_) return;
    error_ = std::move(error);
    error_offset_ = offset;
  }

  RowBlocks& blocks_;
  const RowRoom& room_;
  std::mutex mutex_;
  std::condition_variable idle_;
  int working_ = 0;
  std::optional<Error> error_;
  std::uint64_t error_offset_ = 0;
};

}  // namespace

Result<void> read_rows(RowBlocks& blocks, std::span<RowSink* const> sinks, const RowWork& work) {
  Crew crew(blocks, work.room);
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < sinks.size(); ++i)
    others.emplace_back([&crew, &work, sink = sinks[i], first = i == 1] {
      if (first && work.before) work.before();
      crew.work(*sink, {});
    });
  if (sinks.size() == 1 && work.before) work.before();
  crew.work(*sinks[0], work.progress);
  others.clear();
  return crew.result();
}

}  // namespace leakcheck::heap
