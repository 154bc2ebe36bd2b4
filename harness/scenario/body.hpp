#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/fields.hpp"

namespace leakcheck::scenario {

/// The one of json, body and form that the request has; with multipart it has none of them.
std::optional<model::Body> read_body(Context& context, const Fields& request, model::Method method,
                                     const std::vector<model::Header>& headers);

/// A YAML value as compact JSON; placeholders stay, to be rendered with Escaping::json_string.
/// Source: YAML 1.2.2, section 10.3 (core schema), for what a plain scalar is.
std::optional<Template> read_json(Context& context, const Node& node);

/// "a=b&c=d" of a map; placeholders stay, to be rendered with Escaping::form.
/// Source: WHATWG URL, application/x-www-form-urlencoded.
std::optional<Template> read_form(Context& context, const Node& node);

}  // namespace leakcheck::scenario
