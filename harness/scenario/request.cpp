#include <fmt/format.h>

#include <utility>

#include "harness/scenario/answer.hpp"
#include "harness/scenario/body.hpp"
#include "harness/scenario/fields.hpp"
#include "harness/scenario/headers.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"
#include "harness/scenario/url.hpp"
#include "harness/scenario/yaml_number.hpp"

namespace leakcheck::scenario {
namespace {

using model::Method;

constexpr int kRedirects = 5;
constexpr int kMostRedirects = 50;

void read_url(Context& context, const Node& node, model::RequestStep& request) {
  request.url = read_step_url(context, node, "the url of a request", {"http://", "https://"});
  request.name = name_of_step(model::to_string(request.method), node.text);
}

/// What the request sends: headers and one kind of body.
void read_sent(Context& context, const Fields& fields, model::RequestStep& request) {
  if (const Node* headers = fields.find("headers"))
    request.headers = read_headers(context, *headers);
  request.body = read_body(context, fields, request.method, request.headers);
  const Node* multipart = fields.find("multipart");
  if (multipart == nullptr) return;
  request.parts = read_multipart(context, *multipart);
  if (has_header(request.headers, "Content-Type"))
    context.problems.add(fields.place("headers"), "a multipart request cannot set Content-Type",
                         "remove it: it names the boundary between the parts");
}

int read_redirects(Context& context, const Node& node) {
  const std::string label = "followRedirects";
  const bool is_number =
      node.is_scalar() && (parse_whole_number(node.text) || uses_environment(node));
  if (is_number) return read_int(context, node, label, {0, kMostRedirects}).value_or(0);
  return read_bool(context, node, label).value_or(false) ? kRedirects : 0;
}

/// How it is sent and its answer received.
void read_manner(Context& context, const Fields& fields, model::RequestStep& request) {
  const auto rate = [&](const char* key) {
    const Node* node = fields.find(key);
    return node == nullptr ? Bytes{} : read_bytes(context, *node, key, Bytes{1}).value_or(Bytes{});
  };
  if (const Node* redirects = fields.find("followRedirects"))
    request.redirects = read_redirects(context, *redirects);
  if (const Node* compressed = fields.find("compressed"))
    request.compressed = read_bool(context, *compressed, "compressed").value_or(false);
  request.send_rate = rate("sendRate");
  request.receive_rate = rate("receiveRate");
  if (const Node* timeout = fields.find("timeout"))
    request.timeout = read_duration(context, *timeout, "the timeout of a request",
                                    {std::chrono::milliseconds(1), std::chrono::hours(1)});
}

void check_upload(Context& context, const Fields& fields, const model::RequestStep& request) {
  const Node* abort = fields.find("abort");
  if (abort == nullptr || !abort->is_map()) return;
  const Entry* upload = find_entry(*abort, "atUpload");
  for (const char* key : {"json", "body", "form", "multipart"})
    if (fields.find(key) != nullptr && request.method != Method::head) return;
  if (upload != nullptr)
    context.problems.add(upload->key_place, "abort.atUpload needs a body that is sent",
                         "add json, form, body or multipart, or use after");
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
  const Fields fields(
      context, node, "a request",
      {"url", "name", "headers", "json", "body", "form", "multipart", "expect", "capture", "abort",
       "followRedirects", "compressed", "sendRate", "receiveRate", "timeout"});
  if (const Node* url = fields.require_here("url", "write get: /path, or get: { url: /path }"))
    read_url(context, *url, request);
  read_step_name(context, fields, "the name of a request", request.name);
  read_sent(context, fields, request);
  read_manner(context, fields, request);
  const bool head = method == Method::head;
  if (const Node* expect = fields.find("expect"))
    request.expect = read_expect(context, *expect, head);
  if (const Node* abort = fields.find("abort"))
    request.abort = read_abort(context, *abort, request);
  check_upload(context, fields, request);
  if (const Node* capture = fields.find("capture"))
    request.captures = read_captures(context, *capture, head);
  return request;
}

}  // namespace leakcheck::scenario
