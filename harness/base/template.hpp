#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/base/result.hpp"

namespace leakcheck {

/// A variable of a template: `{{ userId }}`, `{{ $sequence }}`, `{{ $randomNumber(1, 100) }}`.
struct Placeholder {
  std::string name;                    ///< with the leading `$` of a built-in one
  std::vector<std::string> arguments;  ///< as written: letters, digits, "_", "." and "-"
  friend bool operator==(const Placeholder&, const Placeholder&) = default;
};

/// Text with placeholders: pieces of literal text and variables, in order.
struct Template {
  std::vector<std::variant<std::string, Placeholder>> pieces;

  bool is_literal() const;
  friend bool operator==(const Template&, const Template&) = default;
};

/// A name is letters, digits, "_" and ".", and begins with no digit. A "}}" that closes nothing is
/// text: JSON bodies have it.
/// Errors: ErrorKind::scenario for an unclosed `{{`, an empty or malformed name or argument.
Result<Template> parse_template(std::string_view text);

/// Calls `value` for every placeholder, in order, and joins the pieces.
std::string render_template(const Template& text,
                            const std::function<std::string(const Placeholder&)>& value);

}  // namespace leakcheck
