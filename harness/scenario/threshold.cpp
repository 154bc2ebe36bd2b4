#include <fmt/format.h>

#include <array>
#include <cctype>
#include <utility>

#include "harness/scenario/problems.hpp"
#include "harness/scenario/units.hpp"

namespace leakcheck::scenario {
namespace {

using Metric = model::Threshold::Metric;
using Statistic = model::Threshold::Statistic;
using Comparison = model::Threshold::Comparison;

const char* hint_for(Metric metric) {
  switch (metric) {
    case Metric::http_req_failed:
      return "write rate<0.01 (a share from 0 to 1) or count<1";
    case Metric::http_req_duration:
      return "write p(95)<500ms, avg<200ms, med, min or max";
    case Metric::http_reqs:
      return "write count>1000 or rate>100 (requests per second)";
    case Metric::checks:
      return "write rate>0.99 (a share from 0 to 1) or count>100";
    case Metric::dropped_iterations:
      return "write count<1 or rate<0.5 (iterations per second)";
  }
  return "";
}

/// Whether its rate is a part of a whole, at most 1.
bool is_share(Metric metric) {
  return metric == Metric::http_req_failed || metric == Metric::checks;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  return text;
}

bool read_statistic(Metric metric, std::string_view text, model::Threshold& out) {
  using Named = std::pair<std::string_view, Statistic>;
  constexpr std::array<Named, 2> of_counts = {
      {{"rate", Statistic::rate}, {"count", Statistic::count}}};
  constexpr std::array<Named, 4> of_duration = {{{"avg", Statistic::average},
                                                 {"min", Statistic::minimum},
                                                 {"med", Statistic::median},
                                                 {"max", Statistic::maximum}}};
  const auto find = [&](const auto& names) {
    for (const auto& [name, statistic] : names) {
      if (name != text) continue;
      out.statistic = statistic;
      return true;
    }
    return false;
  };
  if (metric != Metric::http_req_duration) return find(of_counts);
  if (find(of_duration)) return true;
  if (!text.starts_with("p(") || !text.ends_with(')')) return false;
  const auto percentile = parse_decimal(trim(text.substr(2, text.size() - 3)));
  if (!percentile || *percentile < 0 || *percentile > 100) return false;
  out.statistic = Statistic::percentile;
  out.percentile = *percentile;
  return true;
}

/// Takes the operator off the front of `text`.
std::optional<Comparison> take_comparison(std::string_view& text) {
  constexpr std::array<std::pair<std::string_view, Comparison>, 7> operators = {
      {{"<=", Comparison::less_equal},
       {">=", Comparison::greater_equal},
       {"===", Comparison::equal},
       {"==", Comparison::equal},
       {"!=", Comparison::not_equal},
       {"<", Comparison::less},
       {">", Comparison::greater}}};
  for (const auto& [name, comparison] : operators) {
    if (!text.starts_with(name)) continue;
    text = trim(text.substr(name.size()));
    return comparison;
  }
  return std::nullopt;
}

std::optional<double> read_limit(const model::Threshold& threshold, std::string_view text) {
  const auto number = parse_decimal(text);
  if (threshold.metric == Metric::http_req_duration) {
    if (number) return *number < 0 ? std::nullopt : number;
    return parse_milliseconds(text);
  }
  if (!number || *number < 0) return std::nullopt;
  if (threshold.statistic == Statistic::rate && is_share(threshold.metric) && *number > 1)
    return std::nullopt;
  return number;
}

}  // namespace

Result<model::Threshold> parse_threshold(Metric metric, std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorKind::scenario,
                fmt::format("{} is not a threshold for {}: {}", in_quotes(text),
                            model::to_string(metric), why),
                hint_for(metric));
  };
  model::Threshold out;
  out.metric = metric;
  out.text = trim(text);
  std::string_view rest = out.text;
  const auto at = rest.find_first_of("<>=!");
  if (at == std::string_view::npos) return refuse("it has no comparison");
  const std::string_view statistic = trim(rest.substr(0, at));
  if (!read_statistic(metric, statistic, out))
    return refuse(fmt::format("it has no {}", in_quotes(statistic)));
  rest.remove_prefix(at);
  const auto comparison = take_comparison(rest);
  if (!comparison) return refuse("its comparison is none of < <= > >= == !=");
  out.comparison = *comparison;
  const auto limit = read_limit(out, rest);
  if (!limit) return refuse(fmt::format("{} is no limit for it", in_quotes(rest)));
  out.limit = *limit;
  return out;
}

}  // namespace leakcheck::scenario
