#include "harness/scenario/unsupported.hpp"

#include <fmt/format.h>

#include <array>

#include "harness/scenario/yaml_number.hpp"

namespace leakcheck::scenario {
namespace {

struct Unsupported {
  std::string_view where;
  std::string_view word;
  std::string_view hint;
};

/// In place of a word: any whole number above zero.
constexpr std::string_view kAnyCount = "<count>";

/// Whoever builds one of these deletes its row and adds the key where it is read.
constexpr std::array kUnsupported = {
    Unsupported{"the scenario", "baseline", "remove it; set an absolute limit under budgets"},
    Unsupported{"payload", "unique", "write order: unique"},
    Unsupported{"snapshots", "baseline-and-final", "write snapshots: { take: on-growth }"},
    Unsupported{"snapshots", kAnyCount, "write snapshots: { take: on-growth }"},
    Unsupported{"snapshots.take", "baseline-and-final", "write take: on-growth"},
    Unsupported{"snapshots.take", kAnyCount, "write take: on-growth"},
    Unsupported{"a reporter", "html", "use json and render it yourself, or console"},
    Unsupported{"a reporter", "github", "use junit, which CI systems show"},
    Unsupported{"a reporter", "markdown", "use console or json"},
    Unsupported{"a reporter", "sarif", "use json or junit"},
};

bool is_word(const Unsupported& row, std::string_view word) {
  if (row.word == kAnyCount) return parse_whole_number(word).value_or(0) > 0;
  return row.word == word;
}

}  // namespace

bool refuse_unsupported(Problems& problems, std::string_view where, std::string_view word,
                        const Place& place) {
  for (const Unsupported& row : kUnsupported) {
    if (row.where != where || !is_word(row, word)) continue;
    problems.add(place,
                 fmt::format("{} in {} is not supported by this version of leakcheck",
                             in_quotes(word), where),
                 std::string(row.hint));
    return true;
  }
  return false;
}

}  // namespace leakcheck::scenario
