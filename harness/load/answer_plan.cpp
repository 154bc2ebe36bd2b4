#include "harness/load/answer_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness/load/compiled_matcher.hpp"
#include "harness/load/header_lines.hpp"
#include "harness/load/json_reader.hpp"
#include "harness/load/pattern.hpp"

namespace leakcheck::load {
namespace {

struct HeaderLook {
  std::string name;
  CompiledMatcher matcher;
};

struct JsonLook {
  std::size_t path;  // of the reader
  CompiledMatcher matcher;
};

struct Taking {
  model::Capture::From from;
  std::size_t path = 0;  // of the reader
  std::string header;
  std::optional<Pattern> pattern;
  std::size_t slot = 0;
  std::string failure;  // "no capture id"
};

/// Names of errors, made once for all.
std::string_view status_name(int status) {
  static const auto names = [] {
    std::array<std::string, 1000> out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = fmt::format("status {}", i);
    return out;
  }();
  return names[static_cast<std::size_t>(std::clamp(status, 0, 999))];
}

bool header_holds(const HeaderLook& look, std::string_view head, RequestValues& values) {
  HeaderValues present(head, look.name);
  std::optional<std::string_view> value = present.next();
  if (!value) return look.matcher.holds(std::nullopt, values);
  for (; value; value = present.next())
    if (look.matcher.holds(value, values)) return true;
  return false;
}

}  // namespace

bool is_expected(const std::vector<int>& statuses, int status) {
  if (statuses.empty()) return status >= 200 && status < 400;
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

struct AnswerPlan::State {
  std::vector<int> statuses;
  std::vector<HeaderLook> headers;
  std::vector<JsonLook> json;
  std::optional<Pattern> body;
  std::optional<Bytes> min_body;
  std::optional<Bytes> max_body;
  std::vector<Taking> captures;
  std::vector<std::string> names;     // of the checks
  std::vector<std::string> failures;  // the same in errors
  std::vector<model::JsonPath> paths;
  std::optional<JsonReader> reader;

  Result<void> take_expect(const model::Expect& expect, const Surroundings& surroundings);
  Result<void> take_capture(const model::Capture& capture, const Surroundings& surroundings);
  void name_check(std::string name) {
    failures.push_back("check " + name);
    names.push_back(std::move(name));
  }
  std::size_t add_path(const model::JsonPath& path);

  bool check(const Exchange& exchange, RequestValues& values, std::vector<bool>& held);
  std::optional<std::string_view> find(const Taking& taking, const Exchange& exchange);
  std::string_view capture(const Exchange& exchange, RequestValues& values, bool take);
};

std::size_t AnswerPlan::State::add_path(const model::JsonPath& path) {
  const auto known = std::find_if(paths.begin(), paths.end(), [&](const model::JsonPath& present) {
    return present.segments == path.segments;
  });
  const auto index = static_cast<std::size_t>(known - paths.begin());
  if (known == paths.end()) paths.push_back(path);
  return index;
}

Result<void> AnswerPlan::State::take_expect(const model::Expect& expect,
                                            const Surroundings& surroundings) {
  statuses = expect.status;
  name_check("status");
  for (const model::HeaderCheck& header : expect.headers) {
    const std::string name = "header " + header.name;
    auto matcher = CompiledMatcher::compile(header.matcher, surroundings);
    if (!matcher) return with_context(matcher.error(), name);
    headers.push_back({header.name, std::move(*matcher)});
    name_check(name);
  }
  for (const model::JsonCheck& check : expect.json) {
    const std::string name = "json " + check.path.text;
    auto matcher = CompiledMatcher::compile(check.matcher, surroundings);
    if (!matcher) return with_context(matcher.error(), name);
    json.push_back({add_path(check.path), std::move(*matcher)});
    name_check(name);
  }
  if (expect.body_matches) {
    auto pattern = Pattern::compile(*expect.body_matches);
    if (!pattern) return with_context(pattern.error(), "body matches");
    body = std::move(*pattern);
    name_check("body matches");
  }
  min_body = expect.min_body;
  max_body = expect.max_body;
  if (min_body || max_body) name_check("body size");
  return {};
}

Result<void> AnswerPlan::State::take_capture(const model::Capture& capture,
                                             const Surroundings& surroundings) {
  const auto& known = surroundings.captures;
  const auto slot = std::find(known.begin(), known.end(), capture.as);
  if (slot == known.end())
    return fail(ErrorKind::load, "there is no slot for the capture \"" + capture.as + "\"",
                "name it among the captures of the load");
  Taking taking;
  taking.from = capture.from;
  taking.slot = static_cast<std::size_t>(slot - known.begin());
  taking.failure = "no capture " + capture.as;
  switch (capture.from) {
    case model::Capture::From::json:
      taking.path = add_path(capture.path);
      break;
    case model::Capture::From::header:
      taking.header = capture.header;
      break;
    case model::Capture::From::regex: {
      auto pattern = Pattern::compile(capture.pattern);
      if (!pattern) return with_context(pattern.error(), "capture " + capture.as);
      taking.pattern = std::move(*pattern);
      break;
    }
  }
  captures.push_back(std::move(taking));
  return {};
}

AnswerPlan::AnswerPlan(std::unique_ptr<State> state) : state_(std::move(state)) {}
AnswerPlan::AnswerPlan(AnswerPlan&&) noexcept = default;
AnswerPlan& AnswerPlan::operator=(AnswerPlan&&) noexcept = default;
AnswerPlan::~AnswerPlan() = default;

Result<AnswerPlan> AnswerPlan::compile(const model::RequestStep& step,
                                       const Surroundings& surroundings) {
  auto state = std::make_unique<State>();
  auto taken = state->take_expect(step.expect, surroundings);
  if (!taken) return with_context(taken.error(), step.name);
  for (const model::Capture& capture : step.captures) {
    taken = state->take_capture(capture, surroundings);
    if (!taken) return with_context(taken.error(), step.name);
  }
  if (!state->paths.empty()) state->reader.emplace(std::move(state->paths));
  return AnswerPlan(std::move(state));
}

bool AnswerPlan::wants_head() const {
  return !state_->headers.empty() ||
         std::any_of(state_->captures.begin(), state_->captures.end(), [](const Taking& taking) {
           return taking.from == model::Capture::From::header;
         });
}

bool AnswerPlan::wants_body() const {
  return state_->reader || state_->body ||
         std::any_of(state_->captures.begin(), state_->captures.end(), [](const Taking& taking) {
           return taking.from == model::Capture::From::regex;
         });
}

const std::vector<std::string>& AnswerPlan::check_names() const {
  return state_->names;
}

/// Whether all checks hold.
bool AnswerPlan::State::check(const Exchange& exchange, RequestValues& values,
                              std::vector<bool>& held) {
  std::size_t at = 0;
  bool all = true;
  const auto note = [&](bool holds) {
    held[at++] = holds;
    all = all && holds;
  };
  note(is_expected(statuses, exchange.status));
  for (const HeaderLook& look : headers) note(header_holds(look, exchange.head, values));
  const bool is_json = json.empty() || reader->read(exchange.body);
  for (const JsonLook& look : json)
    note(is_json && look.matcher.holds(reader->find(look.path), values));
  if (body) note(body->is_in(exchange.body));
  if (min_body || max_body)
    note((!min_body || exchange.body_bytes >= min_body->count) &&
         (!max_body || exchange.body_bytes <= max_body->count));
  return all;
}

std::optional<std::string_view> AnswerPlan::State::find(const Taking& taking,
                                                        const Exchange& exchange) {
  switch (taking.from) {
    case model::Capture::From::json:
      return reader->find(taking.path);
    case model::Capture::From::header:
      return find_header_value(exchange.head, taking.header);
    case model::Capture::From::regex:
      return taking.pattern->find_in(exchange.body);
  }
  return std::nullopt;
}

/// Returns the first that is not there.
std::string_view AnswerPlan::State::capture(const Exchange& exchange, RequestValues& values,
                                            bool take) {
  std::string_view failure;
  // The checks have read it already, if there are any of JSON.
  if (take && reader && json.empty()) reader->read(exchange.body);
  for (const Taking& taking : captures) {
    const auto value = take ? find(taking, exchange) : std::nullopt;
    if (!value && failure.empty()) failure = taking.failure;
    if (values.captured == nullptr || taking.slot >= values.captured->size()) continue;
    auto& slot = (*values.captured)[taking.slot];
    if (!value)
      slot.reset();
    else if (slot)
      slot->assign(*value);  // in the memory that it has
    else
      slot.emplace(*value);
  }
  return failure;
}

std::string_view AnswerPlan::look_at(const Exchange& exchange, RequestValues& values,
                                     std::vector<bool>& held) const {
  State& state = *state_;
  held.assign(state.names.size(), false);
  const bool good = state.check(exchange, values, held);
  const std::string_view no_capture = state.capture(exchange, values, good);
  if (good) return no_capture;
  if (!held.front()) return status_name(exchange.status);
  const auto first = std::find(held.begin(), held.end(), false) - held.begin();
  return state.failures[static_cast<std::size_t>(first)];
}

}  // namespace leakcheck::load
