#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness/scenario/body.hpp"
#include "harness/scenario/fields.hpp"
#include "harness/scenario/headers.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

namespace leakcheck::scenario {
namespace {

using model::Method;

const std::vector<std::string>& step_keys() {
  static const std::vector<std::string> keys = {"get",    "post", "put",  "patch",
                                                "delete", "head", "think"};
  return keys;
}

constexpr std::array kMethods = {Method::get,   Method::post, Method::put,
                                 Method::patch, Method::del,  Method::head};

/// "/orders/{{ userId }}" of "http://host/orders/{{ userId }}?full=1": as written, without origin
/// and query. A "?" inside a placeholder does not occur: parse_template refuses it.
std::string path_as_written(std::string_view url) {
  const auto scheme = url.find("://");
  if (url.starts_with("http") && scheme != std::string_view::npos) {
    const auto slash = url.find('/', scheme + 3);
    url = slash == std::string_view::npos ? "/" : url.substr(slash);
  }
  const std::string_view path = url.substr(0, url.find_first_of("?#"));
  return path.empty() ? "/" : std::string(path);
}

void read_url(Context& context, const Node& node, model::RequestStep& request) {
  auto url = read_template(context, node, "the url of a request", Scope::request_url);
  request.name = fmt::format("{} {}", model::to_string(request.method), path_as_written(node.text));
  if (!url) return;
  const auto* start = std::get_if<std::string>(&url->pieces.front());
  if (start != nullptr && !start->starts_with('/') && !start->starts_with("http://") &&
      !start->starts_with("https://"))
    context.problems.add(
        node.place, fmt::format("the url of a request is a path; {} is not", in_quotes(node.text)),
        "it begins with \"/\", or is a whole http:// URL");
  for (const auto& piece : url->pieces) {
    const auto* literal = std::get_if<std::string>(&piece);
    if (literal == nullptr || std::none_of(literal->begin(), literal->end(),
                                           [](unsigned char c) { return c <= 0x20 || c == 0x7F; }))
      continue;
    context.problems.add(node.place, fmt::format("the url {} has a blank", in_quotes(node.text)),
                         "write %20 for a blank");
    break;
  }
  request.url = std::move(*url);
}

void read_expect(Context& context, const Node& node, model::RequestStep& request) {
  const Fields fields(context, node, "expect of a request", {"statusCode"});
  const Node* status = fields.require_here("statusCode", "write expect: { statusCode: 200 }");
  if (status == nullptr) return;
  const std::string label = "expect.statusCode";
  if (status->is_list() && status->items.empty())
    context.problems.add(status->place, "expect.statusCode is an empty list",
                         "name at least one: [200, 404]");
  if (status->is_list()) {
    for (const NodePtr& item : status->items)
      if (const auto code = read_int(context, *item, label, {100, 599}))
        request.expect.status.push_back(*code);
  } else if (const auto code = read_int(context, *status, label, {100, 599})) {
    request.expect.status.push_back(*code);
  }
}

}  // namespace

std::optional<model::RequestStep> read_request(Context& context, Method method, const Node& node) {
  model::RequestStep request;
  request.method = method;
  if (node.is_scalar()) {
    read_url(context, node, request);
    return request;
  }
  if (!node.is_map()) {
    context.problems.add(
        node.place, fmt::format("a request must be a path or a map; this is {}", kind_name(node)),
        "write get: /path, or get: { url: /path }");
    return std::nullopt;
  }
  const Fields fields(context, node, "a request",
                      {"url", "name", "headers", "json", "body", "form", "expect"});
  if (const Node* url = fields.require_here("url", "write get: /path, or get: { url: /path }"))
    read_url(context, *url, request);
  if (const Node* name = fields.find("name"))
    request.name = read_text(context, *name, "the name of a request").value_or(request.name);
  if (const Node* headers = fields.find("headers"))
    request.headers = read_headers(context, *headers);
  request.body = read_body(context, fields, method, request.headers);
  if (const Node* expect = fields.find("expect")) read_expect(context, *expect, request);
  return request;
}

std::optional<model::Step> read_step(Context& context, const Node& node) {
  const char* hint = "write get: /path, or think: 20ms";
  const Fields fields(context, node, "a step", step_keys());
  if (!fields.is_map()) return std::nullopt;
  if (node.entries.size() != 1) {
    // Unknown keys are refused above; one known key among them still says what is meant.
    const auto known = std::count_if(node.entries.begin(), node.entries.end(), [](const Entry& e) {
      return std::find(step_keys().begin(), step_keys().end(), e.key) != step_keys().end();
    });
    if (node.entries.empty() || known > 1)
      context.problems.add(
          node.place,
          node.entries.empty() ? "a step is empty" : "a step has one key; this one has more",
          node.entries.empty() ? hint : "start the next step with its own \"-\"");
  }
  for (std::size_t i = 0; i < kMethods.size(); ++i)
    if (const Node* request = fields.find(step_keys()[i])) {
      auto read = read_request(context, kMethods[i], *request);
      if (!read) return std::nullopt;
      return model::Step(std::move(*read));
    }
  const Node* think = fields.find("think");
  if (think == nullptr) return std::nullopt;
  const auto time = read_duration(context, *think, "think",
                                  {std::chrono::milliseconds(0), std::chrono::hours(1)});
  return model::Step(model::ThinkStep{time.value_or(std::chrono::milliseconds(0))});
}

}  // namespace leakcheck::scenario
