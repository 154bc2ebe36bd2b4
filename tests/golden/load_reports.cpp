#include "tests/golden/load_reports.hpp"

#include <limits>

namespace leakcheck {
namespace {

using model::CheckState;
using model::Ending;
using model::LoadReport;

/// What a service, a scenario or a terminal may hold that a report must survive.
const std::string kNasty =
    "\x1b[31mred\x1b[0m \x1b]0;title\x07<b a=\"1\" c='2'>&amp; ]]> \x01\b\f\x7f\xff\xfe "
    "💩👩‍💻 "
    "שלום "
    "\u202egnp.exe\u202c 日本語\u2028line\r\nnext\ttab $(rm -rf ~) `id` ::error::no ${x} {0} %s %n";

LoadReport make_report() {
  LoadReport report;
  report.leakcheck_version = "0.1.0";
  report.started_at = "2026-11-23T20:08:24Z";
  report.run_folder = ".leakcheck/runs/orders-api-20261123-200824";
  report.duration_ms = 10'412.5;
  report.scenario.name = "orders-api";
  report.scenario.file = "scenarios/orders.yaml";
  report.scenario.vus = 10;
  report.scenario.flows = {"read"};
  report.target.command = {"node", "server.js"};
  report.target.url = "http://127.0.0.1:40123";
  report.target.pid = 4711;
  report.target.ready_ms = 212.25;
  report.target.end = model::TargetEnd::stopped;
  report.target.exit_code = 0;
  report.target.stdout_log = report.run_folder + "/stdout.log";
  report.target.stderr_log = report.run_folder + "/stderr.log";
  report.asked_ms = 10'000;
  report.outcome = {Ending::clean, "the threshold is kept", ""};
  report.load.sent = report.load.answered = report.load.iterations = 183'204;
  report.load.connections = 10;
  report.load.received_bytes = 43'201'112;
  report.load.statuses = {{200, 183'204}};
  report.load.busy_ms = 10'000.4;
  report.load.cpu_share = 0.382;
  report.load.latency = {0.0521, 0.541, 0.498, 0.912, 1.204, 9.994, 45.12};
  report.load.steps = {{"GET /orders/:id", 183'204, 0, report.load.latency}};
  report.thresholds = {{"http_req_failed rate<0.01", "rate<0.01", "0.00 %", CheckState::passed,
                        "http_req_failed rate was 0.00 %, the threshold is rate<0.01"}};
  return report;
}

LoadReport make_open_model() {
  LoadReport report = make_report();
  report.scenario.profile = "peak";
  report.scenario.arrival_rate = 2000;
  report.scenario.flows = {"read", "create"};
  report.run_folder = "";
  report.target = {};
  report.target.url = "https://staging.example.org:8443/shop";
  auto& load = report.load;
  load.sent = 36'000;
  load.answered = 35'880;
  load.failed = 240;
  load.aborted = 100;
  load.iterations = 18'000;
  load.dropped_iterations = 1'700;
  load.late_iterations = 300;
  load.wanted_rate = 2000;
  load.cpu_share = 0.98;
  load.lateness = {0.004, 0.061, 0.052, 0.092, 0.1, 12.31, 20.4};
  load.errors = {{"timeout", 18}, {"connection reset", 2}, {"status 500", 220}};
  load.statuses = {{200, 17'000}, {201, 18'660}, {500, 220}};
  load.steps = {{"GET /orders/:id", 18'000, 20, {0.08, 1.25, 0.9, 2.3, 3.1, 12.5, 1'204.4}},
                {"POST /orders/:id/lines with a name that is much too long for a table",
                 18'000,
                 220,
                 {0.12, 3.5, 2.2, 6.2, 9.1, 99.94, 10'000}}};
  load.checks = {{"GET /orders/:id: json $.id", 17'655, 345},
                 {"GET /orders/:id: header etag", 18'000, 0},
                 {"POST /orders/:id/lines: status 201", 17'780, 220}};
  report.thresholds.push_back({"http_req_duration p(95)<500ms", "p(95)<500ms", "612.0 ms",
                               CheckState::failed,
                               "http_req_duration p(95) was 612.0 ms, which breaks p(95)<500ms"});
  report.outcome = {Ending::budget_exceeded,
                    "a threshold is exceeded: " + report.thresholds.back().message, ""};
  report.notes = {
      "leakcheck itself used 98 % of a core: the service could take more than this",
      "the rate was not kept: 1,800 of 2,000 iterations/s",
      "1,700 iterations were dropped, because all 10 virtual users were at work; raise load.vus"};
  return report;
}

LoadReport make_interrupted() {
  LoadReport report = make_report();
  report.asked_ms.reset();
  report.asked_requests = 1'000'000;
  report.outcome = {Ending::interrupted, "interrupted by Ctrl-C under load", ""};
  report.load.busy_ms = 3'214;
  return report;
}

/// Nothing was measured, and what is known is not nice.
LoadReport make_failed() {
  LoadReport report = make_report();
  report.load = {};
  report.thresholds.clear();
  report.asked_ms.reset();
  report.target.end = model::TargetEnd::early_exit;
  report.target.exit_code = 7;
  report.target.log_tail = {"Error: no database url", "    at connect (src/db.js:12:11)", kNasty};
  report.outcome = {Ending::target_failed,
                    "the service ended with exit code 7 after 0.2 s, before it was ready",
                    "its own words are in the logs"};
  return report;
}

LoadReport make_hostile() {
  LoadReport report = make_open_model();
  report.scenario.name = report.scenario.profile = report.scenario.file = kNasty;
  report.scenario.flows = {kNasty};
  report.target.url = "http://" + kNasty;
  report.run_folder = ".leakcheck/" + kNasty;
  report.outcome = {Ending::load_invalid, kNasty, kNasty};
  report.target.log_tail = {kNasty, ""};
  auto& load = report.load;
  load.errors = {{kNasty, 2}, {"", 1}};
  for (int i = 0; i < 20; ++i) load.errors["error " + std::to_string(i)] = 100 + i;
  load.statuses[0] = 3;
  load.statuses[99'999] = std::numeric_limits<std::int64_t>::max();
  const double none = std::numeric_limits<double>::quiet_NaN();
  load.latency = {-1, none, 1e300, std::numeric_limits<double>::infinity(), 0, 999.5, 0.9999};
  load.received_bytes = std::numeric_limits<std::int64_t>::max();
  load.cpu_share = none;
  load.steps.front().name = kNasty;
  for (int i = 0; i < 25; ++i)
    load.steps.push_back({"GET /" + std::to_string(i), i, 0, load.steps.front().latency});
  for (int i = 0; i < 12; ++i) load.checks.push_back({kNasty + std::to_string(i), 0, i});
  report.thresholds.push_back({kNasty, kNasty, kNasty, CheckState::inconclusive, kNasty});
  report.notes.push_back(kNasty);
  return report;
}

}  // namespace

std::vector<std::pair<std::string, LoadReport>> list_load_reports() {
  return {{"passed", make_report()},
          {"open_model", make_open_model()},
          {"interrupted", make_interrupted()},
          {"failed", make_failed()},
          {"hostile", make_hostile()}};
}

}  // namespace leakcheck
