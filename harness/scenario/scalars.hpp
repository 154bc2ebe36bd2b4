#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/scenario/context.hpp"
#include "harness/scenario/placeholders.hpp"

/// One value each. `label` names it in messages: "load.vus".
/// Errors: none, with a problem at the value (silently none when it takes an environment variable
/// that a profile which was not asked for would need).
namespace leakcheck::scenario {

template <typename T>
struct Range {
  T min;
  T max;
};

std::optional<std::int64_t> read_integer(Context& context, const Node& node,
                                         const std::string& label, Range<std::int64_t> range);
/// The same for the many ints of the model.
std::optional<int> read_int(Context& context, const Node& node, const std::string& label,
                            Range<int> range);
std::optional<double> read_number(Context& context, const Node& node, const std::string& label,
                                  Range<double> range);
std::optional<bool> read_bool(Context& context, const Node& node, const std::string& label);
std::optional<std::chrono::milliseconds> read_duration(Context& context, const Node& node,
                                                       const std::string& label,
                                                       Range<std::chrono::milliseconds> range);

/// "64B", "1.5MB", or a bare number of bytes.
std::optional<Bytes> read_bytes(Context& context, const Node& node, const std::string& label,
                                Bytes least);

/// Any scalar, as written. `may_be_empty` allows "".
std::optional<std::string> read_text(Context& context, const Node& node, const std::string& label,
                                     bool may_be_empty = false);
std::optional<Template> read_template(Context& context, const Node& node, const std::string& label,
                                      Scope scope, bool may_be_empty = false);

/// One of the words; its index.
std::optional<std::size_t> read_choice(Context& context, const Node& node, const std::string& label,
                                       const std::vector<std::string>& words);

}  // namespace leakcheck::scenario
