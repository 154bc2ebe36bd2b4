#include "harness/scenario/growth_limit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "harness/scenario/scalars.hpp"
#include "harness/scenario/units.hpp"

namespace leakcheck::scenario {
namespace {

using model::Budget;

constexpr model::Milliseconds kShortest = std::chrono::seconds(1);
constexpr model::Milliseconds kLongest = std::chrono::hours(365 * 24);
constexpr std::int64_t kMostRequests = 1'000'000'000'000;
constexpr double kMostPerSecond = 100'000;
constexpr const char* kGrowthHint = "write 15%, or \"15% over 6h\"";
constexpr const char* kAtHint = "write at: 20/s, 300/m or 1000/h";

/// A part of the limit, and the value that it is written in.
struct Part {
  const Node* node = nullptr;
  std::string text;
};

/// As people write it: percentage, window and rate in one line.
struct Written {
  std::string percent;
  std::optional<std::string> over;
  std::optional<std::string> at;
};

Written split_line(const std::string& text) {
  Written out;
  const auto over = text.find(" over ");
  out.percent = text.substr(0, over);
  if (over == std::string::npos) return out;
  const std::string rest = text.substr(over + 6);
  const auto at = rest.find(" at ");
  out.over = rest.substr(0, at);
  if (at != std::string::npos) out.at = rest.substr(at + 4);
  return out;
}

/// "100000 requests"; none for anything else.
std::optional<std::int64_t> parse_requests(std::string_view text) {
  std::int64_t count = 0;
  const char* end_of_text = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), end_of_text, count);
  if (error != std::errc() || count < 0) return std::nullopt;
  std::string_view rest(end, static_cast<std::size_t>(end_of_text - end));
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (rest != "requests" && rest != "request") return std::nullopt;
  return count;
}

bool take_over(Context& context, const Part& part, const std::string& label, Budget& budget) {
  if (const auto requests = parse_requests(part.text)) {
    budget.over_requests = *requests;
    if (*requests >= 1 && *requests <= kMostRequests) return true;
  } else if (const auto time = parse_duration(part.text)) {
    budget.over = *time;
    if (*time >= kShortest && *time <= kLongest) return true;
  }
  context.problems.add(part.node->place,
                       fmt::format("{} must be a time from 1s to 365d, or 1 to {} requests; this "
                                   "is {}",
                                   label, kMostRequests, in_quotes(part.text)),
                       "write over: 6h, or over: 100000 requests");
  return false;
}

bool take_at(Context& context, const Part& part, const std::string& label, Budget& budget) {
  const auto rate = parse_rate(part.text);
  if (rate && *rate <= kMostPerSecond) {
    budget.requests_per_second = *rate;
    return true;
  }
  context.problems.add(part.node->place,
                       fmt::format("{} must be requests in a time, at most {:.0f} a second; this "
                                   "is {}",
                                   label, kMostPerSecond, in_quotes(part.text)),
                       kAtHint);
  return false;
}

/// The part from its own key, or from the line of growth; false, with a problem, when from both or
/// when it cannot be read.
bool find_part(Context& context, const Fields& fields, const char* key,
               const std::optional<std::string>& in_line, std::optional<Part>& out) {
  if (in_line) out = Part{fields.find("growth"), *in_line};
  const Node* own = fields.find(key);
  if (own == nullptr) return true;
  if (in_line) {
    context.problems.add(
        fields.place(key),
        fmt::format("{} is in {} already", fields.label(key), fields.label("growth")),
        "keep one of them");
    return false;
  }
  auto text = read_text(context, *own, fields.label(key));
  if (!text) return false;
  out = Part{own, std::move(*text)};
  return true;
}

/// What cannot be without the other: only where all that is merged is known.
void require_partners(Context& context, const Fields& fields) {
  if (!context.knows_all_keys()) return;
  for (const char* key : {"over", "at"})
    if (fields.find(key) != nullptr)
      context.problems.add(fields.place(key), fmt::format("{} needs growth", fields.label(key)),
                           "write { growth: 15%, over: 6h, at: 20/s }");
}

}  // namespace

std::optional<Budget> read_growth_limit(Context& context, const Fields& fields) {
  const Node* node = fields.find("growth");
  if (node == nullptr) {
    require_partners(context, fields);
    return std::nullopt;
  }
  const std::string label = fields.label("growth");
  const auto text = read_text(context, *node, label);
  if (!text) return std::nullopt;
  const Written line = split_line(*text);
  Budget budget;
  budget.kind = Budget::Kind::growth_percent;
  budget.text = line.percent;
  const auto percent = parse_percent(line.percent);
  if (percent)
    budget.limit = *percent;
  else
    context.problems.add(
        node->place, fmt::format("{} must be a percentage; this is {}", label, in_quotes(*text)),
        kGrowthHint);
  std::optional<Part> over;
  std::optional<Part> at;
  bool good = percent.has_value();
  good = find_part(context, fields, "over", line.over, over) && good;
  good = find_part(context, fields, "at", line.at, at) && good;
  if (over) good = take_over(context, *over, fields.label("over"), budget) && good;
  if (at) good = take_at(context, *at, fields.label("at"), budget) && good;
  if (at && !over && context.knows_all_keys() && fields.find("over") == nullptr)
    context.problems.add(fields.place("at"), fmt::format("{} needs over", fields.label("at")),
                         "the rate says how many requests over 6h have: write over: 6h");
  if (at && budget.over_requests > 0)
    context.problems.add(fields.place(fields.find("at") != nullptr ? "at" : "growth"),
                         fmt::format("{} needs a time in over", fields.label("at")),
                         "remove it: over says already how many requests there are");
  if (!good) return std::nullopt;
  if (over) budget.text += " over " + over->text;
  if (at) budget.text += " at " + at->text;
  return budget;
}

}  // namespace leakcheck::scenario
