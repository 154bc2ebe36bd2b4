#include "harness/scenario/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/base/spelling.hpp"
#include "harness/base/utf8.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::size_t kMostProblems = 100;
constexpr std::size_t kMostRemembered = 10'000;
constexpr std::size_t kLongestQuote = 60;
constexpr std::size_t kLongestMessage = 400;

std::string file_of(const Place& place) {
  return place.source ? place.source->display : "";
}

/// At most so many characters, with "…" for the rest.
std::string cut(std::string text, std::size_t most) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins_character = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (!begins_character || characters++ < most) continue;
    text.resize(i);
    return text + "…";
  }
  return text;
}

}  // namespace

void Problems::add(const Place& place, std::string message, std::string hint) {
  const int order = place.source ? place.source->order : 0;
  message = cut(std::move(message), kLongestMessage);
  const bool is_new = seen_.size() == kMostRemembered ||
                      seen_.emplace(order, place.line, place.column, message).second;
  if (!is_new) return;
  if (found_.size() == kMostProblems) {
    ++left_out_;
    return;
  }
  found_.push_back({order,
                    {file_of(place), place.line, place.column, std::move(message),
                     cut(std::move(hint), kLongestMessage)}});
}

std::vector<Problem> Problems::take() {
  std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
    return std::tie(a.order, a.problem.line, a.problem.column) <
           std::tie(b.order, b.problem.line, b.problem.column);
  });
  std::vector<Problem> out;
  for (Found& found : found_) out.push_back(std::move(found.problem));
  if (left_out_ > 0)
    out.push_back({out.front().file, 0, 0,
                   fmt::format("and {} more problem{}", left_out_, left_out_ == 1 ? "" : "s"),
                   "mend these first, then look again"});
  return out;
}

std::string in_quotes(std::string_view text) {
  // A character has at most four bytes: one more than fits, so that cut() sees that it does not.
  const std::string_view front = text.substr(0, 4 * (kLongestQuote + 1));
  return "\"" + cut(to_plain_text(front, false), kLongestQuote) + "\"";
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (&word == &words.front() ? "" : ", ") + word;
  return out;
}

std::string suggest(std::string_view word, const std::vector<std::string>& candidates,
                    std::string_view what) {
  if (const auto closest = find_closest(word, candidates))
    return fmt::format("did you mean \"{}\"?", *closest);
  if (candidates.empty()) return fmt::format("there are no {} here", what);
  return fmt::format("known {}: {}", what, join(candidates));
}

std::string render_problems(const std::vector<Problem>& problems) {
  std::string out;
  for (const Problem& problem : problems) {
    std::string text = problem.file;
    if (problem.line > 0) text += fmt::format(":{}:{}", problem.line, problem.column);
    if (!text.empty()) text += ": ";
    out += to_plain_text(text + problem.message, false) + "\n";
    if (!problem.hint.empty()) out += "    hint: " + to_plain_text(problem.hint, false) + "\n";
  }
  return out;
}

}  // namespace leakcheck::scenario
