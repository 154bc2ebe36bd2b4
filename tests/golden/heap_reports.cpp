#include "tests/golden/heap_reports.hpp"

#include <cstdint>
#include <limits>

namespace leakcheck {
namespace {

using model::Confidence;
using model::Finding;
using model::HeapDiffReport;
using model::PathStep;
using model::Pattern;
using model::SnapshotReport;
using model::SourcePlace;

/// What a heap can hold, for strings and names of properties come from requests.
const std::string kNasty =
    "\x1b[31mred\x1b[0m \x1b]0;title\x07<b a=\"1\" c='2'>&amp; ]]> \x01\b\f\x7f\xff\xfe "
    "💩👩‍💻 "
    "שלום "
    "\u202egnp.exe\u202c 日本語\u2028line\r\nnext\ttab $(rm -rf ~) `id` ::error::no ${x} {0} %s %n";
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Finding make_finding() {
  Finding finding;
  finding.pattern = Pattern::collection;
  finding.confidence = Confidence::high;
  finding.identity = "sessionCache";
  finding.sentence = "sessionCache (Map) gained 3,000 entries: User";
  finding.declared = SourcePlace{"src/server.ts", 5, 7, true};
  finding.site = SourcePlace{"src/user.ts", 3, 1, true};
  finding.owner_class = "Map";
  finding.item_class = "User";
  finding.item_growth = 3000;
  finding.bytes = 4'812'220;
  finding.path = {{"sessionCache", "Map", 72521, SourcePlace{"src/server.ts", 5, 7, true}, 0},
                  {"value", "User", 81823, SourcePlace{"src/user.ts", 3, 1, true}, 0},
                  {".headers", "{host, accept}", 81825, {}, 0}};
  finding.evidence = {"it held 200 entries and holds 3,200", "every one of 3,000 User is new"};
  finding.notes = {"the same objects are in auditLog"};
  finding.advice = {"bound it: an LRU with max and ttl", "delete what a request put there"};
  return finding;
}

Finding make_nasty_finding() {
  Finding finding = make_finding();
  finding.pattern = Pattern::closure_over_request;
  finding.confidence = Confidence::low;
  finding.sentence = kNasty;
  finding.declared = SourcePlace{kNasty, 0, 0, false};
  finding.site.reset();
  finding.package = kNasty;
  finding.bytes = -kMost;
  finding.path.clear();
  for (std::uint64_t i = 0; i < 40; ++i)
    finding.path.push_back(
        {kNasty, kNasty, i, SourcePlace{kNasty, 1, 0, false}, i % 2 == 0 ? 12'345 : 0});
  finding.evidence = finding.notes = finding.advice = {kNasty, kNasty, kNasty, kNasty};
  return finding;
}

SnapshotReport make_snapshot() {
  SnapshotReport report;
  report.leakcheck_version = "0.1.0";
  report.file = "after.heapsnapshot";
  report.file_bytes = 12'216'403;
  report.nodes = 139'512;
  report.edges = 515'020;
  report.total_bytes = 9'120'334;
  report.extra_native_bytes = 20'480;
  report.classes = {{"Map", "", 21, 42'112, 4'912'443, 72521},
                    {"User", "src/user.ts:3:1", 3200, 153'600, 4'700'001, 81823},
                    {"(string)", "", 60'412, 2'100'100, 2'100'100, 901},
                    {"{url, headers, body}", "", 3000, 144'000, 1'204'112, 90011}};
  report.shapes = {{"{url, headers, body}", "", 3000, 144'000, 1'204'112, 90011}};
  report.duplicates = {{"application/json; charset=utf-8", 3000, 144'000}, {"", 2, 32}};
  report.native_owners = {{"Upload", "system / JSArrayBufferData", 12, 786'432},
                          {"", "Node / IsolateData", 1, 3832}};
  report.contexts = 1;
  return report;
}

SnapshotReport make_nasty_snapshot() {
  SnapshotReport report = make_snapshot();
  report.file = kNasty;
  report.file_bytes = report.total_bytes = report.nodes = report.edges = kMost;
  report.classes.assign(30, {kNasty, kNasty, kMost, kMost, kMost, UINT32_MAX});
  report.shapes.assign(30, {kNasty, "", kMost, kMost, kMost, UINT32_MAX});
  report.duplicates.assign(30, {kNasty, kMost, kMost});
  report.native_owners.assign(30, {kNasty, kNasty, kMost, kMost});
  report.contexts = report.detached_contexts = kMost;
  report.findings.assign(7, make_nasty_finding());
  report.objects.assign(2, {UINT32_MAX, kNasty, kMost, kMost, kMost, make_nasty_finding().path});
  report.notes.assign(10, kNasty);
  return report;
}

HeapDiffReport make_diff() {
  HeapDiffReport report;
  report.leakcheck_version = "0.1.0";
  report.files = {"before.heapsnapshot", "after.heapsnapshot"};
  report.total_bytes = {4'288'304, 9'120'334};
  report.matched_share = 0.9984;
  report.classes = {{"User", "src/user.ts:3:1", 3000, 0, 144'000, 0, false, 81823},
                    {"(string)", "", 27'002, 2, 648'136, 136, false, 81001},
                    {"Timeout", "", 1, 4, 88, 352, false, 0}};
  report.grown = {{{72521, "Map", 40, 4'912'443, 3200, {make_finding().path.front()}},
                   200,
                   3200,
                   4'812'220,
                   false},
                  {{72361, "Array", 16, 12'000, 3100, {}}, 100, 3100, 11'000, false}};
  report.findings = {make_finding()};
  return report;
}

HeapDiffReport make_series() {
  HeapDiffReport report = make_diff();
  report.files = {"1.heapsnapshot", "2.heapsnapshot", "3.heapsnapshot"};
  report.total_bytes = {4'288'304, 6'600'000, 9'120'334};
  report.classes[0].at_every_step = true;
  report.grown[0].at_every_step = true;
  return report;
}

HeapDiffReport make_by_class() {
  HeapDiffReport report = make_diff();
  report.by_id = false;
  report.matched_share = 0.0434;
  report.grown.clear();
  report.findings.clear();
  return report;
}

HeapDiffReport make_nasty_diff() {
  HeapDiffReport report = make_diff();
  report.files = {kNasty, kNasty, kNasty};
  report.total_bytes = {0, kMost, -1};
  report.matched_share = std::numeric_limits<double>::quiet_NaN();
  report.classes.assign(30, {kNasty, kNasty, kMost, kMost, kMost, kMost, true, UINT32_MAX});
  report.grown.assign(30, {{UINT32_MAX, kNasty, kMost, kMost, kMost, make_nasty_finding().path},
                           kMost,
                           kMost,
                           -kMost,
                           true});
  report.findings.assign(7, make_nasty_finding());
  report.objects.assign(2, {UINT32_MAX, kNasty, kMost, kMost, kMost, {}});
  report.notes.assign(10, kNasty);
  return report;
}

}  // namespace

std::vector<std::pair<std::string, SnapshotReport>> list_snapshot_reports() {
  SnapshotReport suspects = make_snapshot();
  suspects.findings = {make_finding()};
  suspects.findings[0].confidence = Confidence::medium;
  suspects.contexts = 4;
  suspects.detached_contexts = 3;
  SnapshotReport object = make_snapshot();
  object.objects = {{81823, "User", 48, 1469, 3, make_finding().path}, {5, "Gone", 16, 16, 0, {}}};
  SnapshotReport empty;
  empty.leakcheck_version = "0.1.0";
  empty.file = "-";
  return {{"plain", make_snapshot()},
          {"suspects", suspects},
          {"object", object},
          {"empty", empty},
          {"nasty", make_nasty_snapshot()}};
}

std::vector<std::pair<std::string, HeapDiffReport>> list_diff_reports() {
  HeapDiffReport same = make_diff();
  same.classes.clear();
  same.grown.clear();
  same.findings.clear();
  return {{"leak", make_diff()},
          {"series", make_series()},
          {"by_class", make_by_class()},
          {"same", same},
          {"nasty", make_nasty_diff()}};
}

}  // namespace leakcheck
