#include <doctest/doctest.h>

#include "harness/verdict/judge.hpp"

using namespace leakcheck;
using model::CheckState;
using model::Threshold;
using Metric = Threshold::Metric;
using Statistic = Threshold::Statistic;
using Comparison = Threshold::Comparison;

namespace {

model::LoadSummary busy_load() {
  model::LoadSummary load;
  load.sent = 1000;
  load.answered = 995;
  load.failed = 5;
  load.latency = {.min_ms = 1,
                  .mean_ms = 20,
                  .p50_ms = 10,
                  .p90_ms = 40,
                  .p95_ms = 50,
                  .p99_ms = 80,
                  .max_ms = 100};
  return load;
}

/// Every percentile in milliseconds is its own number; that of a step is ten times as much.
double percentile_ms(double percentile, const std::string& step) {
  return step.empty() ? percentile : 10 * percentile;
}

model::Check judge(const Threshold& threshold, const model::LoadSummary& load = busy_load()) {
  return verdict::judge_thresholds({threshold}, load, percentile_ms).at(0);
}

Threshold threshold_of(Metric metric, Statistic statistic, Comparison comparison, double limit,
                       const std::string& step = "") {
  Threshold threshold;
  threshold.metric = metric;
  threshold.statistic = statistic;
  threshold.comparison = comparison;
  threshold.limit = limit;
  threshold.text = "x";
  threshold.step = step;
  return threshold;
}

/// Fails while more than one in a hundred requests do.
Threshold aborting(model::Milliseconds delay = model::Milliseconds(0)) {
  Threshold threshold =
      threshold_of(Metric::http_req_failed, Statistic::rate, Comparison::less, 0.01);
  threshold.abort_on_fail = true;
  threshold.delay_abort_eval = delay;
  return threshold;
}

}  // namespace

TEST_SUITE("Thresholds") {
  TEST_CASE("Thresholds: the share and the number of failed requests") {
    Threshold rate{
        Metric::http_req_failed, Statistic::rate, 0, Comparison::less, 0.01, "rate<0.01"};
    const auto kept = judge(rate);
    CHECK(kept.state == CheckState::passed);
    CHECK(kept.name == "http_req_failed rate<0.01");
    CHECK(kept.measured == "0.50 %");
    rate.limit = 0.005;
    CHECK(judge(rate).state == CheckState::failed);
    rate.comparison = Comparison::less_equal;
    CHECK(judge(rate).state == CheckState::passed);
    CHECK(judge({Metric::http_req_failed, Statistic::count, 0, Comparison::less, 5, "count<5"})
              .state == CheckState::failed);
  }

  TEST_CASE("Thresholds: every statistic of the duration") {
    const auto measured = [](Statistic statistic, double percentile = 0) {
      return judge({Metric::http_req_duration, statistic, percentile, Comparison::less, 1, "x"})
          .measured;
    };
    CHECK(measured(Statistic::average) == "20.0 ms");
    CHECK(measured(Statistic::minimum) == "1.0 ms");
    CHECK(measured(Statistic::median) == "50.0 ms");
    CHECK(measured(Statistic::maximum) == "100.0 ms");
    CHECK(measured(Statistic::percentile, 99.5) == "99.5 ms");
    CHECK(measured(Statistic::count) == "995");
  }

  TEST_CASE("Thresholds: every comparison") {
    const auto state = [](Comparison comparison, double limit) {
      return judge({Metric::http_req_duration, Statistic::maximum, 0, comparison, limit, "x"})
          .state;
    };
    CHECK(state(Comparison::less, 100) == CheckState::failed);
    CHECK(state(Comparison::less, 101) == CheckState::passed);
    CHECK(state(Comparison::less_equal, 100) == CheckState::passed);
    CHECK(state(Comparison::greater, 100) == CheckState::failed);
    CHECK(state(Comparison::greater_equal, 100) == CheckState::passed);
    CHECK(state(Comparison::equal, 100) == CheckState::passed);
    CHECK(state(Comparison::not_equal, 100) == CheckState::failed);
  }

  TEST_CASE("Thresholds: a broken one says what was measured") {
    const auto check = judge(
        {Metric::http_req_duration, Statistic::percentile, 95, Comparison::less, 90, "p(95)<90ms"});
    CHECK(check.state == CheckState::failed);
    CHECK(check.message == "http_req_duration p(95) was 95.0 ms, which breaks p(95)<90ms");
  }

  TEST_CASE("Thresholds: without requests nothing is known") {
    for (const auto metric : {Metric::http_req_failed, Metric::http_req_duration}) {
      const auto check = judge({metric, Statistic::count, 0, Comparison::less, 5, "count<5"}, {});
      CHECK(check.state == CheckState::inconclusive);
      CHECK(check.message.find("no request was sent") != std::string::npos);
    }
  }

  TEST_CASE("Thresholds: without answers no latency is good enough") {
    model::LoadSummary load;
    load.sent = load.failed = 40;
    const auto check = judge({Metric::http_req_duration, Statistic::percentile, 95,
                              Comparison::less, 500, "p(95)<500ms"},
                             load);
    CHECK(check.state == CheckState::failed);
    CHECK(check.message.find("no request was answered") != std::string::npos);
  }

  TEST_CASE(
      "Thresholds: a statistic that means nothing for its metric fails and says what to use") {
    const auto check =
        judge({Metric::http_req_failed, Statistic::percentile, 95, Comparison::less, 1, "p(95)<1"});
    CHECK(check.state == CheckState::failed);
    CHECK(check.message == "http_req_failed has no p(95): use rate or count");
    CHECK(judge({Metric::http_req_duration, Statistic::rate, 0, Comparison::less, 1, "rate<1"})
              .state == CheckState::failed);
  }

  TEST_CASE("Thresholds: requests and dropped iterations by number and by second under load") {
    model::LoadSummary load = busy_load();
    load.busy_ms = 4000;
    load.iterations = 300;
    load.dropped_iterations = 20;
    const auto measured = [&](Metric metric, Statistic statistic) {
      return judge(threshold_of(metric, statistic, Comparison::less, 1), load).measured;
    };
    CHECK(measured(Metric::http_reqs, Statistic::count) == "1,000");
    CHECK(measured(Metric::http_reqs, Statistic::rate) == "250.0/s");
    CHECK(measured(Metric::dropped_iterations, Statistic::count) == "20");
    CHECK(measured(Metric::dropped_iterations, Statistic::rate) == "5.0/s");
    const auto reqs = [&](double limit) {
      return judge(
                 threshold_of(Metric::http_reqs, Statistic::rate, Comparison::greater_equal, limit),
                 load)
          .state;
    };
    CHECK(reqs(250) == CheckState::passed);
    CHECK(reqs(251) == CheckState::failed);
    load.busy_ms = 0;
    CHECK(measured(Metric::http_reqs, Statistic::rate) == "0.0/s");
  }

  TEST_CASE("Thresholds: that nothing was dropped is known without an answer") {
    model::LoadSummary load;
    const auto none =
        threshold_of(Metric::dropped_iterations, Statistic::count, Comparison::less, 1);
    CHECK(judge(none, load).state == CheckState::inconclusive);
    load.iterations = 1;
    CHECK(judge(none, load).state == CheckState::passed);
    load = {};
    load.dropped_iterations = 5;
    CHECK(judge(none, load).state == CheckState::failed);
  }

  TEST_CASE("Thresholds: the share and the number of checks that hold, over all of them") {
    model::LoadSummary load = busy_load();
    load.checks = {{"a: status", 90, 10}, {"b: json $.id", 60, 40}};
    const auto rate = threshold_of(Metric::checks, Statistic::rate, Comparison::greater, 0.75);
    CHECK(judge(rate, load).measured == "75.00 %");
    CHECK(judge(rate, load).state == CheckState::failed);
    CHECK(
        judge(threshold_of(Metric::checks, Statistic::count, Comparison::less, 1), load).measured ==
        "150");
    load.checks.clear();
    CHECK(judge(rate, load).state == CheckState::inconclusive);
    CHECK(judge(rate, load).message == "checks x was not judged: nothing was checked");
  }

  TEST_CASE("Thresholds: one of a step looks at the requests of that name only") {
    model::LoadSummary load = busy_load();
    load.steps = {{"GET /a", 600, 0, {}},
                  {"GET /b", 400, 5, {.min_ms = 2, .mean_ms = 33, .max_ms = 77}}};
    const auto check = judge(
        threshold_of(Metric::http_req_failed, Statistic::rate, Comparison::less, 0.01, "GET /b"),
        load);
    CHECK(check.name == "http_req_failed{name:GET /b} x");
    CHECK(check.measured == "1.25 %");
    CHECK(check.state == CheckState::failed);
    CHECK(check.message == "http_req_failed{name:GET /b} rate was 1.25 %, which breaks x");
    const auto measured = [&](Statistic statistic) {
      auto threshold =
          threshold_of(Metric::http_req_duration, statistic, Comparison::less, 1, "GET /b");
      threshold.percentile = 95;
      return judge(threshold, load).measured;
    };
    CHECK(measured(Statistic::average) == "33.0 ms");
    CHECK(measured(Statistic::minimum) == "2.0 ms");
    CHECK(measured(Statistic::maximum) == "77.0 ms");
    CHECK(measured(Statistic::median) == "500.0 ms");
    CHECK(measured(Statistic::percentile) == "950.0 ms");
    CHECK(measured(Statistic::count) == "395");
  }

  TEST_CASE(
      "Thresholds: one of a step that was never run is not judged, one that never worked fails") {
    const auto check =
        judge(threshold_of(Metric::http_req_failed, Statistic::rate, Comparison::less, 1, "GET /"));
    CHECK(check.state == CheckState::inconclusive);
    CHECK(check.message.find("no request of that name was sent") != std::string::npos);
    model::LoadSummary load = busy_load();
    load.steps = {{"GET /", 5, 5, {}}};
    const auto failed = judge(
        threshold_of(Metric::http_req_duration, Statistic::median, Comparison::less, 1, "GET /"),
        load);
    CHECK(failed.state == CheckState::failed);
    CHECK(failed.message ==
          "http_req_duration{name:GET /} x is not kept: no request of that name succeeded");
  }

  TEST_CASE("Thresholds: the first that fails and may end the run is the one that does") {
    using verdict::find_abort;
    model::LoadSummary load = busy_load();
    load.failed = 50;
    auto quiet = aborting();
    quiet.abort_on_fail = false;
    auto kept = aborting();
    kept.limit = 0.5;
    const std::vector<Threshold> thresholds = {quiet, kept, aborting(), aborting()};
    CHECK(find_abort(thresholds, load, percentile_ms) == &thresholds[2]);
    CHECK(find_abort({quiet, kept}, load, percentile_ms) == nullptr);
    load.failed = 5;
    CHECK(find_abort(thresholds, load, percentile_ms) == nullptr);
  }

  TEST_CASE("Thresholds: none ends the run before its time under load, nor before any request") {
    using verdict::find_abort;
    model::LoadSummary load = busy_load();
    load.failed = 50;
    load.busy_ms = 9'999;
    const std::vector<Threshold> thresholds = {aborting(model::Milliseconds(10'000))};
    CHECK(find_abort(thresholds, load, percentile_ms) == nullptr);
    load.busy_ms = 10'000;
    CHECK(find_abort(thresholds, load, percentile_ms) == &thresholds[0]);
    model::LoadSummary nothing;
    nothing.busy_ms = 60'000;
    CHECK(find_abort(thresholds, nothing, percentile_ms) == nullptr);
  }
}
