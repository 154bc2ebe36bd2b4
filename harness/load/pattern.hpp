#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/result.hpp"

namespace leakcheck::load {

/// A regular expression in RE2's syntax, looked for anywhere in a text.
/// Cost: linear in the text, whatever the pattern; at most 8 MB for the pattern's automaton.
class Pattern {
 public:
  /// Errors: ErrorKind::load for what is no pattern.
  static Result<Pattern> compile(const std::string& text);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  bool is_in(std::string_view text) const;
  /// The first group of the first match, or all of the match when the pattern has no group. A group
  /// that took no part is empty.
  std::optional<std::string_view> find_in(std::string_view text) const;

 private:
  struct State;
  explicit Pattern(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace leakcheck::load
