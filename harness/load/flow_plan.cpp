#include "harness/load/flow_plan.hpp"

#include <algorithm>
#include <functional>

#include "harness/load/url.hpp"

namespace leakcheck::load {
namespace {

using model::Step;

/// Everything that all steps share while they are planned.
struct Planner {
  const model::LoadSpec& spec;
  const RequestSetting& setting;
  const Surroundings& surroundings;
  bool full_path_only;
  Tally& tally;
  Needs& needs;
};

/// Requests that one pass through the steps sends, at most.
int count_requests(const std::vector<Step>& steps) {
  int count = 0;
  for (const Step& step : steps) {
    if (const auto* loop = std::get_if<model::LoopStep>(&step))
      count += loop->count * count_requests(loop->steps);
    else if (const auto* branch = std::get_if<model::IfStep>(&step))
      count += std::max(count_requests(branch->then), count_requests(branch->otherwise));
    else if (!std::holds_alternative<model::ThinkStep>(step))
      ++count;
  }
  return count;
}

void visit(const std::vector<Step>& steps,
           const std::function<void(const model::RequestStep&)>& found) {
  for (const Step& step : steps) {
    if (const auto* request = std::get_if<model::RequestStep>(&step)) found(*request);
    if (const auto* loop = std::get_if<model::LoopStep>(&step)) visit(loop->steps, found);
    if (const auto* branch = std::get_if<model::IfStep>(&step)) {
      visit(branch->then, found);
      visit(branch->otherwise, found);
    }
  }
}

Handling handling_of(const model::RequestStep& step, const AnswerPlan& answer,
                     const model::LoadSpec& spec) {
  Handling handling;
  handling.timeout = step.timeout.value_or(spec.request_timeout);
  handling.wants_head = answer.wants_head() || spec.cookies != model::LoadSpec::Cookies::off;
  handling.wants_body = answer.wants_body();
  handling.abort = step.abort;
  handling.send_rate = step.send_rate.count;
  handling.receive_rate = step.receive_rate.count;
  handling.redirects = step.redirects;
  handling.compressed = step.compressed;
  return handling;
}

/// What is always the same is rendered here, once.
Result<void> render_literal(PlannedRequest& request) {
  if (!request.plan.is_literal()) return {};
  RequestValues none{0, nullptr, Random(0)};
  if (request.is_fast) {
    request.body_at = request.plan.render_wire(request.wire, none);
    return {};
  }
  HttpRequest rendered = request.plan.render(none);
  request.literal_target = target_of_url(rendered.url);
  auto prepared = PreparedRequest::create(std::move(rendered));
  if (!prepared) return with_context(prepared.error(), request.plan.name());
  request.prepared = std::move(*prepared);
  return {};
}

Result<PlannedStep> plan_request(const model::RequestStep& step, const Planner& planner,
                                 std::shared_ptr<const model::SseStep> stream) {
  auto plan = RequestPlan::compile(step, planner.setting, planner.surroundings);
  if (!plan) return tl::make_unexpected(plan.error());
  auto answer = AnswerPlan::compile(step, planner.surroundings);
  if (!answer) return with_context(answer.error(), step.name);
  PlannedRequest out(std::move(*plan), std::move(*answer));
  out.handling = handling_of(step, out.answer, planner.spec);
  out.stream = std::move(stream);
  out.handling.stream = out.stream.get();
  if (out.stream) out.handling.timeout += out.stream->hold;
  const bool plain_http = planner.spec.http_version == model::LoadSpec::HttpVersion::http1 &&
                          planner.spec.proxy.empty();
  out.is_fast =
      plain_http && out.plan.fits_fast_path() && (!planner.full_path_only || out.stream != nullptr);
  if (out.stream && !out.is_fast)
    return fail(ErrorKind::load, step.name + ": server-sent events are read over HTTP/1.1 only",
                "give it a path below the target's url, without httpVersion: 2 and proxy");
  (out.is_fast ? planner.needs.fast : planner.needs.full) = true;
  out.is_head = step.method == model::Method::head;
  out.tally_step = planner.tally.add_step(step.name);
  for (const std::string& check : out.answer.check_names()) {
    const bool is_asked = check != "status" || !step.expect.status.empty();
    out.tally_checks.push_back(is_asked ? planner.tally.add_check(out.tally_step, check)
                                        : PlannedRequest::kUncounted);
  }
  if (auto rendered = render_literal(out); !rendered) return tl::make_unexpected(rendered.error());
  return PlannedStep(std::move(out));
}

Result<PlannedStep> plan_stream(const model::SseStep& step, const Planner& planner) {
  model::RequestStep request;
  request.url = step.url;
  request.name = step.name;
  request.headers = step.headers;
  const auto has_accept = [](const model::Header& header) { return header.name == "Accept"; };
  if (std::none_of(request.headers.begin(), request.headers.end(), has_accept))
    request.headers.push_back({"Accept", *parse_template("text/event-stream")});
  return plan_request(request, planner, std::make_shared<const model::SseStep>(step));
}

Result<PlannedStep> plan_web_socket(const model::WebSocketStep& step, const Planner& planner) {
  model::RequestStep handshake;
  handshake.url = step.url;
  handshake.name = step.name;
  handshake.headers = step.headers;
  // A plan knows http:// and https://, which are the same but for the name.
  if (!handshake.url.pieces.empty())
    if (auto* text = std::get_if<std::string>(&handshake.url.pieces.front());
        text != nullptr && (text->starts_with("ws://") || text->starts_with("wss://")))
      text->replace(0, 2, "http");
  RequestSetting setting = planner.setting;
  setting.keep_alive = true;
  auto plan = RequestPlan::compile(handshake, setting, planner.surroundings);
  if (!plan) return tl::make_unexpected(plan.error());
  if (!plan->fits_fast_path())
    return fail(ErrorKind::load, step.name + ": a WebSocket goes to the target only",
                "write a path below the target's url");
  PlannedWebSocket out(std::move(*plan));
  for (const Template& text : step.send) {
    auto compiled = CompiledTemplate::compile(text, planner.surroundings, Place::plain);
    if (!compiled) return with_context(compiled.error(), step.name);
    out.send.push_back(std::move(*compiled));
  }
  out.receive = step.receive;
  out.hold = step.hold;
  out.end = step.end;
  out.timeout = planner.spec.request_timeout;
  out.tally_step = planner.tally.add_step(step.name);
  planner.needs.web_socket = true;
  return PlannedStep(std::move(out));
}

Result<void> plan_steps(const std::vector<Step>& steps, const Planner& planner, FlowPlan& into);

Result<void> plan_loop(const model::LoopStep& loop, const Planner& planner, FlowPlan& into) {
  into.steps.emplace_back(LoopBegin{});
  const std::size_t begin = into.steps.size();
  if (auto planned = plan_steps(loop.steps, planner, into); !planned) return planned;
  into.steps.emplace_back(LoopEnd{begin, loop.count});
  return {};
}

Result<void> plan_branch(const model::IfStep& step, const Planner& planner, FlowPlan& into) {
  auto value = CompiledTemplate::compile(step.value, planner.surroundings, Place::plain);
  if (!value) return with_context(value.error(), "if");
  auto matcher = CompiledMatcher::compile(step.matcher, planner.surroundings);
  if (!matcher) return with_context(matcher.error(), "if");
  const std::size_t branch = into.steps.size();
  into.steps.emplace_back(Branch{std::move(*value), std::move(*matcher), 0});
  if (auto planned = plan_steps(step.then, planner, into); !planned) return planned;
  const std::size_t jump = into.steps.size();
  into.steps.emplace_back(Jump{});
  std::get<Branch>(into.steps[branch]).otherwise = into.steps.size();
  if (auto planned = plan_steps(step.otherwise, planner, into); !planned) return planned;
  std::get<Jump>(into.steps[jump]).to = into.steps.size();
  return {};
}

Result<void> plan_steps(const std::vector<Step>& steps, const Planner& planner, FlowPlan& into) {
  for (const Step& step : steps) {
    if (const auto* think = std::get_if<model::ThinkStep>(&step)) {
      into.steps.emplace_back(PlannedThink{think->time});
      continue;
    }
    Result<void> nested;
    if (const auto* loop = std::get_if<model::LoopStep>(&step)) {
      nested = plan_loop(*loop, planner, into);
    } else if (const auto* branch = std::get_if<model::IfStep>(&step)) {
      nested = plan_branch(*branch, planner, into);
    } else {
      const auto* request = std::get_if<model::RequestStep>(&step);
      const auto* stream = std::get_if<model::SseStep>(&step);
      auto planned = request != nullptr ? plan_request(*request, planner, nullptr)
                     : stream != nullptr
                         ? plan_stream(*stream, planner)
                         : plan_web_socket(std::get<model::WebSocketStep>(step), planner);
      if (!planned) return tl::make_unexpected(planned.error());
      into.steps.push_back(std::move(*planned));
    }
    if (!nested) return nested;
  }
  return {};
}

Result<FlowPlan> plan_flow(const std::string& name, const std::vector<Step>& steps,
                           const Planner& planner) {
  FlowPlan plan;
  plan.requests = count_requests(steps);
  if (auto planned = plan_steps(steps, planner, plan); !planned)
    return with_context(planned.error(), name);
  return plan;
}

}  // namespace

bool Branch::holds(RequestValues& values) const {
  if (value.find_missing(values) != nullptr) return matcher.holds(std::nullopt, values);
  std::string text;
  value.append_to(text, values);
  return matcher.holds(text, values);
}

std::vector<std::string> list_captures(const model::LoadSpec& spec) {
  std::vector<std::string> names;
  const auto take = [&](const model::RequestStep& request) {
    for (const model::Capture& capture : request.captures)
      if (std::find(names.begin(), names.end(), capture.as) == names.end())
        names.push_back(capture.as);
  };
  visit(spec.setup.steps, take);
  for (const model::Flow& flow : spec.flows) visit(flow.steps, take);
  visit(spec.teardown, take);
  return names;
}

Result<Flows> plan_flows(const model::LoadSpec& spec, const RequestSetting& setting,
                         const Surroundings& surroundings, bool full_path_only, Tally& tally) {
  Flows out;
  const Planner planner{spec, setting, surroundings, full_path_only, tally, out.needs};
  for (const model::Flow& flow : spec.flows) {
    auto plan = plan_flow("flow \"" + flow.name + "\"", flow.steps, planner);
    if (!plan) return tl::make_unexpected(plan.error());
    if (plan->requests == 0 || flow.weight < 1)
      return fail(ErrorKind::load, "the flow \"" + flow.name + "\" sends nothing",
                  "give it a request and a weight of at least 1");
    out.flows.push_back(std::move(*plan));
  }
  if (out.flows.empty())
    return fail(ErrorKind::load, "the load has no flow", "name at least one request in load.flows");
  const Planner aside{spec, setting, surroundings, full_path_only, out.aside_tally, out.needs};
  auto setup = plan_flow("setup", spec.setup.steps, aside);
  if (!setup) return tl::make_unexpected(setup.error());
  auto teardown = plan_flow("teardown", spec.teardown, aside);
  if (!teardown) return tl::make_unexpected(teardown.error());
  out.setup = std::move(*setup);
  out.teardown = std::move(*teardown);
  return out;
}

}  // namespace leakcheck::load
