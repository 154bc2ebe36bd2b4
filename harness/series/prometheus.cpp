#include <simdjson.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/series/formats.hpp"
#include "harness/series/values.hpp"

namespace leakcheck::series {
namespace {

namespace dom = simdjson::dom;

/// Labels that tell parts of one process apart, not processes.
constexpr std::array<std::string_view, 14> kOfParts = {
    "__name__", "kind",    "method", "code",     "status", "status_code", "route",
    "path",     "handler", "le",     "quantile", "space",  "type",        "version"};

using Readings = std::map<double, RawReading>;  // by time

/// Which process a metric is of: its labels, without those of parts.
std::string name_of(const dom::object& metric) {
  std::vector<std::string> labels;
  for (const auto [key, value] : metric) {
    std::string_view text;
    if (std::find(kOfParts.begin(), kOfParts.end(), key) != kOfParts.end()) continue;
    if (value.get(text) == simdjson::SUCCESS)
      labels.push_back(std::string(key) + "=" + std::string(text));
  }
  std::sort(labels.begin(), labels.end());
  std::string name;
  for (const auto& label : labels) name += (name.empty() ? "" : ",") + label;
  return name;
}

std::string_view label(const dom::object& metric, std::string_view key) {
  std::string_view text;
  return metric[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

/// None for metrics that say nothing here.
std::optional<Field> field_of(const dom::object& metric) {
  auto field = find_field(label(metric, "__name__"));
  if (!field || field->kind == Field::Kind::time) return std::nullopt;
  if (field->place == &model::MemoryReading::major_gcs && label(metric, "kind") != "major")
    return std::nullopt;
  return field;
}

void put_sample(const dom::element& sample, const Field& field, Readings& readings) {
  dom::array pair;
  double at = 0;
  std::string_view text;
  if (sample.get(pair) != simdjson::SUCCESS || pair.size() != 2 ||
      pair.at(0).get(at) != simdjson::SUCCESS || pair.at(1).get(text) != simdjson::SUCCESS)
    return;
  const auto moment = read_moment(at);
  if (!moment) return;
  RawReading& raw = readings[moment->value];
  raw.put_time(*moment, 1);
  if (field.kind == Field::Kind::counter) {
    // One counter may come in many parts: by route, by status code.
    const auto value = read_number(text);
    double& sum = raw.memory.*field.place;
    if (value && is_memory(*value)) sum = (sum == sum ? sum : 0) + *value;
  } else {
    raw.put(field, text);
  }
}

Result<dom::array> find_result(const dom::element& document, const std::string& name) {
  std::string_view text;
  if (document["status"].get(text) == simdjson::SUCCESS && text != "success") {
    std::string_view why;
    if (document["error"].get(why) != simdjson::SUCCESS) why = "it does not say why";
    return fail(ErrorKind::usage, name + ":1: Prometheus refused the query: " + std::string(why),
                "mend the query and save its answer again");
  }
  if (document["data"]["resultType"].get(text) == simdjson::SUCCESS && text != "matrix")
    return fail(
        ErrorKind::usage,
        name + ":1: the answer of an instant query (" + std::string(text) + ") has no series",
        "ask /api/v1/query_range, with start, end and step");
  dom::array result;
  if (document["data"]["result"].get(result) != simdjson::SUCCESS)
    return fail(ErrorKind::usage, name + ":1: no data.result in it",
                "save the whole answer of /api/v1/query_range");
  return result;
}

}  // namespace

Result<Draft> read_prometheus(std::string_view text, const std::string& name) {
  dom::parser parser;
  dom::element document;
  const auto error = parser.parse(text.data(), text.size(), false).get(document);
  if (error != simdjson::SUCCESS)
    return fail(ErrorKind::usage,
                name + ":1: no whole JSON document: " + simdjson::error_message(error),
                "save the whole answer of /api/v1/query_range; was it cut off?");
  const auto result = find_result(document, name);
  if (!result) return tl::unexpected(result.error());
  Draft draft;
  draft.lines = 1;
  std::map<std::string, Readings> by_name;
  for (const dom::element each : *result) {
    dom::object metric;
    dom::array values;
    if (each["metric"].get(metric) != simdjson::SUCCESS ||
        each["values"].get(values) != simdjson::SUCCESS) {
      ++draft.unrelated;
      continue;
    }
    const auto field = field_of(metric);
    if (!field) {
      ++draft.unrelated;
      continue;
    }
    Readings& readings = by_name[name_of(metric)];
    for (const dom::element sample : values) put_sample(sample, *field, readings);
  }
  for (const auto& [series, readings] : by_name)
    for (const auto& [at, raw] : readings) draft.add(series, raw);
  return draft;
}

}  // namespace leakcheck::series
