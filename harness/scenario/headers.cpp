#include "harness/scenario/headers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "harness/scenario/scalars.hpp"

namespace leakcheck::scenario {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

bool has_line_break(const Template& value) {
  return std::any_of(value.pieces.begin(), value.pieces.end(), [](const auto& piece) {
    const auto* literal = std::get_if<std::string>(&piece);
    return literal != nullptr &&
           literal->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
  });
}

/// `names` are those before it, in lower case.
bool check_name(Context& context, const Entry& entry, std::set<std::string>& names) {
  const auto refuse = [&](const std::string& message, const char* hint) {
    context.problems.add(entry.key_place, message, hint);
    return false;
  };
  if (!is_header_name(entry.key))
    return refuse(fmt::format("{} is not the name of a header", in_quotes(entry.key)),
                  "names have letters, digits and dashes");
  if (equal_ignoring_case(entry.key, "content-length") ||
      equal_ignoring_case(entry.key, "transfer-encoding"))
    return refuse(fmt::format("the header {} cannot be set", entry.key),
                  "remove it: it follows from the body");
  if (equal_ignoring_case(entry.key, "connection"))
    return refuse("the header Connection cannot be set", "use load.keepAlive");
  if (!names.insert(to_lower(entry.key)).second)
    return refuse(fmt::format("the header {} is there twice", entry.key),
                  "case makes no difference; remove one of the two");
  return true;
}

}  // namespace

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::vector<model::Header> read_headers(Context& context, const Node& node) {
  std::vector<model::Header> headers;
  if (!node.is_map()) {
    context.problems.add(node.place,
                         fmt::format("headers must be a map; this is {}", kind_name(node)),
                         "write headers: { Authorization: Bearer … }");
    return headers;
  }
  std::set<std::string> names;
  for (const Entry& entry : node.entries) {
    const bool good_name = check_name(context, entry, names);
    auto value = read_template(context, *entry.value, "a header", Scope::request, true);
    if (!value) continue;
    if (has_line_break(*value))
      context.problems.add(entry.value->place,
                           fmt::format("the value of the header {} has a line break", entry.key),
                           "write it on one line");
    if (good_name) headers.push_back({entry.key, std::move(*value)});
  }
  return headers;
}

bool has_header(const std::vector<model::Header>& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const model::Header& header) {
    return equal_ignoring_case(header.name, name);
  });
}

}  // namespace leakcheck::scenario
