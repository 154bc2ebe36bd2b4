#include "harness/native/proportional_set.hpp"

#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

namespace leakcheck::native {

std::optional<Bytes> read_pss(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  std::ostringstream text;
  text << file.rdbuf();
  return parse_pss(text.str());
}

std::optional<Bytes> parse_pss(std::string_view rollup) {
  constexpr std::string_view kName = "\nPss:";
  constexpr std::int64_t kMost = INT64_MAX / 1024;
  const auto found = rollup.find(kName);
  if (found == std::string_view::npos) return std::nullopt;
  std::string_view rest = rollup.substr(found + kName.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  std::int64_t kilobytes = 0;
  const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), kilobytes);
  if (problem != std::errc() || kilobytes < 0 || kilobytes > kMost) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!rest.starts_with(" kB")) return std::nullopt;
  return Bytes{kilobytes * 1024};
}

}  // namespace leakcheck::native
