#include "harness/heap/string_table.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "harness/heap/string_text.hpp"

namespace leakcheck::heap {
namespace {

/// V8 cuts names off at 1,024 characters; one that is longer than this is no edge's name.
constexpr std::size_t kLongestName = 1U << 16U;

/// Takes the rest of a string with its last quote; the first one was taken.
Result<void> take_string(Input& input, StringTable& table, std::string* kept) {
  const auto index = static_cast<std::uint32_t>(table.starts.size());
  table.starts.push_back(input.offset());
  std::size_t at = 0;
  bool cut = false;
  for (;;) {
    const std::string_view bytes = input.buffered();
    while (at < bytes.size() && bytes[at] != '"') at += bytes[at] == '\\' ? 2 : 1;
    if (at < bytes.size()) {
      if (!cut && bytes[0] >= '0' && bytes[0] <= '9')
        if (const auto id = find_weak_map_table(bytes.substr(0, at)))
          table.weak_map_names.emplace_back(index, *id);
      if (kept != nullptr) kept->append(bytes.substr(0, at + 1));
      input.skip(at + 1);
      return {};
    }
    if (at > kLongestName) {  // not held in one piece
      // An escape may begin with the last byte: that one stays.
      const std::size_t taken = at > bytes.size() ? bytes.size() - 1 : bytes.size();
      if (kept != nullptr) kept->append(bytes.substr(0, taken));
      input.skip(taken);
      at -= taken;
      cut = true;
    }
    if (!input.fill()) {
      input.skip(input.buffered().size());
      return input.expected("the end of a string");
    }
  }
}

}  // namespace

void GrowingNumbers::push_back(std::uint64_t number) {
  while (number >> 32U > carries_.size())
    carries_.push_back(static_cast<std::uint32_t>(low_.size()));
  low_.push_back(static_cast<std::uint32_t>(number));
}

std::uint64_t GrowingNumbers::operator[](std::size_t index) const {
  const auto carries = std::upper_bound(carries_.begin(), carries_.end(), index);
  return low_[index] | static_cast<std::uint64_t>(carries - carries_.begin()) << 32U;
}

std::optional<std::uint32_t> StringTable::weak_map_table(std::uint32_t index) const {
  const auto found =
      std::lower_bound(weak_map_names.begin(), weak_map_names.end(), std::pair(index, 0U));
  if (found == weak_map_names.end() || found->first != index) return std::nullopt;
  return found->second;
}

Result<StringTable> read_string_table(Input& input, std::string* kept) {
  StringTable table;
  table.begin = input.offset();
  std::uint64_t kept_to = table.begin;
  const auto catch_up = [&] {  // white space and commas
    if (kept != nullptr) kept->append(input.offset() - kept_to, ' ');
  };
  if (!input.take(']')) {
    do {
      if (!input.take('"')) return input.expected("a string");
      catch_up();
      if (table.starts.size() == UINT32_MAX)
        return tl::make_unexpected(damaged("there are more strings than can be", input.offset()));
      if (auto taken = take_string(input, table, kept); !taken)
        return tl::make_unexpected(std::move(taken.error()));
      kept_to = input.offset();
    } while (input.take(','));
    if (!input.take(']')) return input.expected("',' or ']'");
  }
  table.end = input.offset();
  return table;
}

std::optional<std::uint64_t> find_strings_section(const UniqueFd& file, std::uint64_t size) {
  // Nowhere else: inside a string each quote has a backslash before it.
  constexpr std::string_view kKey = "\"strings\":[";
  std::string block(kBlockSize + kKey.size(), '\0');
  for (std::uint64_t end = size; end > 0;) {
    const std::uint64_t begin = end > kBlockSize ? end - kBlockSize : 0;
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(size, end + kKey.size()) - begin);
    if (::pread(file.get(), block.data(), wanted, static_cast<off_t>(begin)) !=
        static_cast<ssize_t>(wanted))
      return std::nullopt;
    // By its last byte, which is rare, and found quicker than a word.
    for (std::string_view rest = std::string_view(block).substr(0, wanted); !rest.empty();) {
      const void* const bracket = ::memrchr(rest.data(), '[', rest.size());
      if (bracket == nullptr) break;
      const auto size_with =
          static_cast<std::size_t>(static_cast<const char*>(bracket) - rest.data()) + 1;
      if (rest.substr(0, size_with).ends_with(kKey)) return begin + size_with;
      rest = rest.substr(0, size_with - 1);
    }
    end = begin;
  }
  return std::nullopt;
}

}  // namespace leakcheck::heap
