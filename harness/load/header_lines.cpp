#include "harness/load/header_lines.hpp"

#include <strings.h>

namespace leakcheck::load {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::optional<std::string_view> HeaderValues::next() {
  while (!left_.empty()) {
    const auto end = left_.find('\n');
    std::string_view line = left_.substr(0, end);
    left_.remove_prefix(end == std::string_view::npos ? left_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > name_.size() && line[name_.size()] == ':' &&
        ::strncasecmp(line.data(), name_.data(), name_.size()) == 0)
      return trim(line.substr(name_.size() + 1));
  }
  return std::nullopt;
}

std::optional<std::string_view> find_header_value(std::string_view head, std::string_view name) {
  return HeaderValues(head, name).next();
}

}  // namespace leakcheck::load
