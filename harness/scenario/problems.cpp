#include "harness/scenario/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/base/spelling.hpp"
#include "harness/base/utf8.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::size_t kMostProblems = 100;
constexpr std::size_t kLongestQuote = 60;

std::string file_of(const Place& place) {
  return place.source ? place.source->display : "";
}

}  // namespace

void Problems::add(const Place& place, std::string message, std::string hint) {
  const int order = place.source ? place.source->order : 0;
  if (found_.size() == kMostProblems) {
    ++left_out_;
    return;
  }
  if (!seen_.emplace(order, place.line, place.column, message).second) return;
  found_.push_back(
      {order, {file_of(place), place.line, place.column, std::move(message), std::move(hint)}});
}

std::vector<Problem> Problems::take() {
  std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
    return std::tie(a.order, a.problem.line, a.problem.column) <
           std::tie(b.order, b.problem.line, b.problem.column);
  });
  std::vector<Problem> out;
  for (Found& found : found_) out.push_back(std::move(found.problem));
  if (left_out_ > 0)
    out.push_back({out.front().file, 0, 0, fmt::format("and {} more problems", left_out_),
                   "mend these first, then look again"});
  return out;
}

std::string in_quotes(std::string_view text) {
  std::string plain = to_plain_text(text.substr(0, 4 * kLongestQuote), false);
  std::size_t characters = 0;
  std::size_t end = 0;
  while (end < plain.size() && characters < kLongestQuote) {
    ++end;
    while (end < plain.size() && (static_cast<unsigned char>(plain[end]) & 0xC0U) == 0x80U) ++end;
    ++characters;
  }
  const bool cut = end < plain.size() || text.size() > 4 * kLongestQuote;
  plain.resize(end);
  return "\"" + plain + (cut ? "…" : "") + "\"";
}

std::string join(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
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
