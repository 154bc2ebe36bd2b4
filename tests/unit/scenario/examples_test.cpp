#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "harness/base/file.hpp"
#include "tests/unit/scenario/scratch_scenario.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;
using namespace leakcheck::scenario;

namespace {

const fs::path kExamples = fs::path(LEAKCHECK_FIXTURES) / "scenarios";

std::vector<std::string> list_files(const std::string& folder, const std::string& extension) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kExamples / folder))
    if (entry.path().extension() == extension) names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

/// Stands in the folder, so that problems show paths as a person would see them.
class StandingIn {
 public:
  explicit StandingIn(const fs::path& folder) : before_(fs::current_path()) {
    fs::current_path(folder);
  }
  ~StandingIn() { fs::current_path(before_); }

 private:
  fs::path before_;
};

/// Compares byte for byte; LEAKCHECK_UPDATE_GOLDEN=1 writes the file instead.
void check_golden(const fs::path& file, const std::string& text) {
  const char* update = std::getenv("LEAKCHECK_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    REQUIRE(write_file(file, text).has_value());
    return;
  }
  const auto expected = load_file(file);
  REQUIRE_MESSAGE(expected.has_value(), file.filename().string(),
                  " is missing; LEAKCHECK_UPDATE_GOLDEN=1 writes it: then read it");
  const bool same = *expected == text;
  CHECK_MESSAGE(same, file.filename().string(), " differs; now it is\n", text);
}

}  // namespace

TEST_CASE("Examples: every good scenario is read, with each of its profiles") {
  const auto names = list_files("good", ".yaml");
  REQUIRE(names.size() >= 20);
  for (const auto& name : names) {
    const fs::path file = kExamples / "good" / (name + ".yaml");
    const auto read = load_scenario(file, options_with(example_environment()));
    const std::string problems = read ? "" : render_problems(read.error());
    CHECK_MESSAGE(read.has_value(), problems);
  }
  const fs::path profiles = kExamples / "good/profiles.yaml";
  for (const std::string profile : {"pr", "weekly", "other-probe", "other-status", "nothing"})
    CHECK(load_scenario(profiles, options_with(example_environment(), profile)).has_value());
}

TEST_CASE("Examples: every bad scenario is refused with the problems of the file beside it") {
  const StandingIn folder(kExamples / "bad");
  const auto names = list_files("bad", ".yaml");
  REQUIRE(names.size() >= 60);
  for (const auto& name : names) {
    const auto read = load_scenario(name + ".yaml", options_with(example_environment()));
    CHECK_MESSAGE(!read.has_value(), name, " was read without a problem");
    if (!read) check_golden(kExamples / "bad" / (name + ".txt"), render_problems(read.error()));
  }
  CHECK(list_files("bad", ".txt") == names);
}

TEST_CASE("Examples: every problem has a place, and nearly every one a cure") {
  const StandingIn folder(kExamples / "bad");
  // A sentence that says all there is to do, such as "must be a whole number from 1 to 1000".
  const auto says_it_all = [](const std::string& message) {
    return message.find(" must be ") != std::string::npos;
  };
  for (const auto& name : list_files("bad", ".yaml")) {
    const auto read = load_scenario(name + ".yaml", options_with(example_environment()));
    REQUIRE(!read.has_value());
    for (const Problem& problem : read.error()) {
      INFO(render_problems({problem}));
      CHECK_FALSE(problem.file.empty());
      const bool has_place = problem.line > 0 || problem.message.find("the payload") == 10 ||
                             problem.message.starts_with("object ");
      CHECK(has_place);
      const bool has_cure = !problem.hint.empty() || says_it_all(problem.message);
      CHECK(has_cure);
    }
  }
}
