#include <doctest/doctest.h>

#include <limits>

#include "reporters/code_points.hpp"
#include "reporters/reporters.hpp"

using namespace leakcheck;
using reporters::render_progress_line;

namespace {

model::Progress in_mid_run() {
  model::Progress progress;
  progress.phase = model::Phase::measure;
  progress.at_ms = 3200;
  progress.cycle = 12;
  progress.max_cycles = 64;
  progress.requests = 3400;
  progress.requests_per_second = 1204.2;
  progress.heap_used = Bytes{4'404'019};
  progress.bytes_per_request = 64.25;
  return progress;
}

}  // namespace

TEST_CASE("Progress line: phase, cycle, requests, heap, rate, bytes per request") {
  CHECK(render_progress_line(in_mid_run(), {false, 100}) ==
        "measure   cycle 12/64  3,400 requests  heap 4.2 MB  1,204/s  64.25 B/request");
}

TEST_CASE("Progress line: never wider than the terminal, and what matters most stays longest") {
  for (int width = 0; width <= 120; ++width) {
    const std::string line = render_progress_line(in_mid_run(), {false, width});
    CHECK(reporters::display_width(line) <= width);
    CHECK(line.find('\n') == std::string::npos);
  }
  CHECK(render_progress_line(in_mid_run(), {false, 45}) ==
        "measure   cycle 12/64  64.25 B/request");
  CHECK(render_progress_line(in_mid_run(), {false, 22}) == "measure   cycle 12/64");
  CHECK(render_progress_line(in_mid_run(), {false, 10}) == "measure");
  CHECK(render_progress_line(in_mid_run(), {false, 4}) == "mea…");
}

TEST_CASE("Progress line: every phase, with the extremes of every number") {
  for (const auto phase : {model::Phase::launch, model::Phase::warmup, model::Phase::measure,
                           model::Phase::confirm, model::Phase::replay, model::Phase::explore,
                           model::Phase::routes, model::Phase::settle, model::Phase::stop}) {
    model::Progress progress;
    progress.phase = phase;
    CHECK(render_progress_line(progress, {false, 80}).rfind(model::to_string(phase), 0) == 0);
    progress.at_ms = std::numeric_limits<double>::infinity();
    progress.cycle = std::numeric_limits<int>::max();
    progress.requests = std::numeric_limits<std::int64_t>::max();
    progress.requests_per_second = std::numeric_limits<double>::infinity();
    progress.heap_used = Bytes{std::numeric_limits<std::int64_t>::max()};
    progress.bytes_per_request = std::numeric_limits<double>::quiet_NaN();
    CHECK(reporters::display_width(render_progress_line(progress, {false, 80})) <= 80);
  }
}

TEST_CASE("Progress line: more cycles than the scenario's are shown without a limit") {
  model::Progress progress = in_mid_run();
  progress.phase = model::Phase::confirm;
  progress.cycle = 70;
  CHECK(render_progress_line(progress, {false, 100}).rfind("confirm   cycle 70  ", 0) == 0);
}

TEST_CASE("Progress line: what follows a suspicion has no number of cycles to come to") {
  model::Progress progress = in_mid_run();
  progress.phase = model::Phase::replay;
  CHECK(render_progress_line(progress, {false, 100}).rfind("replay    cycle 12  3,400", 0) == 0);
  progress.phase = model::Phase::explore;
  CHECK(render_progress_line(progress, {false, 100}).rfind("explore   cycle 12  ", 0) == 0);
  progress.phase = model::Phase::routes;
  CHECK(render_progress_line(progress, {false, 100}).rfind("routes    cycle 12  ", 0) == 0);
}

TEST_CASE("Progress line: while memory settles nothing is sent, and the time is what moves") {
  model::Progress progress = in_mid_run();
  progress.phase = model::Phase::settle;
  const std::string line = render_progress_line(progress, {false, 100});
  CHECK(line == "settle    3,400 requests  heap 4.2 MB  64.25 B/request  3.2 s");
}

TEST_CASE("Progress line: in colour the phase stands out, and the colour ends") {
  const std::string line = render_progress_line(in_mid_run(), {true, 100});
  CHECK(line.rfind("\x1b[36mmeasure \x1b[0m  cycle", 0) == 0);
}
