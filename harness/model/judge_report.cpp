#include "harness/model/judge_report.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/base/utf8.hpp"

namespace leakcheck::model {
namespace {

using Json = nlohmann::ordered_json;

Json text(std::string_view value) {
  return to_valid_utf8(value);
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json texts(const std::vector<std::string>& values) {
  Json out = Json::array();
  for (const auto& value : values) out.push_back(text(value));
  return out;
}

Json to_json(const Check& check) {
  return {{"name", text(check.name)},
          {"limit", text(check.limit)},
          {"measured", text(check.measured)},
          {"state", to_string(check.state)},
          {"message", text(check.message)}};
}

Json to_json(const TimeTrend& trend) {
  return {{"quantity", to_string(trend.quantity)},
          {"fromBytes", number(trend.from_bytes)},
          {"toBytes", number(trend.to_bytes)},
          {"bytesPerHour", number(trend.per_hour)},
          {"low", number(trend.low)},
          {"high", number(trend.high)},
          {"confidence", number(trend.confidence)},
          {"climbPercent", number(trend.climb_percent)},
          {"climbLow", number(trend.climb_low)},
          {"climbHigh", number(trend.climb_high)},
          {"ofBytes", number(trend.of_bytes)},
          {"floors", trend.floors}};
}

Json to_json(const Estimate& estimate) {
  return {{"bytesPerRequest", number(estimate.bytes_per_request)},
          {"low", number(estimate.low)},
          {"high", number(estimate.high)},
          {"confidence", number(estimate.confidence)},
          {"requests", estimate.requests}};
}

Json to_json(const SeriesVerdict& verdict) {
  Json trends = Json::array();
  for (const TimeTrend& trend : verdict.trends) trends.push_back(to_json(trend));
  Json floors = Json::array();
  for (const Floor& floor : verdict.floors)
    floors.push_back(Json::array({number(floor.at_s), number(floor.bytes)}));
  Json parts = Json::array();
  for (const PartSummary& part : verdict.parts)
    parts.push_back({{"fromS", number(part.from_s)},
                     {"toS", number(part.to_s)},
                     {"readings", part.readings},
                     {"began", text(part.began)},
                     {"judged", part.judged}});
  return {{"name", text(verdict.name)},
          {"answer", to_string(verdict.answer)},
          {"reason", text(verdict.reason)},
          {"hint", text(verdict.hint)},
          {"rule", to_json(verdict.rule)},
          {"trends", trends},
          {"perRequest", verdict.per_request ? to_json(*verdict.per_request) : Json(nullptr)},
          {"collections", verdict.collections},
          {"windowS", number(verdict.window_s)},
          {"warmS", number(verdict.warm_s)},
          {"floors", floors},
          {"parts", parts},
          {"notes", texts(verdict.notes)}};
}

}  // namespace

double amount(const MemoryReading& reading, Quantity quantity) {
  switch (quantity) {
    case Quantity::heap_used:
      return reading.heap_used;
    case Quantity::heap_total:
      return reading.heap_total;
    case Quantity::external:
      return reading.external;
    case Quantity::array_buffers:
      return reading.array_buffers;
    case Quantity::rss:
      return reading.rss;
    case Quantity::native:
      break;
  }
  return MemoryReading::kUnknown;
}

std::string_view to_string(TimeAnswer answer) {
  switch (answer) {
    case TimeAnswer::clean:
      return "clean";
    case TimeAnswer::bounded:
      return "bounded";
    case TimeAnswer::leak:
      return "leak";
    case TimeAnswer::buffer_growth:
      return "buffer_growth";
    case TimeAnswer::native_growth:
      return "native_growth";
    case TimeAnswer::inconclusive:
      return "inconclusive";
  }
  return "";
}

std::string render_judge_report(const JudgeReport& report) {
  Json series = Json::array();
  for (const SeriesVerdict& verdict : report.series) series.push_back(to_json(verdict));
  const Json out = {
      {"leakcheckJudgeReport", JudgeReport::kVersion},
      {"leakcheckVersion", text(report.leakcheck_version)},
      {"file", text(report.file)},
      {"format", text(report.format)},
      {"calendarTime", report.calendar_time},
      {"asked",
       {{"growthPercent", number(report.growth_percent)}, {"overMs", number(report.over_ms)}}},
      {"outcome",
       {{"ending", to_string(report.outcome.ending)},
        {"message", text(report.outcome.message)},
        {"hint", text(report.outcome.hint)}}},
      {"series", series},
      {"notes", texts(report.notes)}};
  return out.dump(2) + "\n";
}

}  // namespace leakcheck::model
