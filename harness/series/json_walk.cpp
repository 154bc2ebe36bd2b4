#include "harness/series/json_walk.hpp"

#include <simdjson.h>

namespace leakcheck::series {
namespace {

namespace dom = simdjson::dom;

static_assert(JsonWalk::kPadding >= simdjson::SIMDJSON_PADDING);

/// "memoryUsage" in a "data" in a line of a logger is as deep as it gets.
constexpr int kDeepest = 4;

void put_value(RawReading& raw, const Field& field, const dom::element& value) {
  double number = 0;
  std::string_view text;
  if (value.get(number) == simdjson::SUCCESS) {
    raw.put(field, number);
  } else if (value.get(text) == simdjson::SUCCESS) {
    raw.put(field, text);
  } else if (value.is_null() && field.kind == Field::Kind::memory) {
    ++raw.bad_values;
  }
}

void walk(const dom::object& object, RawReading& raw, int depth) {
  bool has_inner = false;
  for (const auto [key, value] : object) {
    if (value.is_object()) {
      has_inner = true;
    } else if (!value.is_array()) {
      if (const auto field = find_field(key)) put_value(raw, *field, value);
    }
  }
  if (!has_inner || depth == kDeepest) return;
  for (const auto [key, value] : object) {
    dom::object inner;
    if (value.get(inner) == simdjson::SUCCESS) walk(inner, raw, depth + 1);
  }
}

}  // namespace

struct JsonWalk::Parser {
  dom::parser dom;
};

JsonWalk::JsonWalk() : parser_(std::make_unique<Parser>()) {}
JsonWalk::~JsonWalk() = default;

bool JsonWalk::read(std::string_view text, const Take& take) {
  dom::element document;
  if (parser_->dom.parse(text.data(), text.size(), false).get(document) != simdjson::SUCCESS)
    return false;
  const auto take_object = [&](const dom::element& element) {
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return false;
    RawReading raw;
    walk(object, raw, 1);
    take(raw);
    return true;
  };
  dom::array array;
  if (document.get(array) != simdjson::SUCCESS) return take_object(document);
  for (const dom::element element : array)
    if (!take_object(element)) return false;
  return true;
}

}  // namespace leakcheck::series
