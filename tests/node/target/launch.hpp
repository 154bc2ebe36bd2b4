#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/file.hpp"
#include "harness/target/processes.hpp"
#include "harness/target/target.hpp"

namespace leakcheck::test {

inline constexpr std::chrono::seconds kPatience{20};

inline Template text(const std::string& source) {
  return *parse_template(source);
}

/// A service to be launched in a folder of its own.
struct Launch {
  std::filesystem::path folder;
  std::string mark;
  std::string preload;  ///< ours, for LD_PRELOAD; "" for none
  EventLoop loop;
  model::TargetSpec spec;

  explicit Launch(const std::vector<std::string>& command) {
    std::string name = (std::filesystem::temp_directory_path() / "leakcheck-unit-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    mark = "LEAKCHECK_SOCKET=" + (folder / "agent.sock").string();
    REQUIRE(write_file(folder / "agent.cjs", ""));
    for (const auto& word : command) spec.command.push_back(text(word));
    spec.cwd = folder;
    spec.env = {{"PORT", text("{{ $port }}")}};
    spec.url = text("http://127.0.0.1:{{ $port }}");
    spec.ready.timeout = std::chrono::seconds(15);
    spec.stop.timeout = std::chrono::seconds(5);
  }
  ~Launch() { std::filesystem::remove_all(folder); }

  tl::expected<std::unique_ptr<target::Target>, target::Failure> launch() {
    target::LaunchOptions options;
    options.run_folder = folder;
    options.agent_script = folder / "agent.cjs";
    options.agent_env = {{"LEAKCHECK_SOCKET", (folder / "agent.sock").string()}};
    if (!preload.empty()) options.agent_env.emplace_back("LD_PRELOAD", preload);
    return target::Target::launch(spec, options, loop);
  }
  tl::expected<void, target::Failure> wait_until_ready(target::Target& service) {
    std::optional<tl::expected<void, target::Failure>> result;
    service.when_ready([&](tl::expected<void, target::Failure> it) { result = it; });
    REQUIRE(loop.run_until([&] { return result.has_value(); }, loop.now() + kPatience));
    return *result;
  }
  std::vector<int> marked() const {
    std::vector<int> out;
    for (const int pid : target::list_processes())
      if (target::has_in_environment(pid, mark) && !target::is_zombie(pid)) out.push_back(pid);
    return out;
  }
};

inline constexpr const char* kServer =
    "require('node:http').createServer((q, r) => r.end(String(process.env.NODE_OPTIONS)))"
    ".listen(process.env.PORT, '127.0.0.1', () => console.log('listening'));";

}  // namespace leakcheck::test
