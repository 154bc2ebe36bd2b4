#include "harness/load/compiled_matcher.hpp"

#include <utility>

#include "harness/load/json_text.hpp"

namespace leakcheck::load {

Result<CompiledMatcher> CompiledMatcher::compile(const model::Matcher& matcher,
                                                 const Surroundings& surroundings) {
  CompiledMatcher out;
  out.kind_ = matcher.kind;
  out.wanted_ = matcher.wanted;
  if (matcher.kind == model::Matcher::Kind::matches) {
    auto pattern = Pattern::compile(matcher.pattern);
    if (!pattern) return tl::make_unexpected(pattern.error());
    out.pattern_ = std::move(*pattern);
  } else if (matcher.kind == model::Matcher::Kind::equals) {
    auto expected = CompiledTemplate::compile(matcher.value, surroundings, Place::plain);
    if (!expected) return tl::make_unexpected(expected.error());
    if (expected->is_literal()) out.literal_ = expected->literal();
    out.expected_ = std::move(*expected);
  }
  return out;
}

bool CompiledMatcher::holds(std::optional<std::string_view> text, RequestValues& values) const {
  switch (kind_) {
    case model::Matcher::Kind::exists:
      return text.has_value() == wanted_;
    case model::Matcher::Kind::matches:
      return text && pattern_->is_in(*text);
    case model::Matcher::Kind::equals:
      break;
  }
  if (!text || expected_.find_missing(values) != nullptr) return false;
  if (literal_) return *text == *literal_ || is_same_number(*text, *literal_);
  rendered_.clear();
  expected_.append_to(rendered_, values);
  return *text == rendered_ || is_same_number(*text, rendered_);
}

}  // namespace leakcheck::load
