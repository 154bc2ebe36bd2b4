#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <system_error>

#include "harness/explain/growth_reader.hpp"
#include "harness/run/head_room.hpp"
#include "harness/run/ignored.hpp"
#include "harness/run/session.hpp"

namespace leakcheck::run {
namespace {

namespace fs = std::filesystem;

/// Requests between the snapshots: so many that a leak of every request shows in thousands of
/// objects, and one of a route that gets a twentieth of them in hundreds. Source: chosen by us; a
/// finding of high confidence needs 250 items (harness/explain/README.md).
constexpr std::int64_t kRequests = 2'000;
constexpr std::int64_t kMostRequests = 20'000;
constexpr double kItems = 300;
constexpr std::chrono::seconds kMostLoad{10};
/// What V8 takes while it writes a snapshot, in sizes of the heap: 100 MB took 1,292 MB on Node.js
/// 20, and a heap of 689 MB 7.5 GB.
constexpr std::int64_t kMemoryTimes = 13;
constexpr std::int64_t kMemoryBesides = std::int64_t{64} << 20;
/// Of the file: it took 1.2 to 1.5 times heaps of 4 to 13 MB, in four services of the tests.
constexpr std::int64_t kFileTimes = 2;
constexpr std::chrono::milliseconds kLook{20};
constexpr std::size_t kDateLength = 10;  // of "2026-11-26T10:20:00Z"

Duration snapshot_timeout(Bytes heap_used) {
  // V8 writes 34 MB a second on an idle machine.
  return std::chrono::seconds(30) + std::chrono::milliseconds(300) * (heap_used.count >> 20);
}

/// The share of the requests that the leaking route gets; 1 where that is not known.
double share_that_leaks(const model::Verdict& verdict, const model::LoadSummary& load) {
  std::int64_t leaking = 0, all = 0;
  for (const model::StepSummary& step : load.steps) {
    all += step.requests;
    if (std::any_of(verdict.routes.begin(), verdict.routes.end(),
                    [&](const auto& route) { return route.leaks && route.name == step.name; }))
      leaking += step.requests;
  }
  return leaking == 0 || all == 0 ? 1 : static_cast<double>(leaking) / static_cast<double>(all);
}

std::int64_t requests_between(const model::Verdict& verdict, const model::LoadSummary& load) {
  double share = share_that_leaks(verdict, load);
  for (const auto& quantity : verdict.quantities)
    if (quantity.rule == model::Rule::sporadic && grows(quantity)) share /= 10;
  return std::clamp(std::llround(kItems / share), static_cast<long long>(kRequests),
                    static_cast<long long>(kMostRequests));
}

}  // namespace

/// The thread that grows most.
Subject Session::choose_subject(const model::Verdict& verdict) const {
  Subject subject{subjects_.front(), 0, {}};
  const auto most = std::max_element(
      verdict.parts.begin(), verdict.parts.end(), [](const auto& a, const auto& b) {
        return a.growth.bytes_per_request < b.growth.bytes_per_request;
      });
  if (most != verdict.parts.end()) subject = {most->pid, most->thread, {}};
  for (const model::Reading& reading : report_.cycles.back().readings)
    if (reading.pid == subject.pid && reading.thread == subject.thread)
      subject.heap = reading.post_gc.heap_used;
  if (subject.heap.count == 0) subject.heap = report_.cycles.back().post_gc.heap_used;
  return subject;
}

/// Why no snapshots can be taken; "" when they can.
std::string Session::what_forbids_snapshots(const model::Verdict& verdict) const {
  if (std::none_of(verdict.quantities.begin(), verdict.quantities.end(),
                   [](const auto& each) { return grows(each) && is_seen_in_heap(each.quantity); }))
    return "what grows is native memory, which heap snapshots do not show; suspects: [a module] "
           "tells which module's absence ends the growth";
  if (loop_.now() >= run_deadline()) return "there was no time left for heap snapshots (load.max)";
  const Subject subject = choose_subject(verdict);
  const Bytes wanted{kMemoryTimes * subject.heap.count + kMemoryBesides};
  const HeadRoom room = find_head_room(subject.pid);
  if (room.bytes < wanted)
    return fmt::format(
        "a heap snapshot of {} may take {}, and {} leaves {}: it was not taken, so that the "
        "service is not killed",
        format_bytes(subject.heap), format_bytes(wanted), room.limit, format_bytes(room.bytes));
  std::error_code error;
  const fs::space_info disk = fs::space(options_.run_folder, error);
  const auto files = static_cast<std::uintmax_t>(2 * kFileTimes * subject.heap.count);
  if (!error && disk.available < files)
    return fmt::format("two heap snapshots may take {} on the disk of the run folder, which has {}",
                       format_bytes(Bytes{static_cast<std::int64_t>(files)}),
                       format_bytes(Bytes{static_cast<std::int64_t>(disk.available)}));
  return "";
}

void Session::explain() {
  if (scenario_.snapshots.take == model::SnapshotSpec::Take::never || load_is_hopeless()) return;
  const model::Verdict verdict = verdict::decide(settings(), measured_, peaks_, true).verdict;
  const bool leaks =
      verdict.answer == model::Answer::leak ||
      (verdict.answer == model::Answer::keyed_growth && !scenario_.load.bounded_keys);
  if (!leaks) return;
  model::Explanation& explanation = report_.explanation.emplace();
  explanation.problem = what_forbids_snapshots(verdict);
  if (!explanation.problem.empty()) return;
  const TimePoint begun = loop_.now();
  if (!compare_snapshots(verdict)) {
    if (explanation.problem.empty()) explanation.problem = "the run was over before";
    if (over() && !has_answer_) keep_answer("its heap snapshots");
  }
  explanation.took_ms = to_ms(loop_.now() - begun);
}

bool Session::compare_snapshots(const model::Verdict& verdict) {
  model::Explanation& explanation = *report_.explanation;
  model::Verdict with_routes = verdict;
  if (!route_runs_.empty())
    with_routes.routes = verdict::judge_routes(route_runs_, mixture_).routes;
  const Subject subject = choose_subject(verdict);
  // Connections that the clock has closed, and what the routes alone have left, are no growth.
  if (!run_cycle(*load_, {.phase = model::Phase::explain})) return false;
  explain::GrowthReader reader;
  if (!take_snapshot(subject)) return false;
  reader.add(explanation.snapshots.back().file);

  const std::int64_t before = load_->sent();
  const std::int64_t wanted = requests_between(with_routes, load_->summary());
  const TimePoint enough = std::min(loop_.now() + kMostLoad, run_deadline());
  do {
    const std::int64_t sent = load_->sent();
    if (!run_cycle(*load_, {.phase = model::Phase::explain})) return false;
    if (load_->sent() == sent) break;
  } while (load_->sent() - before < wanted && loop_.now() < enough);
  explanation.requests = load_->sent() - before;
  if (explanation.requests == 0) {
    explanation.problem = used_up_ ? "the payload's rows were used up before the heap snapshots"
                                   : "no time was left between heap snapshots (load.max)";
    return false;
  }
  if (!take_snapshot(subject)) return false;
  reader.add(explanation.snapshots.back().file);

  explain::DescribeOptions options;
  options.find.root = scenario_.target.cwd;
  options.most_named = 0;
  reader.compare(options);
  report_progress("comparing the heap snapshots");
  while (!reader.is_done())
    if (wait_until([] { return false; }, loop_.now() + kLook) == Wait::over) break;
  Result<model::HeapDiffReport> report = reader.take();
  if (!report) {
    explanation.problem = report.error().message;
    return false;
  }
  explanation.findings = std::move(report->findings);
  explanation.notes = std::move(report->notes);
  for (std::string& sentence : mark_ignored(explanation.findings, scenario_.ignore,
                                            options_.started_at.substr(0, kDateLength)))
    note(std::move(sentence));
  if (explanation.findings.empty()) {
    explanation.problem =
        "no rule knows what grew between the heap snapshots: compare them in "
        "DevTools, or with leakcheck diff";
    return true;
  }
  std::int64_t bytes = 0;
  for (const model::Finding& finding : explanation.findings) bytes += finding.bytes;
  if (explanation.requests > 0)
    explanation.bytes_per_request =
        static_cast<double>(bytes) / static_cast<double>(explanation.requests);
  if (const double measured = measured_growth(verdict, explanation);
      measured > 0 && explanation.bytes_per_request)
    explanation.share = *explanation.bytes_per_request / measured;
  return true;
}

bool Session::take_snapshot(const Subject& subject) {
  model::Explanation& explanation = *report_.explanation;
  model::TakenSnapshot taken;
  const fs::path file =
      options_.run_folder / fmt::format("heap-{}.heapsnapshot", explanation.snapshots.size() + 1);
  taken.file = file.string();
  taken.pid = subject.pid;
  taken.thread = subject.thread;
  taken.at_ms = since_launch_ms();
  report_progress("taking a heap snapshot");
  const auto answer = std::make_shared<std::optional<Result<std::chrono::milliseconds>>>();
  std::error_code error;
  const Duration timeout = snapshot_timeout(peaks_.heap_used);
  watching_life_ = false;
  hub_->take_snapshot(
      subject.pid, subject.thread, fs::absolute(file, error), timeout,
      [answer](const Result<std::chrono::milliseconds>& result) { *answer = result; });
  const Wait wait = wait_until([&] { return answer->has_value(); },
                               loop_.now() + timeout + std::chrono::seconds(5));
  last_sign_of_life_ = loop_.now();
  watching_life_ = true;
  if (wait != Wait::done || !answer->value()) {
    explanation.problem = wait != Wait::done
                              ? "the service ended while it wrote a heap snapshot"
                              : "no heap snapshot: " + answer->value().error().message;
    fs::remove(file, error);
    return false;
  }
  taken.took_ms = static_cast<double>(answer->value()->count());
  const auto size = fs::file_size(file, error);
  taken.bytes = error ? 0 : static_cast<std::int64_t>(size);
  explanation.snapshots.push_back(std::move(taken));
  return true;
}

/// What the scenario wants to keep stays; a report names no file that is gone.
void Session::drop_snapshots() {
  using Keep = model::SnapshotSpec::Keep;
  if (!report_.explanation) return;
  const Keep keep = scenario_.snapshots.keep;
  if (keep == Keep::always ||
      (keep == Keep::on_failure && report_.outcome.ending != model::Ending::clean))
    return;
  for (model::TakenSnapshot& each : report_.explanation->snapshots) {
    std::error_code error;
    fs::remove(each.file, error);
    each.file.clear();
  }
}

}  // namespace leakcheck::run
