#include "harness/model/heap_report.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "harness/base/utf8.hpp"

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

Json to_json(const PathStep& step);
Json to_json(const Finding& finding);
Json to_json(const HeapClass& row);
Json to_json(const HeapDuplicate& row);
Json to_json(const HeapOwner& row);
Json to_json(const HeapObject& object);
Json to_json(const HeapClassDelta& row);
Json to_json(const HeapGrowth& growth);

template <typename Record>
Json list(const std::vector<Record>& records) {
  Json out = Json::array();
  for (const Record& record : records) out.push_back(to_json(record));
  return out;
}

Json place(const std::optional<SourcePlace>& value) {
  if (!value) return nullptr;
  return {{"file", text(value->file)},
          {"line", value->line},
          {"column", value->column},
          {"mapped", value->is_mapped}};
}

Json to_json(const PathStep& step) {
  return {{"label", text(step.label)},
          {"class", text(step.class_name)},
          {"id", step.id},
          {"place", place(step.place)},
          {"collapsed", step.collapsed}};
}

Json to_json(const Finding& finding) {
  return {{"pattern", to_string(finding.pattern)},   {"confidence", to_string(finding.confidence)},
          {"identity", text(finding.identity)},      {"sentence", text(finding.sentence)},
          {"declared", place(finding.declared)},     {"site", place(finding.site)},
          {"ownerClass", text(finding.owner_class)}, {"itemClass", text(finding.item_class)},
          {"itemGrowth", finding.item_growth},       {"bytes", finding.bytes},
          {"package", text(finding.package)},        {"path", list(finding.path)},
          {"evidence", texts(finding.evidence)},     {"notes", texts(finding.notes)},
          {"advice", texts(finding.advice)}};
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
