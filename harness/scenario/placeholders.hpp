#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/base/template.hpp"
#include "harness/scenario/context.hpp"

namespace leakcheck::scenario {

/// Which variables may stand in a text.
enum class Scope {
  none,         ///< only {{ $env.NAME }}, which is replaced while reading
  target,       ///< and {{ $port }}
  request,      ///< all that exist once per request, and the payload's fields
  request_url,  ///< both
};

/// Joins pieces; neighbouring literals become one.
class TemplateBuilder {
 public:
  void add(std::string_view literal);
  void add(Placeholder placeholder);
  bool empty() const { return built_.pieces.empty(); }
  Template take();

 private:
  Template built_;
};

/// The text as a Template: environment variables are replaced (their values are never read as
/// templates again), every other variable is checked against the scope.
/// Errors: none, with a problem at the node. In a profile that was not asked for, a variable
/// that the environment lacks is none without a problem.
/// `label` names the text in messages.
std::optional<Template> read_placeholders(Context& context, const Node& node, Scope scope,
                                          const std::string& label);

/// The text of a Template without placeholders.
std::string literal_text(const Template& text);

/// Whether the text, as written, takes something from the environment.
bool uses_environment(const Node& node);

}  // namespace leakcheck::scenario
