#include "harness/scenario/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/scenario/scalars.hpp"

namespace leakcheck::scenario {

Template read_step_url(Context& context, const Node& node, const std::string& label,
                       const std::vector<std::string>& schemes) {
  auto url = read_template(context, node, label, Scope::request_url);
  if (!url) return {};
  const auto* start = std::get_if<std::string>(&url->pieces.front());
  const auto begins = [&](const std::string& scheme) { return start->starts_with(scheme); };
  if (start != nullptr && !start->starts_with('/') &&
      std::none_of(schemes.begin(), schemes.end(), begins))
    context.problems.add(node.place,
                         fmt::format("{} is a path; {} is not", label, in_quotes(node.text)),
                         fmt::format("it begins with \"/\", or is a whole {} URL", schemes[0]));
  for (const auto& piece : url->pieces) {
    const auto* literal = std::get_if<std::string>(&piece);
    if (literal == nullptr || std::none_of(literal->begin(), literal->end(),
                                           [](unsigned char c) { return c <= 0x20 || c == 0x7F; }))
      continue;
    context.problems.add(node.place, fmt::format("the url {} has a blank", in_quotes(node.text)),
                         "write %20 for a blank");
    break;
  }
  return std::move(*url);
}

/// A "?" inside a placeholder does not occur: parse_template refuses it.
std::string name_of_step(std::string_view verb, std::string_view url) {
  const auto scheme = url.find("://");
  if (!url.starts_with('/') && scheme != std::string_view::npos) {
    const auto slash = url.find('/', scheme + 3);
    url = slash == std::string_view::npos ? "/" : url.substr(slash);
  }
  const std::string_view path = url.substr(0, url.find_first_of("?#"));
  return fmt::format("{} {}", verb, path.empty() ? "/" : path);
}

}  // namespace leakcheck::scenario
