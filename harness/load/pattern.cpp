#include "harness/load/pattern.hpp"

#include <re2/re2.h>

#include <array>
#include <utility>

namespace leakcheck::load {
namespace {

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

}  // namespace

struct Pattern::State {
  explicit State(const std::string& text) : re2(text, quiet()) {}
  RE2 re2;
};

Pattern::Pattern(std::unique_ptr<State> state) : state_(std::move(state)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::compile(const std::string& text) {
  auto state = std::make_unique<State>(text);
  if (!state->re2.ok())
    return fail(ErrorKind::load,
                "\"" + text + "\" is not a regular expression: " + state->re2.error(),
                "write it in RE2's syntax, which has no look-around and no back-references");
  return Pattern(std::move(state));
}

bool Pattern::is_in(std::string_view text) const {
  return state_->re2.Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

std::optional<std::string_view> Pattern::find_in(std::string_view text) const {
  const bool has_group = state_->re2.NumberOfCapturingGroups() > 0;
  std::array<re2::StringPiece, 2> parts;
  if (!state_->re2.Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED, parts.data(),
                         has_group ? 2 : 1))
    return std::nullopt;
  const re2::StringPiece& part = parts[has_group ? 1 : 0];
  return part.data() == nullptr ? std::string_view() : std::string_view(part.data(), part.size());
}

}  // namespace leakcheck::load
