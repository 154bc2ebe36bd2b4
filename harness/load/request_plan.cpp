#include "harness/load/request_plan.hpp"

#include <strings.h>

#include <algorithm>

#include "harness/load/url.hpp"

namespace leakcheck::load {
namespace {

constexpr const char* kUserAgent = "leakcheck/" LEAKCHECK_VERSION;

Template literal(const std::string& text) {
  Template out;
  out.pieces.emplace_back(text);
  return out;
}

std::string first_literal(const Template& text) {
  if (text.pieces.empty()) return "";
  const auto* piece = std::get_if<std::string>(&text.pieces.front());
  return piece == nullptr ? "" : *piece;
}

bool has_header(const model::RequestStep& step, const char* name) {
  return std::any_of(step.headers.begin(), step.headers.end(), [&](const model::Header& header) {
    return ::strcasecmp(header.name.c_str(), name) == 0;
  });
}

Place place_of(model::Escaping escaping) {
  switch (escaping) {
    case model::Escaping::none:
      return Place::plain;
    case model::Escaping::json_string:
      return Place::json_string;
    case model::Escaping::form:
      return Place::form;
  }
  return Place::plain;
}

std::vector<model::Header> with_defaults(const model::RequestStep& step, bool keep_alive) {
  std::vector<model::Header> headers;
  const auto add = [&](const char* name, const std::string& value) {
    if (!has_header(step, name)) headers.push_back({name, literal(value)});
  };
  add("User-Agent", kUserAgent);
  add("Accept", "*/*");
  if (step.body && !step.body->content_type.empty()) add("Content-Type", step.body->content_type);
  if (!keep_alive) add("Connection", "close");
  headers.insert(headers.end(), step.headers.begin(), step.headers.end());
  return headers;
}

}  // namespace

Result<CompiledTemplate> RequestPlan::compile_part(const Template& text,
                                                   const Surroundings& surroundings, Place place) {
  auto compiled = CompiledTemplate::compile(text, surroundings, place);
  if (!compiled) return with_context(compiled.error(), name_);
  is_literal_ = is_literal_ && compiled->is_literal();
  return compiled;
}

Result<RequestPlan> RequestPlan::compile(const model::RequestStep& step,
                                         const std::string& base_url,
                                         const Surroundings& surroundings, bool keep_alive) {
  RequestPlan plan;
  plan.name_ = step.name;
  plan.method_ = step.method;
  plan.expect_status_ = step.expect.status;
  if (step.method == model::Method::head && step.body)
    return fail(ErrorKind::load, step.name + ": a HEAD request cannot have a body",
                "remove the body, or send it with post, put or patch");
  plan.url_prefix_ = url_prefix(base_url, first_literal(step.url));
  auto url = plan.compile_part(step.url, surroundings, Place::url);
  if (!url) return tl::make_unexpected(url.error());
  plan.url_ = std::move(*url);
  for (const model::Header& header : with_defaults(step, keep_alive)) {
    auto value = plan.compile_part(header.value, surroundings, Place::header);
    if (!value) return tl::make_unexpected(value.error());
    plan.headers_.emplace_back(header.name, std::move(*value));
  }
  if (step.body) {
    auto body = plan.compile_part(step.body->text, surroundings, place_of(step.body->escaping));
    if (!body) return tl::make_unexpected(body.error());
    plan.body_ = std::move(*body);
  }
  return plan;
}

HttpRequest RequestPlan::render(RequestValues& values) const {
  HttpRequest request;
  request.method = method_;
  request.url = url_prefix_;
  url_.append_to(request.url, values);
  request.headers.reserve(headers_.size());
  for (const auto& [name, value] : headers_) {
    request.headers.emplace_back(name, std::string());
    value.append_to(request.headers.back().second, values);
  }
  if (body_) body_->append_to(request.body.emplace(), values);
  return request;
}

bool RequestPlan::expects(int status) const {
  if (expect_status_.empty()) return status >= 200 && status < 400;
  return std::find(expect_status_.begin(), expect_status_.end(), status) != expect_status_.end();
}

}  // namespace leakcheck::load
