#include "harness/scenario/scalars.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/units.hpp"
#include "harness/scenario/unsupported.hpp"
#include "harness/scenario/yaml_number.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::chrono::milliseconds kOneHour = std::chrono::hours(1);
constexpr std::chrono::milliseconds kOneSecond = std::chrono::seconds(1);

std::string what_it_is(const Node& node) {
  return node.is_scalar() ? in_quotes(node.text) : std::string(kind_name(node));
}

void refuse(Context& context, const Node& node, const std::string& label,
            const std::string& expected, const std::string& hint) {
  context.problems.add(node.place,
                       fmt::format("{} must be {}; this is {}", label, expected, what_it_is(node)),
                       hint);
}

/// The text of a value that is a number or boolean: without quotes, or from the environment.
/// Empty optional: already refused.
std::optional<std::string> read_plain(Context& context, const Node& node, const std::string& label,
                                      const std::string& expected, const std::string& hint) {
  if (!node.is_scalar()) {
    refuse(context, node, label, expected, hint);
    return std::nullopt;
  }
  const auto text = read_placeholders(context, node, Scope::none, label);
  if (!text) return std::nullopt;
  if (!node.plain && !uses_environment(node)) {
    refuse(context, node, label, expected, "write it without quotes");
    return std::nullopt;
  }
  return literal_text(*text);
}

std::string format_duration(std::chrono::milliseconds duration) {
  if (duration >= kOneHour && duration % kOneHour == std::chrono::milliseconds(0))
    return fmt::format("{}h", duration / kOneHour);
  if (duration % kOneSecond == std::chrono::milliseconds(0))
    return fmt::format("{}s", duration / kOneSecond);
  return fmt::format("{}ms", duration.count());
}

}  // namespace

std::optional<std::int64_t> read_integer(Context& context, const Node& node,
                                         const std::string& label, Range<std::int64_t> range) {
  const std::string expected = fmt::format("a whole number from {} to {}", range.min, range.max);
  const auto text = read_plain(context, node, label, expected, "");
  if (!text) return std::nullopt;
  const auto value = parse_whole_number(*text);
  if (!value || *value < range.min || *value > range.max) {
    refuse(context, node, label, expected, "");
    return std::nullopt;
  }
  return value;
}

std::optional<int> read_int(Context& context, const Node& node, const std::string& label,
                            Range<int> range) {
  const auto value = read_integer(context, node, label, {range.min, range.max});
  if (!value) return std::nullopt;
  return static_cast<int>(*value);
}

std::optional<double> read_number(Context& context, const Node& node, const std::string& label,
                                  Range<double> range) {
  const std::string expected = fmt::format("a number from {} to {}", range.min, range.max);
  const auto text = read_plain(context, node, label, expected, "");
  if (!text) return std::nullopt;
  const auto value = parse_number(*text);
  if (!value || *value < range.min || *value > range.max) {
    refuse(context, node, label, expected, "");
    return std::nullopt;
  }
  return value;
}

std::optional<bool> read_bool(Context& context, const Node& node, const std::string& label) {
  const auto text = read_plain(context, node, label, "true or false", "");
  if (!text) return std::nullopt;
  if (*text == "true" || *text == "True" || *text == "TRUE") return true;
  if (*text == "false" || *text == "False" || *text == "FALSE") return false;
  refuse(context, node, label, "true or false", "");
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> read_duration(Context& context, const Node& node,
                                                       const std::string& label,
                                                       Range<std::chrono::milliseconds> range) {
  const char* hint = "write a number and a unit: 20ms, 30s, 5m, 2h";
  if (!node.is_scalar()) {
    refuse(context, node, label, "a time", hint);
    return std::nullopt;
  }
  const auto text = read_placeholders(context, node, Scope::none, label);
  if (!text) return std::nullopt;
  const auto value = parse_duration(literal_text(*text));
  if (!value) {
    refuse(context, node, label, "a time", hint);
  } else if (*value < range.min || *value > range.max) {
    refuse(context, node, label,
           fmt::format("from {} to {}", format_duration(range.min), format_duration(range.max)),
           "");
    return std::nullopt;
  }
  return value;
}

std::optional<Bytes> read_bytes(Context& context, const Node& node, const std::string& label,
                                Bytes least) {
  const auto text = read_text(context, node, label);
  if (!text) return std::nullopt;
  const auto number = node.plain ? to_json_number(*text) : std::nullopt;
  const auto bytes = parse_bytes(number && !number->empty() ? *number : *text);
  if (!bytes) {
    context.problems.add(node.place, bytes.error().message, bytes.error().hint);
    return std::nullopt;
  }
  if (*bytes < least) {
    context.problems.add(node.place,
                         fmt::format("{} must be at least {}; this is {}", label,
                                     format_bytes(least), in_quotes(node.text)),
                         "");
    return std::nullopt;
  }
  return *bytes;
}

std::optional<std::string> read_text(Context& context, const Node& node, const std::string& label,
                                     bool may_be_empty) {
  const auto text = read_template(context, node, label, Scope::none, may_be_empty);
  if (!text) return std::nullopt;
  return literal_text(*text);
}

std::optional<Template> read_template(Context& context, const Node& node, const std::string& label,
                                      Scope scope, bool may_be_empty) {
  if (!node.is_scalar()) {
    refuse(context, node, label, "text",
           node.kind == Node::Kind::null && may_be_empty ? "write \"\" for nothing" : "");
    return std::nullopt;
  }
  auto text = read_placeholders(context, node, scope, label);
  if (text && text->pieces.empty() && !may_be_empty) {
    context.problems.add(node.place, fmt::format("{} is empty", label), "give it a value");
    return std::nullopt;
  }
  return text;
}

std::optional<std::size_t> read_choice(Context& context, const Node& node, const std::string& label,
                                       const std::vector<std::string>& words) {
  const auto text = read_text(context, node, label);
  if (!text) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  if (!refuse_unsupported(context.problems, label, *text, node.place))
    refuse(context, node, label, "one of " + join(words), suggest(*text, words, "values"));
  return std::nullopt;
}

}  // namespace leakcheck::scenario
