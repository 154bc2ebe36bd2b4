#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "harness/base/utf8.hpp"
#include "harness/model/run_record_fields.hpp"
#include "harness/model/run_report.hpp"

namespace leakcheck::model {
namespace {

using Json = nlohmann::json;

constexpr const char* kVersionKey = "leakcheckRunRecord";
constexpr double kLargestExact = 9007199254740992.0;  // 2^53

bool parse_key(const std::string& text, std::string& out) {
  out = text;
  return true;
}

bool parse_key(const std::string& text, int& out) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, out);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

/// Reads values of known types out of JSON, and keeps the first thing that is wrong, with its
/// place. What is absent keeps its default: a record of an older leakcheck has fewer keys.
class Reader {
 public:
  bool failed() const { return !problem_.empty(); }
  const std::string& problem() const { return problem_; }

  void refuse(const std::string& place, std::string_view expected) {
    if (!failed()) problem_ = fmt::format("{} is not {}", place, expected);
  }

  void read(const Json& value, const std::string& place, std::string& out) {
    if (const auto* text = value.get_ptr<const std::string*>()) {
      out = *text;
    } else {
      refuse(place, "a text");
    }
  }

  /// null is NaN: a number that is not known.
  void read(const Json& value, const std::string& place, double& out) {
    if (value.is_null()) {
      out = std::numeric_limits<double>::quiet_NaN();
    } else if (value.is_number() && std::isfinite(value.get<double>())) {
      out = value.get<double>();
    } else {
      refuse(place, "a number");
    }
  }

  /// Also takes 64.0: other tools write whole numbers so.
  template <std::signed_integral T>
  void read(const Json& value, const std::string& place, T& out) {
    std::int64_t number = 0;
    bool whole = false;
    if (value.is_number_unsigned()) {
      const auto large = value.get<std::uint64_t>();
      whole = large <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      if (whole) number = static_cast<std::int64_t>(large);
    } else if (value.is_number_integer()) {
      number = value.get<std::int64_t>();
      whole = true;
    } else if (value.is_number_float()) {
      const auto real = value.get<double>();
      whole = std::abs(real) <= kLargestExact && std::trunc(real) == real;
      if (whole) number = static_cast<std::int64_t>(real);
    }
    if (!whole || number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max())
      return refuse(place, "a whole number of this range");
    out = static_cast<T>(number);
  }

  void read(const Json& value, const std::string& place, std::uint64_t& out) {
    std::int64_t number = 0;
    read(value, place, number);
    if (number < 0) return refuse(place, "a whole number from 0");
    out = static_cast<std::uint64_t>(number);
  }

  void read(const Json& value, const std::string& place, Bytes& out) {
    read(value, place, out.count);
  }

  /// The enumerator whose to_string() is the text.
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void read(const Json& value, const std::string& place, Enum& out) {
    const auto* text = value.get_ptr<const std::string*>();
    for (int at = 0; text != nullptr && !to_string(static_cast<Enum>(at)).empty(); ++at) {
      if (to_string(static_cast<Enum>(at)) != *text) continue;
      out = static_cast<Enum>(at);
      return;
    }
    refuse(place, "one of the words known there");
  }

  template <typename T>
  void read(const Json& value, const std::string& place, std::optional<T>& out) {
    if (value.is_null()) {
      out.reset();
    } else {
      read(value, place, out.emplace());
    }
  }

  template <typename T>
  void read(const Json& value, const std::string& place, std::vector<T>& out) {
    if (!value.is_array()) return refuse(place, "a list");
    out.clear();
    out.reserve(value.size());
    for (const Json& each : value) {
      if (failed()) return;
      const std::string at = fmt::format("{}[{}]", place, out.size());
      read(each, at, out.emplace_back());
    }
  }

  void read(const Json& value, const std::string& place, bool& out) {
    if (!value.is_boolean()) return refuse(place, "true or false");
    out = value.get<bool>();
  }

  /// Counts by kind or by status code.
  template <typename Key>
  void read(const Json& value, const std::string& place, std::map<Key, std::int64_t>& out) {
    if (!value.is_object()) return refuse(place, "an object");
    for (const auto& item : value.items()) {
      const std::string at = place + "." + item.key();
      Key key{};
      std::int64_t count = 0;
      read(item.value(), at, count);
      if (!parse_key(item.key(), key)) return refuse(at, "a status code");
      out[key] = count;
    }
  }

  void read(const Json& value, const std::string& place, std::vector<Sample>& out);

  /// Every record: its fields() names the keys.
  template <typename Record>
  requires std::is_class_v<Record>
  void read(const Json& value, const std::string& place, Record& out);

 private:
  std::string problem_;
};

/// The keys of one JSON object.
class Object {
 public:
  Object(Reader& reader, const Json& json, const std::string& place)
      : reader_(reader), json_(json), place_(place) {}

  template <typename T>
  void take(const char* key, T& out) const {
    if (const Json* value = find(key)) reader_.read(*value, path(key), out);
  }

  template <typename T>
  void require(const char* key, T& out) const {
    if (find(key) == nullptr) return reader_.refuse(path(key), "there");
    take(key, out);
  }

  template <typename T>
  void some(const char* key, T& out, const T& = {}) const {
    take(key, out);
  }

  const Json* find(const char* key) const {
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }

  std::string path(const char* key) const {
    return place_.empty() ? std::string(key) : place_ + "." + key;
  }

  Reader& reader() const { return reader_; }

 private:
  Reader& reader_;
  const Json& json_;
  const std::string& place_;
};

/// One row of the samples, seen as an object whose keys are the columns.
struct SampleColumn {
  const char* name;
  void (*read)(Reader&, const Json&, const std::string& place, Sample&);
};

template <auto member>
void read_member(Reader& reader, const Json& value, const std::string& place, Sample& sample) {
  reader.read(value, place, sample.*member);
}

template <auto member>
void read_memory(Reader& reader, const Json& value, const std::string& place, Sample& sample) {
  reader.read(value, place, sample.memory.*member);
}

constexpr std::array<SampleColumn, 16> kSampleColumns = {{
    {"atMs", read_member<&Sample::at_ms>},
    {"phase", read_member<&Sample::phase>},
    {"rss", read_memory<&Memory::rss>},
    {"heapTotal", read_memory<&Memory::heap_total>},
    {"heapUsed", read_memory<&Memory::heap_used>},
    {"external", read_memory<&Memory::external>},
    {"arrayBuffers", read_memory<&Memory::array_buffers>},
    {"requestsSeen", read_member<&Sample::requests_seen>},
    {"gcCount", read_member<&Sample::gc_count>},
    {"gcMajorCount", read_member<&Sample::gc_major_count>},
    {"gcTotalMs", read_member<&Sample::gc_total_ms>},
    {"gcMaxMs", read_member<&Sample::gc_max_ms>},
    {"eventLoopDelayP50Ms", read_member<&Sample::event_loop_delay_p50_ms>},
    {"eventLoopDelayP99Ms", read_member<&Sample::event_loop_delay_p99_ms>},
    {"eventLoopDelayMaxMs", read_member<&Sample::event_loop_delay_max_ms>},
    {"activeHandles", read_member<&Sample::active_handles>},
}};

/// The columns and rows of `samples`.
struct SampleTable {
  std::vector<Sample> samples;
};

void fields(const Object& from, SampleTable& table) {
  std::vector<std::string> names;
  from.require("columns", names);
  std::vector<const SampleColumn*> columns;
  for (const std::string& name : names) {
    const auto known = std::find_if(kSampleColumns.begin(), kSampleColumns.end(),
                                    [&](const SampleColumn& each) { return each.name == name; });
    columns.push_back(known == kSampleColumns.end() ? nullptr : &*known);
  }
  Reader& reader = from.reader();
  const Json* rows = from.find("rows");
  if (rows == nullptr || !rows->is_array()) return reader.refuse(from.path("rows"), "a list");
  table.samples.reserve(rows->size());
  for (const Json& row : *rows) {
    if (reader.failed()) return;
    const std::string place = fmt::format("{}[{}]", from.path("rows"), table.samples.size());
    if (!row.is_array() || row.size() != columns.size())
      return reader.refuse(place, "a list as long as the columns");
    Sample& sample = table.samples.emplace_back();
    for (std::size_t at = 0; at < columns.size(); ++at)
      if (columns[at] != nullptr) columns[at]->read(reader, row[at], place, sample);
  }
}

void Reader::read(const Json& value, const std::string& place, std::vector<Sample>& out) {
  SampleTable table;
  read(value, place, table);
  out = std::move(table.samples);
}

template <typename Record>
requires std::is_class_v<Record>
void Reader::read(const Json& value, const std::string& place, Record& out) {
  if (!value.is_object()) return refuse(place, "an object");
  fields(Object(*this, value, place), out);
}

tl::unexpected<Error> refuse_file(std::string_view json) {
  const bool looks_like_json = json.find('{') != std::string_view::npos;
  return fail(ErrorKind::usage, "this is not a run record of leakcheck",
              looks_like_json
                  ? "give it the run.json of a run folder, or a file that --json wrote, whole"
                  : "give it the run.json of a run folder, or a file that --json wrote");
}

}  // namespace

Result<RunReport> parse_run_record(std::string_view json) {
  const Json root = Json::parse(json, nullptr, false);
  if (root.is_array() && !root.empty() && root.front().contains(kVersionKey))
    return fail(ErrorKind::usage, fmt::format("this file holds {} run records", root.size()),
                "give it one: the run.json in the folder of the run");
  if (!root.is_object() || !root.contains(kVersionKey)) return refuse_file(json);
  const Json& version = root[kVersionKey];
  if (!version.is_number_integer() || version < 1)
    return fail(ErrorKind::usage,
                fmt::format("the run record is damaged: {} is no version", kVersionKey),
                "make it again with leakcheck run");
  if (version > RunReport::kVersion)
    return fail(ErrorKind::usage,
                fmt::format("the run record has version {}, this leakcheck reads up to {}",
                            version.dump(), RunReport::kVersion),
                "read it with the leakcheck that wrote it, or a newer one");
  Reader reader;
  RunReport report;
  reader.read(root, "", report);
  if (reader.failed())
    return fail(ErrorKind::usage,
                "the run record is damaged: " + to_plain_text(reader.problem(), false),
                "make it again with leakcheck run");
  return report;
}

}  // namespace leakcheck::model
