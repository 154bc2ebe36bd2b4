#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/scenario/context.hpp"
#include "harness/scenario/fields.hpp"
#include "harness/scenario/node.hpp"

/// The parts of a scenario, one reader each. They add problems and return what they could read;
/// the caller looks at the problems, never at half a record.
namespace leakcheck::scenario {

model::TargetSpec read_target(Context& context, const Node& node);
model::Ready read_ready(Context& context, const Node& node);
model::Stop read_stop(Context& context, const Node& node);
/// argv of a command; see the YAML reference for the string form. `label`: "target.command".
std::vector<Template> read_command(Context& context, const Node& node, const std::string& label,
                                   bool shell);
/// Environment variables for the service. `label`: "target.env".
std::vector<std::pair<std::string, Template>> read_env(Context& context, const Node& node,
                                                       const std::string& label);

/// Also sets context.payload_fields.
std::optional<model::Payload> read_payload(Context& context, const Node& node);

model::LoadSpec read_load(Context& context, const Node& node);
/// arrivalRate, rampTo, phases and whenBusy of load.
void read_arrivals(Context& context, const Fields& fields, model::LoadSpec& load);
model::Setup read_setup(Context& context, const Node& node);
std::vector<model::Step> read_teardown(Context& context, const Node& node);
/// Also fills context.step_names.
std::vector<model::Flow> read_flows(Context& context, const Node& node);

/// `label` names the list in messages: "loop.steps".
std::vector<model::Step> read_steps(Context& context, const Node& node, const std::string& label);
std::optional<model::Step> read_step(Context& context, const Node& node);
/// One of get, post, put, patch, delete, head.
std::optional<model::RequestStep> read_request(Context& context, model::Method method,
                                               const Node& node);
std::optional<model::WebSocketStep> read_web_socket(Context& context, const Node& node);
std::optional<model::SseStep> read_sse(Context& context, const Node& node);
/// The name of a request, when it has one of its own.
void read_step_name(Context& context, const Fields& fields, const std::string& label,
                    std::string& name);
std::vector<model::Part> read_multipart(Context& context, const Node& node);
std::optional<model::Abort> read_abort(Context& context, const Node& node,
                                       const model::RequestStep& request);

std::vector<model::Budget> read_budgets(Context& context, const Node& node);
/// Uses context.step_names.
std::vector<model::Threshold> read_thresholds(Context& context, const Node& node);
std::vector<model::ReporterSpec> read_reporters(Context& context, const Node& node);
/// `shell` is target.shell, which holds for the commands of variants too.
std::vector<model::Suspect> read_suspects(Context& context, const Node& node, bool shell);
model::SnapshotSpec read_snapshots(Context& context, const Node& node);
std::vector<model::Ignore> read_ignore(Context& context, const Node& node);

/// The path, absolute: relative ones start at the folder of the file that has them.
std::filesystem::path resolve_path(const Place& place, const std::string& path);

}  // namespace leakcheck::scenario
