#include "harness/scenario/pattern.hpp"

#include <fmt/format.h>

#include <string_view>

#include "harness/scenario/scalars.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::size_t kLongest = 500;
constexpr const char* kLiteral = "write \\ before a character that is meant as it is";

struct Fault {
  std::string message;
  const char* hint;
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  std::optional<Fault> find_fault() {
    while (!rest_.empty()) {
      auto fault = step();
      if (fault) return fault;
    }
    if (open_ > 0) return Fault{"has a \"(\" that is not closed", kLiteral};
    return std::nullopt;
  }

 private:
  std::optional<Fault> step() {
    for (const std::string_view around : {"(?=", "(?!", "(?<=", "(?<!", "(?>"})
      if (rest_.starts_with(around))
        return Fault{fmt::format("has \"{}\"", around),
                     "RE2 knows no look-around: match what is there, and capture a group of it"};
    const char c = rest_.front();
    if (c == '\\') return escape();
    if (c == '[') return set();
    rest_.remove_prefix(1);
    if (c == '(') ++open_;
    if (c == ')' && --open_ < 0) return Fault{"has a \")\" that closes nothing", kLiteral};
    return std::nullopt;
  }

  std::optional<Fault> escape() {
    if (rest_.size() < 2) return Fault{"ends in a single \\", "write \\\\ for a backslash"};
    if (rest_[1] >= '1' && rest_[1] <= '9')
      return Fault{fmt::format("refers back with \\{}", rest_[1]),
                   "RE2 knows no references back to a group: write the text again"};
    const bool literal = rest_.starts_with("\\Q");
    const auto end = literal ? rest_.find("\\E") : std::string_view::npos;
    if (literal && end == std::string_view::npos)
      rest_ = {};
    else
      rest_.remove_prefix(literal ? end + 2 : 2);
    return std::nullopt;
  }

  /// "[^]a]" is one: a "]" that comes first is meant as it is.
  std::optional<Fault> set() {
    rest_.remove_prefix(rest_.starts_with("[^") ? 2 : 1);
    for (bool first = true; !rest_.empty(); first = false) {
      if (rest_.front() == ']' && !first) {
        rest_.remove_prefix(1);
        return std::nullopt;
      }
      if (rest_.starts_with("[:") && rest_.find(":]") != std::string_view::npos)
        rest_.remove_prefix(rest_.find(":]") + 2);
      else
        rest_.remove_prefix(rest_.front() == '\\' && rest_.size() > 1 ? 2 : 1);
    }
    return Fault{"has a \"[\" that is not closed", kLiteral};
  }

  std::string_view rest_;
  int open_ = 0;
};

}  // namespace

std::optional<std::string> read_pattern(Context& context, const Node& node,
                                        const std::string& label) {
  auto text = read_text(context, node, label);
  if (!text) return std::nullopt;
  if (text->size() > kLongest) {
    context.problems.add(node.place, fmt::format("{} is longer than {} bytes", label, kLongest),
                         "look for a few words");
    return std::nullopt;
  }
  if (const auto fault = Scanner(*text).find_fault()) {
    context.problems.add(
        node.place, fmt::format("{} is no pattern: it {}", in_quotes(node.text), fault->message),
        fault->hint);
    return std::nullopt;
  }
  return text;
}

}  // namespace leakcheck::scenario
