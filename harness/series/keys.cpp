#include "harness/series/keys.hpp"

#include <array>
#include <unordered_map>
#include <utility>

namespace leakcheck::series {
namespace {

using Kind = Field::Kind;
using model::MemoryReading;
using Place = double MemoryReading::*;

struct Name {
  std::string_view name;  ///< lower case, letters and digits only
  Kind kind;
  Place place;
};

constexpr std::array kNames = {
    Name{"ts", Kind::time, &MemoryReading::at_s},
    Name{"t", Kind::time, &MemoryReading::at_s},
    Name{"time", Kind::time, &MemoryReading::at_s},
    Name{"timestamp", Kind::time, &MemoryReading::at_s},
    Name{"datetime", Kind::time, &MemoryReading::at_s},
    Name{"date", Kind::time, &MemoryReading::at_s},
    Name{"heapused", Kind::memory, &MemoryReading::heap_used},
    Name{"usedheapsize", Kind::memory, &MemoryReading::heap_used},
    Name{"nodejsheapsizeused", Kind::memory, &MemoryReading::heap_used},
    Name{"heaptotal", Kind::memory, &MemoryReading::heap_total},
    Name{"totalheapsize", Kind::memory, &MemoryReading::heap_total},
    Name{"nodejsheapsizetotal", Kind::memory, &MemoryReading::heap_total},
    Name{"external", Kind::memory, &MemoryReading::external},
    Name{"nodejsexternalmemory", Kind::memory, &MemoryReading::external},
    Name{"arraybuffers", Kind::memory, &MemoryReading::array_buffers},
    Name{"rss", Kind::memory, &MemoryReading::rss},
    Name{"processresidentmemory", Kind::memory, &MemoryReading::rss},
    Name{"postgc", Kind::memory, &MemoryReading::post_gc},
    Name{"postgcheap", Kind::memory, &MemoryReading::post_gc},
    Name{"postgcheapused", Kind::memory, &MemoryReading::post_gc},
    Name{"heapusedpostgc", Kind::memory, &MemoryReading::post_gc},
    Name{"heapusedaftergc", Kind::memory, &MemoryReading::post_gc},
    Name{"requests", Kind::counter, &MemoryReading::requests},
    Name{"requeststotal", Kind::counter, &MemoryReading::requests},
    Name{"requestcount", Kind::counter, &MemoryReading::requests},
    Name{"httprequeststotal", Kind::counter, &MemoryReading::requests},
    Name{"httprequestdurationsecondscount", Kind::counter, &MemoryReading::requests},
    Name{"seen", Kind::counter, &MemoryReading::requests},
    Name{"majorgcs", Kind::counter, &MemoryReading::major_gcs},
    Name{"gcmajorcount", Kind::counter, &MemoryReading::major_gcs},
    Name{"nodejsgcdurationsecondscount", Kind::counter, &MemoryReading::major_gcs},
    Name{"uptime", Kind::other, &MemoryReading::uptime_s},
    Name{"uptimes", Kind::other, &MemoryReading::uptime_s},
    Name{"processuptime", Kind::other, &MemoryReading::uptime_s},
    Name{"pid", Kind::other, &MemoryReading::pid},
};

/// Units at the end of a name: "heap_used_mb", "heapUsed (MB)", "rssBytes".
constexpr std::array<std::pair<std::string_view, double>, 8> kUnits = {{
    {"bytes", 1},
    {"mib", 1024.0 * 1024},
    {"mb", 1024.0 * 1024},
    {"kib", 1024},
    {"kb", 1024},
    {"gib", 1024.0 * 1024 * 1024},
    {"gb", 1024.0 * 1024 * 1024},
    {"b", 1},
}};

constexpr std::size_t kLongest = 64;

const Name* find_name(std::string_view plain) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const Name*> names;
    for (const Name& name : kNames) names.emplace(name.name, &name);
    return names;
  }();
  const auto found = by_name.find(plain);
  return found == by_name.end() ? nullptr : found->second;
}

constexpr bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string_view without(std::string_view text, std::string_view end) {
  return text.ends_with(end) ? text.substr(0, text.size() - end.size()) : std::string_view();
}

}  // namespace

std::optional<Field> find_field(std::string_view name) {
  if (name.size() > kLongest) return std::nullopt;
  std::array<char, kLongest> letters{};
  std::size_t size = 0;
  for (const char c : name)
    if (is_plain(c)) letters[size++] = static_cast<char>(c | 0x20);  // lower case; digits have it
  const std::string_view plain(letters.data(), size);
  if (const Name* known = find_name(plain))
    return Field{known->kind, known->place, known->kind == Kind::time ? 0.0 : 1.0};
  for (const auto& [unit, scale] : kUnits)
    if (const Name* known = find_name(without(plain, unit));
        known != nullptr && known->kind == Kind::memory)
      return Field{known->kind, known->place, scale};
  if (const Name* known = find_name(without(plain, "ms")); known != nullptr) {
    if (known->kind == Kind::time) return Field{Kind::time, known->place, 0.001};
    if (known->place == &MemoryReading::uptime_s) return Field{Kind::other, known->place, 0.001};
  }
  return std::nullopt;
}

std::string list_known_names() {
  return "a time (ts, time, timestamp) and heapUsed, rss, heapTotal, external, arrayBuffers";
}

}  // namespace leakcheck::series
