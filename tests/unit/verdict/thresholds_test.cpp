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

/// Every percentile in milliseconds is its own number.
model::Check judge(const Threshold& threshold, const model::LoadSummary& load = busy_load()) {
  return verdict::judge_thresholds({threshold}, load, [](double percentile) { return percentile; })
      .at(0);
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
}
