#include "harness/scenario/unsupported.hpp"

#include <fmt/format.h>

#include <array>

namespace leakcheck::scenario {
namespace {

struct Unsupported {
  std::string_view where;
  std::string_view word;
  std::string_view hint;
};

/// Whoever builds one of these deletes its row and adds the key where it is read.
constexpr std::array kUnsupported = {
    Unsupported{"the scenario", "snapshots", "remove it; this version measures without snapshots"},
    Unsupported{"the scenario", "baseline", "remove it; set an absolute limit under budgets"},
    Unsupported{"the scenario", "ignore", "remove it; set a limit under budgets"},
    Unsupported{"payload", "unique", "write order: unique"},
    Unsupported{"a reporter", "html", "use json and render it yourself, or console"},
    Unsupported{"a reporter", "github", "use junit, which CI systems show"},
    Unsupported{"a reporter", "markdown", "use console or json"},
    Unsupported{"a reporter", "sarif", "use json or junit"},
};

}  // namespace

bool refuse_unsupported(Problems& problems, std::string_view where, std::string_view word,
                        const Place& place) {
  for (const Unsupported& row : kUnsupported) {
    if (row.where != where || row.word != word) continue;
    problems.add(
        place,
        fmt::format("\"{}\" in {} is not supported by this version of leakcheck", word, where),
        std::string(row.hint));
    return true;
  }
  return false;
}

}  // namespace leakcheck::scenario
