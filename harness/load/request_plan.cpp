#include "harness/load/request_plan.hpp"

#include <strings.h>

#include <algorithm>
#include <utility>

#include "harness/load/answer_plan.hpp"
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

bool has_header(const std::vector<model::Header>& headers, const std::string& name) {
  return std::any_of(headers.begin(), headers.end(), [&](const model::Header& header) {
    return ::strcasecmp(header.name.c_str(), name.c_str()) == 0;
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

std::vector<model::Header> with_defaults(const model::RequestStep& step,
                                         const RequestSetting& setting) {
  std::vector<model::Header> headers;
  const auto add = [&](const char* name, const std::string& value) {
    if (!has_header(step.headers, name) && !has_header(setting.headers, name))
      headers.push_back({name, literal(value)});
  };
  add("User-Agent", kUserAgent);
  add("Accept", "*/*");
  // The load's headers are for all requests, and do not know this body.
  if (step.body && !step.body->content_type.empty() && !has_header(step.headers, "Content-Type"))
    headers.push_back({"Content-Type", literal(step.body->content_type)});
  if (!setting.keep_alive) add("Connection", "close");
  const std::vector<model::Header> ours = headers;
  for (const model::Header& header : setting.headers)
    if (!has_header(step.headers, header.name) && !has_header(ours, header.name))
      headers.push_back(header);
  headers.insert(headers.end(), step.headers.begin(), step.headers.end());
  return headers;
}

/// The URL as the full path gets it: absolute, without a fragment.
Template whole_url(const model::RequestStep& step, const std::string& base_url,
                   const Surroundings& surroundings) {
  Template url = fill_in(step.url, surroundings);
  const std::string prefix = url_prefix(base_url, first_literal(url));
  url.pieces.insert(url.pieces.begin(), prefix);
  url = fill_in(url, surroundings);
  for (auto piece = url.pieces.begin(); piece != url.pieces.end(); ++piece) {
    auto* text = std::get_if<std::string>(&*piece);
    const auto fragment = text == nullptr ? std::string::npos : text->find('#');
    if (fragment == std::string::npos) continue;
    text->resize(fragment);
    url.pieces.erase(piece + 1, url.pieces.end());
    break;
  }
  return url;
}

/// Shape: the first piece is the text up to the path.
Template target_of(const Template& url, std::size_t path_begin) {
  Template target = url;
  auto& first = std::get<std::string>(target.pieces.front());
  first.erase(0, path_begin);
  if (!first.starts_with('/')) first.insert(0, "/");
  bool in_query = false;
  for (auto& piece : target.pieces)
    if (auto* text = std::get_if<std::string>(&piece)) *text = encode_literal(*text, in_query);
  return target;
}

bool has_control_character(const Template& text) {
  for (const auto& piece : text.pieces)
    if (const auto* literal = std::get_if<std::string>(&piece))
      for (const char c : *literal)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  return false;
}

}  // namespace

Result<CompiledTemplate> RequestPlan::compile_part(const Template& text,
                                                   const Surroundings& surroundings, Place place) {
  auto compiled = CompiledTemplate::compile(text, surroundings, place);
  if (!compiled) return with_context(compiled.error(), name_);
  is_literal_ = is_literal_ && compiled->is_literal();
  return compiled;
}

Result<void> RequestPlan::take_url(const model::RequestStep& step, const RequestSetting& setting,
                                   const Surroundings& surroundings) {
  const Template url = whole_url(step, setting.base_url, surroundings);
  auto compiled = compile_part(url, surroundings, Place::url);
  if (!compiled) return tl::make_unexpected(compiled.error());
  url_ = std::move(*compiled);
  if (has_control_character(url))
    return fail(ErrorKind::load, name_ + ": its URL has a control character",
                "write it as %XX, with its code in place of XX");
  const std::string first = first_literal(url);
  const std::size_t path_begin = authority_end(first);
  // A host that changes is found out about when the request is made.
  if (path_begin == first.size() && url.pieces.size() > 1) return {};
  auto origin = take_apart(first.substr(0, path_begin));
  if (!origin) return with_context(origin.error(), name_);
  if (url.pieces.size() == 1)
    if (const auto whole = take_apart(first); !whole) return with_context(whole.error(), name_);
  const auto target = take_apart(setting.base_url.substr(0, authority_end(setting.base_url)));
  if (!target || !origin->is_same_origin(*target)) return {};
  // The same variables as in the whole URL, and so the same values.
  target_ = CompiledTemplate::compile(target_of(url, path_begin), surroundings, Place::url).value();
  origin_ = std::move(*origin);
  goes_to_target_ = true;
  return {};
}

Result<void> RequestPlan::take_parts(const model::RequestStep& step,
                                     const Surroundings& surroundings) {
  for (const model::Part& part : step.parts) {
    auto text = compile_part(part.text, surroundings, Place::plain);
    if (!text) return tl::make_unexpected(text.error());
    parts_.emplace_back(HttpPart{part.name, "", part.file, part.file_name, part.content_type},
                        std::move(*text));
  }
  return {};
}

Result<RequestPlan> RequestPlan::compile(const model::RequestStep& step,
                                         const RequestSetting& setting,
                                         const Surroundings& surroundings) {
  RequestPlan plan;
  plan.name_ = step.name;
  plan.method_ = step.method;
  plan.expect_status_ = step.expect.status;
  if (step.method == model::Method::head && (step.body || !step.parts.empty()))
    return fail(ErrorKind::load, step.name + ": a HEAD request cannot have a body",
                "remove the body, or send it with post, put or patch");
  auto url = plan.take_url(step, setting, surroundings);
  if (!url) return tl::make_unexpected(url.error());
  for (const model::Header& header : with_defaults(step, setting)) {
    auto value = plan.compile_part(header.value, surroundings, Place::header);
    if (!value) return tl::make_unexpected(value.error());
    const bool is_for_all =
        has_header(setting.headers, header.name) && !has_header(step.headers, header.name);
    plan.headers_.push_back({header.name, std::move(*value), is_for_all});
    plan.has_cookie_ = plan.has_cookie_ || ::strcasecmp(header.name.c_str(), "Cookie") == 0;
  }
  if (step.body) {
    auto body = plan.compile_part(step.body->text, surroundings, place_of(step.body->escaping));
    if (!body) return tl::make_unexpected(body.error());
    plan.body_ = std::make_shared<const CompiledTemplate>(std::move(*body));
  }
  auto parts = plan.take_parts(step, surroundings);
  if (!parts) return tl::make_unexpected(parts.error());
  if (plan.target_ && step.redirects == 0 && step.parts.empty() && !step.compressed)
    plan.wire_ = WireText::compile(
        {plan.method_, *plan.origin_, std::move(*plan.target_), plan.headers_, plan.body_});
  plan.target_.reset();
  plan.origin_.reset();
  return plan;
}

const std::string* RequestPlan::find_missing(const RequestValues& values) const {
  if (is_literal_) return nullptr;
  if (const auto* missing = url_.find_missing(values)) return missing;
  for (const HeaderTemplate& header : headers_)
    if (const auto* missing = header.value.find_missing(values); missing && !header.may_lack)
      return missing;
  for (const auto& [part, text] : parts_)
    if (const auto* missing = text.find_missing(values)) return missing;
  return body_ == nullptr ? nullptr : body_->find_missing(values);
}

HttpRequest RequestPlan::render(RequestValues& values, const CookieSource& cookies) const {
  HttpRequest request;
  request.method = method_;
  url_.append_to(request.url, values);
  request.headers.reserve(headers_.size() + 1);
  if (cookies && !has_cookie_ && goes_to_target_) {
    std::string value;
    cookies(value, target_of_url(request.url));
    if (!value.empty()) request.headers.emplace_back("Cookie", std::move(value));
  }
  for (const HeaderTemplate& header : headers_) {
    if (header.may_lack && header.value.find_missing(values) != nullptr) continue;
    request.headers.emplace_back(header.name, std::string());
    header.value.append_to(request.headers.back().second, values);
  }
  if (body_) body_->append_to(request.body.emplace(), values);
  for (const auto& [part, text] : parts_) {
    request.parts.push_back(part);
    text.append_to(request.parts.back().text, values);
  }
  return request;
}

bool RequestPlan::expects(int status) const {
  return is_expected(expect_status_, status);
}

}  // namespace leakcheck::load
