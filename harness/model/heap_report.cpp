#include "harness/model/heap_report.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "harness/base/utf8.hpp"
#include "harness/model/finding_fields.hpp"

namespace leakcheck::model {
namespace {

using Json = nlohmann::ordered_json;

Json text(std::string_view value) {
  return to_valid_utf8(value);
}

Json texts(const std::vector<std::string>& values) {
  Json out = Json::array();
  for (const auto& value : values) out.push_back(text(value));
  return out;
}

Json to_json(const HeapClass& row);
Json to_json(const HeapDuplicate& row);
Json to_json(const HeapOwner& row);
Json to_json(const HeapObject& object);
Json to_json(const HeapClassDelta& row);
Json to_json(const HeapGrowth& growth);

Json to_json(const PathStep& step);
Json to_json(const Finding& finding);

template <typename Record>
Json list(const std::vector<Record>& records) {
  Json out = Json::array();
  for (const Record& record : records) out.push_back(to_json(record));
  return out;
}

/// What the fields of findings are, one by one.
class Writer {
 public:
  explicit Writer(Json& out) : out_(out) {}

  void take(std::string_view key, const std::string& value) const { out_[key] = text(value); }
  void take(std::string_view key, const std::vector<std::string>& value) const {
    out_[key] = texts(value);
  }
  void take(std::string_view key, const std::vector<PathStep>& value) const {
    out_[key] = list(value);
  }
  void take(std::string_view key, const std::optional<SourcePlace>& value) const {
    out_[key] = nullptr;
    if (!value) return;
    Json place;
    fields(Writer(place), *value);
    out_[key] = std::move(place);
  }
  void some(std::string_view key, const std::string& value) const {
    if (!value.empty()) take(key, value);
  }
  template <typename T>
  void take(std::string_view key, const T& value) const {
    if constexpr (std::is_enum_v<T>) {
      out_[key] = to_string(value);
    } else {
      out_[key] = value;
    }
  }

 private:
  Json& out_;
};

template <typename Record>
Json fields_of(const Record& record) {
  Json out;
  fields(Writer(out), record);
  return out;
}

Json to_json(const PathStep& step) {
  return fields_of(step);
}

Json to_json(const Finding& finding) {
  return fields_of(finding);
}

Json to_json(const HeapClass& row) {
  return {{"name", text(row.name)},
          {"place", text(row.place)},
          {"count", row.count},
          {"shallowBytes", row.shallow_bytes},
          {"retainedBytes", row.retained_bytes},
          {"example", row.example}};
}

Json to_json(const HeapDuplicate& row) {
  return {{"text", text(row.text)}, {"copies", row.copies}, {"bytes", row.bytes}};
}

Json to_json(const HeapOwner& row) {
  return {{"name", text(row.name)},
          {"kind", text(row.kind)},
          {"count", row.count},
          {"bytes", row.bytes}};
}

Json to_json(const HeapObject& object) {
  return {{"id", object.id},
          {"class", text(object.class_name)},
          {"shallowBytes", object.shallow_bytes},
          {"retainedBytes", object.retained_bytes},
          {"edges", object.edges},
          {"path", list(object.path)}};
}

Json to_json(const HeapClassDelta& row) {
  return {{"name", text(row.name)},           {"place", text(row.place)},
          {"newCount", row.new_count},        {"deletedCount", row.deleted_count},
          {"newBytes", row.new_bytes},        {"deletedBytes", row.deleted_bytes},
          {"atEveryStep", row.at_every_step}, {"example", row.example}};
}

Json to_json(const HeapGrowth& growth) {
  Json out = to_json(growth.object);
  out["edgesBefore"] = growth.fan_out_before;
  out["edgesAfter"] = growth.fan_out_after;
  out["retainedGrowth"] = growth.retained_growth;
  out["atEveryStep"] = growth.at_every_step;
  return out;
}

}  // namespace

std::string render_snapshot_report(const SnapshotReport& report) {
  const Json out = {
      {"leakcheckSnapshotReport", SnapshotReport::kVersion},
      {"leakcheckVersion", text(report.leakcheck_version)},
      {"file", text(report.file)},
      {"fileBytes", report.file_bytes},
      {"nodes", report.nodes},
      {"edges", report.edges},
      {"totalBytes", report.total_bytes},
      {"extraNativeBytes", report.extra_native_bytes},
      {"findings", list(report.findings)},
      {"classes", list(report.classes)},
      {"shapes", list(report.shapes)},
      {"duplicateStrings", list(report.duplicates)},
      {"nativeOwners", list(report.native_owners)},
      {"contexts", {{"all", report.contexts}, {"detached", report.detached_contexts}}},
      {"objects", list(report.objects)},
      {"notes", texts(report.notes)}};
  return out.dump(2) + "\n";
}

std::string render_diff_report(const HeapDiffReport& report) {
  Json snapshots = Json::array();
  for (std::size_t i = 0; i < report.files.size(); ++i)
    snapshots.push_back(
        {{"file", text(report.files[i])},
         {"totalBytes", i < report.total_bytes.size() ? Json(report.total_bytes[i]) : Json()}});
  const Json out = {
      {"leakcheckDiffReport", HeapDiffReport::kVersion},
      {"leakcheckVersion", text(report.leakcheck_version)},
      {"snapshots", snapshots},
      {"matching", report.by_id ? "id" : "class"},
      {"matchedShare",
       std::isfinite(report.matched_share) ? Json(report.matched_share) : Json(nullptr)},
      {"findings", list(report.findings)},
      {"classes", list(report.classes)},
      {"grown", list(report.grown)},
      {"objects", list(report.objects)},
      {"notes", texts(report.notes)}};
  return out.dump(2) + "\n";
}

}  // namespace leakcheck::model
