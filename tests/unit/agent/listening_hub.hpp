#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fake_agent.hpp"
#include "harness/agent/agent_hub.hpp"

namespace leakcheck::agent {

inline constexpr std::chrono::seconds kPatience{10};

/// A hub in a folder of its own, with all that it has called back.
struct Listening {
  std::filesystem::path folder;
  EventLoop loop;
  std::vector<Process> hellos;
  std::vector<model::Sample> samples;
  std::vector<model::ProcessWarning> warnings;
  std::unique_ptr<AgentHub> hub;
  std::string socket;

  explicit Listening(model::Mode mode = model::Mode::quiet,
                     std::vector<std::string> stand_ins = {}) {
    std::string name = (std::filesystem::temp_directory_path() / "leakcheck-unit-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    AgentHub::Callbacks callbacks;
    callbacks.on_hello = [this](const Process& process) { hellos.push_back(process); };
    callbacks.on_sample = [this](const model::Sample& sample) { samples.push_back(sample); };
    callbacks.on_warning = [this](const model::ProcessWarning& it) { warnings.push_back(it); };
    auto listening = AgentHub::listen(folder, mode, loop, callbacks, std::move(stand_ins));
    REQUIRE(listening);
    hub = std::move(*listening);
    socket = hub->environment().front().second;
  }
  ~Listening() {
    hub.reset();
    std::filesystem::remove_all(folder);
  }

  /// An agent that has said hello, and has been welcomed.
  std::unique_ptr<FakeAgent> greet() {
    auto agent = std::make_unique<FakeAgent>(socket, loop);
    agent->say_hello();
    REQUIRE_FALSE(agent->wait_for("welcome").empty());
    return agent;
  }
  bool wait_for(const std::function<bool()>& done) {
    return loop.run_until(done, loop.now() + kPatience);
  }
  /// Lets everything that is on its way arrive.
  void settle() {
    loop.run_until([] { return false; }, loop.now() + std::chrono::milliseconds(20));
  }

  std::optional<Result<Collected>> collected;
  void collect(Duration timeout = kPatience) {
    collected.reset();
    hub->collect(timeout, [this](Result<Collected> result) { collected = result; });
  }
};

inline bool has(const std::vector<std::string>& lines, const std::string& type) {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.find('"' + type + '"') != std::string::npos;
  });
}

}  // namespace leakcheck::agent
