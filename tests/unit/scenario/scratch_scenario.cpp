#include "tests/unit/scenario/scratch_scenario.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace leakcheck::scenario {

namespace fs = std::filesystem;

const std::map<std::string, std::string>& example_environment() {
  static const std::map<std::string, std::string> values = {
      {"LEAKCHECK_TEST_TOKEN", "s3cret {{ $sequence }}"},
      {"LEAKCHECK_TEST_NUMBER", "50"},
      {"LEAKCHECK_TEST_STATUS", "404"},
      {"LEAKCHECK_TEST_MODE", "native"},
      {"LEAKCHECK_TEST_FALSE", "false"},
      {"LEAKCHECK_TEST_URL", "http://localhost:3000"}};
  return values;
}

ReadOptions options_with(const std::map<std::string, std::string>& environment,
                         std::string profile) {
  return {std::move(profile), [environment](const std::string& name) -> std::optional<std::string> {
            const auto found = environment.find(name);
            if (found == environment.end()) return std::nullopt;
            return found->second;
          }};
}

ScratchFolder::ScratchFolder() {
  std::string name = (fs::temp_directory_path() / "leakcheck-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

fs::path ScratchFolder::write(const std::string& name, const std::string& text) const {
  const fs::path file = path_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

tl::expected<model::Scenario, std::vector<Problem>> read_text_of(const std::string& text,
                                                                 const ReadOptions& options) {
  const ScratchFolder folder;
  return load_scenario(folder.write("scenario.yaml", text), options);
}

std::string scenario_with(const std::string& more) {
  const auto has = [&](const std::string& key) {
    return ("\n" + more).find("\n" + key + ":") != std::string::npos;
  };
  std::string text = "version: 1\n";
  if (!has("target")) text += "target: { command: [node, server.js] }\n";
  if (!has("load")) text += "load: { flows: [{ steps: [get: /] }] }\n";
  return text + more + "\n";
}

std::string scenario_with_step(const std::string& step, const std::string& more) {
  return scenario_with("load:\n  flows:\n  - steps:\n    - " + step + "\n" + more);
}

std::string problems_of(const std::string& text, const ReadOptions& options) {
  const auto scenario = read_text_of(text, options);
  if (scenario) return "valid";
  std::string out;
  for (const Problem& problem : scenario.error()) {
    out += std::to_string(problem.line) + ":" + std::to_string(problem.column) + ": ";
    out += problem.message + " | " + problem.hint + "\n";
  }
  return out;
}

model::RequestStep request_of(const std::string& step, const std::string& more) {
  const auto scenario =
      read_text_of(scenario_with_step(step, more), options_with(example_environment()));
  const std::string problems = scenario ? "" : render_problems(scenario.error());
  REQUIRE_MESSAGE(scenario.has_value(), problems);
  const auto* request = std::get_if<model::RequestStep>(&scenario->load.flows.at(0).steps.at(0));
  REQUIRE(request != nullptr);
  return *request;
}

std::string shown(const Template& text) {
  return render_template(text, [](const Placeholder& placeholder) {
    std::string out = "{{" + placeholder.name;
    for (std::size_t i = 0; i < placeholder.arguments.size(); ++i)
      out += (i == 0 ? "(" : ",") + placeholder.arguments[i];
    return out + (placeholder.arguments.empty() ? "}}" : ")}}");
  });
}

}  // namespace leakcheck::scenario
