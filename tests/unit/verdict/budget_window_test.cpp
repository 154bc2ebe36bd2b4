#include <doctest/doctest.h>

#include "tests/unit/verdict/series_of.hpp"

using namespace leakcheck;
using namespace leakcheck::tests;
using model::CheckState;

namespace {

/// heapUsed growth of so many percent over six hours.
verdict::Settings six_hours(double percent, double per_second = 0) {
  model::Budget budget{model::Quantity::heap_used, model::Budget::Kind::growth_percent, percent,
                       ""};
  budget.over = std::chrono::hours(6);
  budget.requests_per_second = per_second;
  verdict::Settings settings;
  settings.budgets = {budget};
  return settings;
}

model::Check judge(const verdict::Settings& settings, const std::vector<model::Cycle>& cycles) {
  return decide(cycles, settings, true).verdict.budgets.at(0);
}

}  // namespace

TEST_SUITE("Budget window") {
  TEST_CASE("Budget window: growth per request is reckoned up to the window's requests") {
    // 64 B x 1 request/s x 21,600 s = 1.38 MB of 5 MB: about 27 %.
    const auto failed = judge(six_hours(15, 1), leaking(60, 64));
    CHECK(failed.state == CheckState::failed);
    CHECK(failed.limit == "15 % over 6 h");
    CHECK(failed.measured == "27.4 %");
    CHECK(judge(six_hours(40, 1), leaking(60, 64)).state == CheckState::passed);
  }

  TEST_CASE("Budget window: a flat series passes only when it could have seen so much") {
    CHECK(judge(six_hours(15, 1), leaking(12, 0)).state == CheckState::passed);
    const auto blind = judge(six_hours(15, 1000), leaking(12, 0));
    CHECK(blind.state == CheckState::inconclusive);
    CHECK(blind.message.find("would not have been seen in 600 requests") != std::string::npos);
  }

  TEST_CASE("Budget window: without a rate a short run is inconclusive, and says what is missing") {
    const auto check = judge(six_hours(15), leaking(60, 64));
    CHECK(check.state == CheckState::inconclusive);
    CHECK(check.message.find("add at:") != std::string::npos);

    auto settings = six_hours(15);
    settings.request_rate = 1;  // of the open model
    CHECK(judge(settings, leaking(60, 64)).state == CheckState::failed);
  }

  TEST_CASE("Budget window: a run that lasts as long as the window needs no rate") {
    auto cycles = leaking(60, 64);
    for (std::size_t k = 0; k < cycles.size(); ++k)
      cycles[k].at_ms = static_cast<double>(k) * 3'600'000;
    CHECK(judge(six_hours(0.1), cycles).state == CheckState::failed);
    CHECK(judge(six_hours(50), cycles).state == CheckState::passed);
  }

  TEST_CASE("Budget window: a number of requests needs no rate either") {
    model::Budget budget{model::Quantity::heap_used, model::Budget::Kind::growth_percent, 15, ""};
    budget.over_requests = 100'000;
    verdict::Settings settings;
    settings.budgets = {budget};
    const auto check = judge(settings, leaking(60, 64));
    CHECK(check.state == CheckState::failed);  // 6.4 MB of 5 MB
    CHECK(check.limit == "15 % over 100,000 requests");
  }
}
