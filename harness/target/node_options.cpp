#include "harness/target/node_options.hpp"

namespace leakcheck::target {

std::string quote_node_option(std::string_view option) {
  if (option.find_first_of(" \t\"\\") == std::string_view::npos) return std::string(option);
  std::string out = "\"";
  for (const char c : option) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string NodeOptions::render() const {
  std::string out = users;
  const auto add = [&](std::string_view option) {
    if (!out.empty()) out += ' ';
    out += quote_node_option(option);
  };
  const bool with_agent = !preload.empty();
  if (with_agent && expose_gc) add("--expose-gc");
  add("--max-old-space-size=" + std::to_string(max_old_space_mb));
  for (const std::string& flag : flags) add(flag);
  if (with_agent) {
    add("--require");
    add(preload);
  }
  return out;
}

std::optional<std::string> find_refused_option(std::string_view stderr_text) {
  const auto end = stderr_text.find(" is not allowed in NODE_OPTIONS");
  if (end == std::string_view::npos) return std::nullopt;
  const auto begin = stderr_text.find_last_of(" \n", end - 1);
  return std::string(stderr_text.substr(begin == std::string_view::npos ? 0 : begin + 1,
                                        end - (begin == std::string_view::npos ? 0 : begin + 1)));
}

}  // namespace leakcheck::target
