#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "harness/scenario/reader.hpp"

namespace leakcheck::scenario {

/// What the examples below tests/fixtures/scenarios take from the environment.
const std::map<std::string, std::string>& example_environment();

ReadOptions options_with(const std::map<std::string, std::string>& environment,
                         std::string profile = "");

/// A folder with scenario files, removed with it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

/// Reads the text as a scenario file of its own.
tl::expected<model::Scenario, std::vector<Problem>> read_text_of(
    const std::string& text, const ReadOptions& options = options_with({}));

/// A scenario that needs no more than these keys.
std::string scenario_with(const std::string& more);
/// The same with one step.
std::string scenario_with_step(const std::string& step, const std::string& more = "");

/// The problems without the file's name: "3:1: message | hint", one a line; "valid" without any.
std::string problems_of(const std::string& text, const ReadOptions& options = options_with({}));

/// The one request of a scenario with this step.
model::RequestStep request_of(const std::string& step, const std::string& more = "");

/// The template as it would be written: placeholders as "{{name(a,b)}}".
std::string shown(const Template& text);

}  // namespace leakcheck::scenario
