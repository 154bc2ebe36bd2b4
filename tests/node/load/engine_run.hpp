#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/load/load_engine.hpp"

namespace leakcheck::test {

using namespace std::chrono_literals;

inline Template text(const std::string& source) {
  return *parse_template(source);
}

inline model::RequestStep request(model::Method method, const std::string& url) {
  model::RequestStep step;
  step.method = method;
  step.url = text(url);
  step.name = std::string(model::to_string(method)) + " " + url;
  return step;
}

inline model::RequestStep get(const std::string& url) {
  return request(model::Method::get, url);
}

inline model::RequestStep post(const std::string& url, const std::string& body) {
  model::RequestStep step = request(model::Method::post, url);
  step.body = model::Body{text(body), model::Escaping::none, "text/plain"};
  return step;
}

/// One flow of these steps, in the closed model.
inline model::LoadSpec load_of(std::vector<model::Step> steps, int requests, int vus) {
  model::LoadSpec spec;
  spec.flows.push_back({"flow", 1, std::move(steps)});
  spec.cycles.requests = requests;
  spec.vus = vus;
  return spec;
}

/// Counts by kind as a test prints them: "connection closed 3, timeout 1".
template <typename Map>
std::string list(const Map& counts) {
  std::ostringstream out;
  for (const auto& [kind, count] : counts)
    out << (out.tellp() == 0 ? "" : ", ") << kind << ' ' << count;
  return out.str();
}

/// Whether all tests are to go over libcurl's own HTTP: the results must be the same.
inline bool full_path_only() {
  return std::getenv("LEAKCHECK_FULL_PATH") != nullptr;
}

/// An engine and the loop that it runs on.
struct EngineRun {
  EventLoop loop;
  std::unique_ptr<load::LoadEngine> engine;

  EngineRun(const model::LoadSpec& spec, const std::string& url,
            const std::optional<model::Payload>& payload = std::nullopt) {
    auto created = load::LoadEngine::create(spec, payload, {url, {}, {}, full_path_only()}, loop);
    REQUIRE_MESSAGE(created, (created ? "" : created.error().message));
    engine = std::move(*created);
  }

  load::CycleOutcome cycle(Duration time_limit = 30s, int times = 1) {
    return wait([&](auto done) { engine->start_cycle(time_limit, done, times); });
  }
  load::CycleOutcome replay(load::Position from, int times = 1) {
    return wait([&](auto done) { engine->replay_cycle(from, 30s, done, times); });
  }
  load::CycleOutcome run_for(Duration time) {
    return wait([&](auto done) { engine->run_for(time, done); });
  }
  std::string set_up(Duration time_limit = 30s) {
    return wait<std::string>([&](auto done) { engine->set_up(time_limit, done); });
  }
  std::string tear_down(Duration time_limit = 30s) {
    return wait<std::string>([&](auto done) { engine->tear_down(time_limit, done); });
  }
  void rest(Duration time) {
    loop.run_until([] { return false; }, loop.now() + time);
  }

 private:
  template <typename Result = load::CycleOutcome, typename Start>
  Result wait(Start start) {
    std::optional<Result> result;
    start([&](Result value) { result = std::move(value); });
    REQUIRE(loop.run_until([&] { return result.has_value(); }, loop.now() + 60s));
    return *result;
  }
};

}  // namespace leakcheck::test
