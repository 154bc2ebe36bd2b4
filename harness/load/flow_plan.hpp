#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/load/answer_plan.hpp"
#include "harness/load/compiled_matcher.hpp"
#include "harness/load/exchange.hpp"
#include "harness/load/prepared_request.hpp"
#include "harness/load/request_plan.hpp"
#include "harness/load/tally.hpp"
#include "harness/load/variables.hpp"
#include "harness/model/load_spec.hpp"

namespace leakcheck::load {

/// A request of a flow. One that is always the same is rendered once.
struct PlannedRequest {
  PlannedRequest(RequestPlan request, AnswerPlan looks)
      : plan(std::move(request)), answer(std::move(looks)) {}

  RequestPlan plan;
  AnswerPlan answer;
  Handling handling;  ///< with the step's abort, also for those that are left alone
  std::size_t tally_step = 0;
  static constexpr std::size_t kUncounted = SIZE_MAX;
  /// One for each of the answer's checks; the status that nobody asked for is looked at, not
  /// counted.
  std::vector<std::size_t> tally_checks;
  bool is_fast = false;
  bool is_head = false;  ///< HEAD: the answer has no body
  std::string wire;      ///< fast path; "" when it has variables
  std::size_t body_at = 0;
  std::shared_ptr<const PreparedRequest> prepared;  ///< full path; null when it has variables
  std::string literal_target;                       ///< of that: path and query
  std::shared_ptr<const model::SseStep> stream;     ///< what handling.stream points to
};

struct PlannedWebSocket {
  explicit PlannedWebSocket(RequestPlan request) : handshake(std::move(request)) {}

  RequestPlan handshake;  ///< its name, url and headers
  std::vector<CompiledTemplate> send;
  int receive = 0;
  Duration hold{};
  model::HeldEnd end = model::HeldEnd::close;
  Duration timeout{};
  std::size_t tally_step = 0;
};

struct PlannedThink {
  Duration time{};
};
struct LoopBegin {};
/// Goes back to `begin` until the loop had its passes.
struct LoopEnd {
  std::size_t begin;
  int count;
};
/// Goes on with the next step when the value matches, else elsewhere.
struct Branch {
  CompiledTemplate value;
  CompiledMatcher matcher;
  std::size_t otherwise = 0;

  bool holds(RequestValues& values) const;
};
struct Jump {
  std::size_t to;
};

using PlannedStep =
    std::variant<PlannedRequest, PlannedThink, PlannedWebSocket, LoopBegin, LoopEnd, Branch, Jump>;

/// A flow, ready to run: loops and branches are jumps between its steps.
struct FlowPlan {
  std::vector<PlannedStep> steps;
  int requests = 0;  ///< of one iteration; the most, where branches differ
};

/// Which clients the steps need.
struct Needs {
  bool fast = false;
  bool full = false;
  bool web_socket = false;
};

struct Flows {
  std::vector<FlowPlan> flows;
  FlowPlan setup;
  FlowPlan teardown;
  Tally aside_tally;  ///< of set-up and teardown, which are no part of the load
  Needs needs;
};

/// Makes plans of all flows, and enters their steps into `tally`.
/// Errors: ErrorKind::load for flows without requests, unknown variables, patterns and URLs that
/// are none.
Result<Flows> plan_flows(const model::LoadSpec& spec, const RequestSetting& setting,
                         const Surroundings& surroundings, bool full_path_only, Tally& tally);

/// The names that steps capture as, each once.
std::vector<std::string> list_captures(const model::LoadSpec& spec);

}  // namespace leakcheck::load
