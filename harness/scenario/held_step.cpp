#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/scenario/fields.hpp"
#include "harness/scenario/headers.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/url.hpp"

/// Connections that stay open: WebSocket and server-sent events.
namespace leakcheck::scenario {
namespace {

constexpr int kMostMessages = 1'000'000;

model::HeldEnd read_end(Context& context, const Fields& fields) {
  const Node* node = fields.find("end");
  if (node == nullptr) return model::HeldEnd::close;
  return read_choice(context, *node, fields.label("end"), {"close", "abandon"}) == 1U
             ? model::HeldEnd::abandon
             : model::HeldEnd::close;
}

model::Milliseconds read_hold(Context& context, const Fields& fields) {
  const Node* node = fields.find("hold");
  if (node == nullptr) return {};
  return read_duration(context, *node, fields.label("hold"),
                       {std::chrono::milliseconds(0), std::chrono::hours(1)})
      .value_or(model::Milliseconds(0));
}

void refuse_kind(Context& context, const Node& node, const char* what, const char* hint) {
  context.problems.add(node.place,
                       fmt::format("{} must be a path or a map; this is {}", what, kind_name(node)),
                       hint);
}

/// The handshake sets these itself. Source: RFC 6455, section 4.1.
void refuse_handshake_headers(Context& context, const Node& node) {
  if (!node.is_map()) return;
  for (const Entry& entry : node.entries) {
    const std::string name = to_lower(entry.key);
    if (name == "upgrade" || name == "sec-websocket-key" || name == "sec-websocket-version" ||
        name == "sec-websocket-extensions")
      context.problems.add(entry.key_place, fmt::format("the header {} cannot be set", entry.key),
                           "remove it: the handshake has its own");
  }
}

std::vector<Template> read_send(Context& context, const Node& node) {
  std::vector<Template> messages;
  const auto take = [&](const Node& item) {
    if (auto text = read_template(context, item, "a message of websocket", Scope::request, true))
      messages.push_back(std::move(*text));
  };
  if (node.is_list())
    for (const NodePtr& item : node.items) take(*item);
  else
    take(node);
  return messages;
}

}  // namespace

std::optional<model::WebSocketStep> read_web_socket(Context& context, const Node& node) {
  const std::vector<std::string> schemes = {"ws://", "wss://"};
  const char* hint = "write websocket: { url: /chat, send: hello, receive: 1 }";
  model::WebSocketStep step;
  const auto read_url = [&](const Node& url) {
    step.url = read_step_url(context, url, "the url of websocket", schemes);
    step.name = name_of_step("WS", url.text);
  };
  if (node.is_scalar()) {
    read_url(node);
    return step;
  }
  if (!node.is_map()) {
    refuse_kind(context, node, "websocket", hint);
    return std::nullopt;
  }
  const Fields fields(context, node, "websocket",
                      {"url", "name", "headers", "send", "receive", "hold", "end"});
  if (const Node* url = fields.require_here("url", hint)) read_url(*url);
  read_step_name(context, fields, "websocket.name", step.name);
  if (const Node* headers = fields.find("headers")) {
    step.headers = read_headers(context, *headers);
    refuse_handshake_headers(context, *headers);
  }
  if (const Node* send = fields.find("send")) step.send = read_send(context, *send);
  if (const Node* receive = fields.find("receive"))
    step.receive = read_int(context, *receive, "websocket.receive", {0, kMostMessages}).value_or(0);
  step.hold = read_hold(context, fields);
  step.end = read_end(context, fields);
  return step;
}

std::optional<model::SseStep> read_sse(Context& context, const Node& node) {
  const std::vector<std::string> schemes = {"http://", "https://"};
  const char* hint = "write sse: { url: /events, events: 3 }";
  model::SseStep step;
  const auto read_url = [&](const Node& url) {
    step.url = read_step_url(context, url, "the url of sse", schemes);
    step.name = name_of_step("SSE", url.text);
  };
  if (node.is_scalar()) {
    read_url(node);
    return step;
  }
  if (!node.is_map()) {
    refuse_kind(context, node, "sse", hint);
    return std::nullopt;
  }
  const Fields fields(context, node, "sse", {"url", "name", "headers", "events", "hold", "end"});
  if (const Node* url = fields.require_here("url", hint)) read_url(*url);
  read_step_name(context, fields, "sse.name", step.name);
  if (const Node* headers = fields.find("headers")) step.headers = read_headers(context, *headers);
  if (const Node* events = fields.find("events"))
    step.events = read_int(context, *events, "sse.events", {0, kMostMessages}).value_or(1);
  step.hold = read_hold(context, fields);
  step.end = read_end(context, fields);
  return step;
}

}  // namespace leakcheck::scenario
