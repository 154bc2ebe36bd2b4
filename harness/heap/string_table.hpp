#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/heap/input.hpp"

namespace leakcheck::heap {

/// Numbers that only grow, such as places in a file, in 32 bits each.
class GrowingNumbers {
 public:
  void push_back(std::uint64_t number);
  std::uint64_t operator[](std::size_t index) const;
  std::size_t size() const { return low_.size(); }

 private:
  std::vector<std::uint32_t> low_;
  std::vector<std::uint32_t> carries_;  // the indices at which the upper half grows by one
};

/// Where the strings are, and which of them name half of a WeakMap's pair.
struct StringTable {
  GrowingNumbers starts;  ///< the byte after each string's first quote
  /// The string, and the id of its table. Shape: in order.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> weak_map_names;
  std::uint64_t begin = 0;  ///< the byte after the section's '['
  std::uint64_t end = 0;    ///< the byte after its ']'

  std::uint32_t size() const { return static_cast<std::uint32_t>(starts.size()); }
  /// The id of the table, if the string of that index names half of a pair.
  std::optional<std::uint32_t> weak_map_table(std::uint32_t index) const;
};

/// Reads strings from after the '[' to after the ']'. `kept`, when given, gets the bytes from
/// StringTable::begin on.
/// Errors: ErrorKind::io with the byte.
Result<StringTable> read_string_table(Input& input, std::string* kept);

/// Looks for the strings' section from the file's end, where V8 writes it: the byte after its '['.
std::optional<std::uint64_t> find_strings_section(const UniqueFd& file, std::uint64_t size);

}  // namespace leakcheck::heap
