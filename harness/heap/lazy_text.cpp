#include "harness/heap/lazy_text.hpp"

#include <unistd.h>

#include <algorithm>
#include <functional>

#include "harness/heap/rows.hpp"
#include "harness/heap/string_text.hpp"

namespace leakcheck::heap {
namespace {

/// Most strings are short, and read in order or far apart: a page is as good as more.
constexpr std::size_t kWindow = 4096;

std::uint32_t hash_of(std::string_view text) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>()(text));
}

}  // namespace

LazyText::LazyText(StringTable strings, EdgeNames edges, std::string kept,
                   std::shared_ptr<const UniqueFd> file)
    : strings_(std::move(strings)),
      edges_(std::move(edges)),
      kept_(std::move(kept)),
      file_(std::move(file)) {}

bool LazyText::read_again(std::uint64_t offset, std::size_t size, std::string& to) {
  to.resize(size);
  const ssize_t got = ::pread(file_->get(), to.data(), size, static_cast<off_t>(offset));
  to.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  failed_ = failed_ || to.empty();
  return !to.empty();
}

std::string_view LazyText::bytes_at(std::uint64_t offset) {
  if (!file_) return std::string_view(kept_).substr(offset - strings_.begin);
  if (offset < window_offset_ || offset >= window_offset_ + window_.size()) {
    read_again(offset, kWindow, window_);
    window_offset_ = offset;
  }
  return std::string_view(window_).substr(offset - window_offset_);
}

std::string_view LazyText::raw_text(StringIndex index, std::string& room) {
  std::uint64_t offset = strings_.starts[raw(index)];
  bool escaped = false;
  for (;;) {
    const std::string_view bytes = bytes_at(offset);
    std::size_t end = 0;
    for (; end < bytes.size() && (escaped || bytes[end] != '"'); ++end)
      escaped = !escaped && bytes[end] == '\\';
    if (end < bytes.size() && room.empty()) return bytes.substr(0, end);
    room += bytes.substr(0, end);
    offset += end;
    if (end < bytes.size()) return room;
    // The file has become shorter, or another: the strings lie before the
    // section's end.
    failed_ = failed_ || bytes.empty() || offset >= strings_.end;
    if (failed_) return "";
  }
}

std::string LazyText::text(StringIndex index) {
  if (raw(index) >= strings_.size()) return "";
  std::string room;
  return decode_string(raw_text(index, room));
}

void LazyText::read_block(std::uint32_t number, Block& block) {
  block.number = number;
  block.names.clear();
  const std::uint64_t begin = edges_.blocks[number];
  const bool last = number + 1 == edges_.blocks.size();
  const std::uint64_t end = last ? edges_.end : edges_.blocks[number + 1];
  std::string text;
  if (!read_again(begin, static_cast<std::size_t>(end - begin), text)) return;
  if (last) text += ',';
  const RowSpan span{text.data(), text.data() + text.size(), begin, 0, kEdgesInBlock};
  const std::uint32_t name = edges_.fields.name;
  block.names.reserve(kEdgesInBlock);
  parse_rows(span, edges_.fields.size, [&](std::uint64_t, const std::uint64_t* values) {
    block.names.push_back(static_cast<std::uint32_t>(values[name]));
    return kNoField;
  });
}

std::uint32_t LazyText::edge_name_or_index(EdgeIndex edge) {
  if (!edges_.names.empty()) return edges_.names[raw(edge)];
  const std::uint32_t number = raw(edge) / kEdgesInBlock;
  if (number >= edges_.blocks.size()) return 0;
  Block& block = blocks_[number % blocks_.size()];
  if (block.number != number) read_block(number, block);
  const std::uint32_t place = raw(edge) % kEdgesInBlock;
  failed_ = failed_ || place >= block.names.size();
  return place < block.names.size() ? block.names[place] : 0;
}

std::optional<StringIndex> LazyText::find(std::string_view wanted) {
  if (by_hash_.empty()) {
    by_hash_.reserve(string_count());
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
