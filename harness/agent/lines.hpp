#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "harness/agent/agent_hub.hpp"

/// The agent's protocol, line by line; pure. README.md of this room has the shapes.
namespace leakcheck::agent {

inline constexpr int kProtocol = 1;

struct RequestsLine {
  std::int64_t seen = 0;
};
struct SampleLine {
  model::Sample sample;
};
struct CollectedLine {
  std::int64_t id = 0;
  double ms = 0;
  model::Memory memory;
  std::int64_t seen = 0;
};
/// A worker thread has begun to collect.
struct CollectingLine {
  std::int64_t id = 0;
};
struct FrozenLine {
  std::int64_t id = 0;
};
struct ClockMovedLine {
  std::int64_t id = 0;
  int timers = 0;
};
struct SnapshotTakenLine {
  std::int64_t id = 0;
  double ms = 0;
};
struct StandInLine {
  std::string module;
  std::int64_t uses = 0;
};
struct WarningLine {
  model::ProcessWarning warning;
};
/// The agent could not do what it was asked for; id 0: by its environment.
struct ErrorLine {
  std::int64_t id = 0;
  std::string message;
};

using AgentLine =
    std::variant<Hello, RequestsLine, SampleLine, CollectingLine, CollectedLine, FrozenLine,
                 ClockMovedLine, SnapshotTakenLine, StandInLine, WarningLine, ErrorLine>;

/// Nothing for text that is not JSON, for a type that is not known, and for fields of the wrong
/// type: whatever a service's process writes there, leakcheck goes on.
std::optional<AgentLine> parse_agent_line(std::string_view line);

std::string render_welcome();
std::string render_sample(Duration every);
std::string render_silence();
std::string render_collect(std::int64_t id);
std::string render_freeze(std::int64_t id);
std::string render_clock(std::int64_t id, Duration ahead);
std::string render_snapshot(std::int64_t id, const std::string& file);
std::string render_bye();

/// Why a process that said this hello cannot be measured; "" when it can.
std::string find_problem(const Hello& hello);

}  // namespace leakcheck::agent
