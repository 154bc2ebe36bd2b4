#include "harness/cli/surroundings.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "harness/scenario/reader.hpp"

namespace leakcheck::cli {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

bool wants_color(const std::string& choice, int fd) {
  if (choice != "auto") return choice == "always";
  // Any value that is not empty.
  return environment_variable("NO_COLOR").value_or("").empty() && ::isatty(fd) == 1 &&
         environment_variable("TERM").value_or("") != "dumb";
}

int terminal_width(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) return size.ws_col;
  return 80;
}

std::optional<std::vector<model::Scenario>> load_all(const std::vector<fs::path>& paths,
                                                     const std::string& profile) {
  std::vector<model::Scenario> scenarios;
  std::size_t problems = 0;
  for (const fs::path& path : paths) {
    auto scenario = scenario::load_scenario(path, {profile, environment_variable});
    if (scenario) {
      scenarios.push_back(std::move(*scenario));
    } else {
      std::cerr << scenario::render_problems(scenario.error());
      problems += scenario.error().size();
    }
  }
  if (problems == 0) return scenarios;
  fmt::print(stderr, "leakcheck: {} problem{} found; nothing was run\n", problems,
             problems == 1 ? "" : "s");
  return std::nullopt;
}

fs::path shown_path(const fs::path& file) {
  std::error_code error;
  const fs::path relative = file.lexically_normal().lexically_relative(fs::current_path(error));
  return error || relative.empty() || *relative.begin() == ".." ? file : relative;
}

void shorten_places(std::vector<model::Finding>& findings) {
  const auto shorten = [](std::optional<model::SourcePlace>& place) {
    if (place) place->file = shown_path(place->file).string();
  };
  for (model::Finding& finding : findings) {
    shorten(finding.declared);
    shorten(finding.site);
    for (model::PathStep& step : finding.path) shorten(step.place);
  }
}

void print_error(const std::string& message, const std::string& hint) {
  fmt::print(stderr, "leakcheck: {}\n", message);
  if (!hint.empty()) fmt::print(stderr, "    hint: {}\n", hint);
}

}  // namespace leakcheck::cli
