#include "harness/model/outcome.hpp"

#include "harness/model/sample.hpp"
#include "harness/model/scenario.hpp"
#include "harness/model/verdict.hpp"

namespace leakcheck::model {

std::string_view to_string(Ending ending) {
  switch (ending) {
    case Ending::clean:
      return "clean";
    case Ending::leak:
      return "leak";
    case Ending::budget_exceeded:
      return "budget_exceeded";
    case Ending::inconclusive:
      return "inconclusive";
    case Ending::usage_wrong:
      return "usage_wrong";
    case Ending::scenario_wrong:
      return "scenario_wrong";
    case Ending::target_failed:
      return "target_failed";
    case Ending::load_invalid:
      return "load_invalid";
    case Ending::report_failed:
      return "report_failed";
    case Ending::internal_error:
      return "internal_error";
    case Ending::interrupted:
      return "interrupted";
    case Ending::terminated:
      return "terminated";
  }
  return "";
}

std::string_view to_string(TargetEnd end) {
  switch (end) {
    case TargetEnd::not_started:
      return "not_started";
    case TargetEnd::never_ready:
      return "never_ready";
    case TargetEnd::port_taken:
      return "port_taken";
    case TargetEnd::early_exit:
      return "early_exit";
    case TargetEnd::crashed:
      return "crashed";
    case TargetEnd::out_of_memory:
      return "out_of_memory";
    case TargetEnd::hung:
      return "hung";
    case TargetEnd::agent_missing:
      return "agent_missing";
    case TargetEnd::stopped:
      return "stopped";
    case TargetEnd::killed:
      return "killed";
  }
  return "";
}

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::launch:
      return "launch";
    case Phase::warmup:
      return "warmup";
    case Phase::measure:
      return "measure";
    case Phase::confirm:
      return "confirm";
    case Phase::replay:
      return "replay";
    case Phase::explore:
      return "explore";
    case Phase::routes:
      return "routes";
    case Phase::settle:
      return "settle";
    case Phase::explain:
      return "explain";
    case Phase::stop:
      return "stop";
  }
  return "";
}

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::del:
      return "DELETE";
    case Method::head:
      return "HEAD";
  }
  return "";
}

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::quiet:
      return "quiet";
    case Mode::freeze:
      return "freeze";
    case Mode::native:
      return "native";
    case Mode::automatic:
      return "auto";
  }
  return "";
}

std::string_view to_string(Threshold::Metric metric) {
  switch (metric) {
    case Threshold::Metric::http_req_failed:
      return "http_req_failed";
    case Threshold::Metric::http_req_duration:
      return "http_req_duration";
    case Threshold::Metric::http_reqs:
      return "http_reqs";
    case Threshold::Metric::checks:
      return "checks";
    case Threshold::Metric::dropped_iterations:
      return "dropped_iterations";
  }
  return "";
}

std::string_view to_string(Answer answer) {
  switch (answer) {
    case Answer::clean:
      return "clean";
    case Answer::leak:
      return "leak";
    case Answer::bounded:
      return "bounded";
    case Answer::keyed_growth:
      return "keyed_growth";
    case Answer::time_bounded:
      return "time_bounded";
    case Answer::inconclusive:
      return "inconclusive";
  }
  return "";
}

std::string_view to_string(Rule rule) {
  switch (rule) {
    case Rule::none:
      return "none";
    case Rule::clean:
      return "clean";
    case Rule::linear:
      return "linear";
    case Rule::step:
      return "step";
    case Rule::sporadic:
      return "sporadic";
    case Rule::plateau:
      return "plateau";
    case Rule::replay:
      return "replay";
    case Rule::settle:
      return "settle";
  }
  return "";
}

std::string_view to_string(Ablation::Effect effect) {
  switch (effect) {
    case Ablation::Effect::ends_growth:
      return "ends_growth";
    case Ablation::Effect::reduces_growth:
      return "reduces_growth";
    case Ablation::Effect::no_effect:
      return "no_effect";
    case Ablation::Effect::unclear:
      return "unclear";
  }
  return "";
}

std::string_view to_string(ResidentSet::Kind kind) {
  switch (kind) {
    case ResidentSet::Kind::flat:
      return "flat";
    case ResidentSet::Kind::follows:
      return "follows";
    case ResidentSet::Kind::fragmentation:
      return "fragmentation";
    case ResidentSet::Kind::unexplained:
      return "unexplained";
  }
  return "";
}

const QuantityVerdict* find_quantity(const Verdict& verdict, Quantity quantity) {
  for (const QuantityVerdict& each : verdict.quantities)
    if (each.quantity == quantity) return &each;
  return nullptr;
}

std::string_view to_string(CheckState state) {
  switch (state) {
    case CheckState::passed:
      return "passed";
    case CheckState::failed:
      return "failed";
    case CheckState::inconclusive:
      return "inconclusive";
  }
  return "";
}

}  // namespace leakcheck::model
