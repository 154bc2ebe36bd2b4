#include "harness/cli/run_folder.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cctype>

#include "harness/base/file.hpp"

namespace leakcheck::cli {
namespace {

constexpr std::size_t kLongestName = 60;

std::string to_file_name(const std::string& name) {
  std::string out;
  for (const char c : name.substr(0, kLongestName)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
    if (plain && !(out.empty() && c == '.'))
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.empty() ? "run" : out;
}

}  // namespace

std::string format_utc(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::filesystem::path choose_run_folder(const std::filesystem::path& base, const std::string& name,
                                        std::chrono::system_clock::time_point started) {
  const std::string stem = fmt::format("{}-{:%Y%m%d-%H%M%S}", to_file_name(name),
                                       fmt::gmtime(std::chrono::system_clock::to_time_t(started)));
  std::filesystem::path folder = base / stem;
  std::error_code error;
  for (int i = 2; std::filesystem::exists(folder, error); ++i)
    folder = base / fmt::format("{}-{}", stem, i);
  return folder;
}

void hide_from_git(const std::filesystem::path& runs) {
  const std::filesystem::path file = runs / ".gitignore";
  std::error_code error;
  // Without it the run works as well; a folder that cannot be written is reported by the run.
  if (!std::filesystem::exists(file, error)) (void)write_file(file, "*\n");
}

}  // namespace leakcheck::cli
