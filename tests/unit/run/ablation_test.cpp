#include "harness/run/ablation.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;

namespace {

Template text(const std::string& source) {
  return *parse_template(source);
}

model::Suspect suspect(const std::string& module) {
  model::Suspect out;
  out.module = module;
  return out;
}

model::Scenario scenario() {
  model::Scenario out;
  out.mode = model::Mode::automatic;
  out.target.command = {text("node"), text("app.js")};
  out.target.env = {{"PORT", text("{{ $port }}")}, {"PDF", text("on")}};
  out.suspects = {suspect("sharp"), suspect("canvas")};
  out.reporters.emplace_back();
  out.thresholds.emplace_back();
  out.budgets.emplace_back();
  return out;
}

}  // namespace

TEST_CASE("ablation: the scenario runs again without suspects, reports, thresholds and routes") {
  const auto again = run::remove_suspect(scenario(), suspect("sharp"), model::Mode::freeze);
  CHECK(again.suspects.empty());
  CHECK(again.reporters.empty());
  CHECK(again.thresholds.empty());
  CHECK(again.load.isolate == model::LoadSpec::Isolate::never);
  CHECK(again.mode == model::Mode::freeze);
  CHECK(again.budgets.size() == 1);
  CHECK(again.target.command == scenario().target.command);
  CHECK(again.target.env == scenario().target.env);
}

TEST_CASE("ablation: a variant's env is merged, its command takes the place of the target's") {
  auto pdf = suspect("pdf");
  pdf.env = {{"PDF", text("off")}, {"NEW", text("1")}};
  pdf.command = {text("node"), text("without_pdf.js")};
  const auto again = run::remove_suspect(scenario(), pdf, model::Mode::quiet);
  CHECK(again.target.command == pdf.command);
  REQUIRE(again.target.env.size() == 3);
  CHECK(again.target.env[0].first == "PORT");
  CHECK(again.target.env[1].second == text("off"));
  CHECK(again.target.env[2].first == "NEW");
  CHECK_FALSE(run::needs_stand_in(pdf));
  CHECK(run::describe_change(pdf) == "run with another command, and PDF, NEW set");
  pdf.command.clear();
  CHECK(run::describe_change(pdf) == "run with PDF, NEW set");
  CHECK(run::needs_stand_in(suspect("pdf")));
  CHECK(run::describe_change(suspect("pdf")) == "replaced by an inert stand-in");
}

TEST_CASE("ablation: each suspect has a folder of its own, whatever its name") {
  const auto names =
      run::name_folders({suspect("sharp"), suspect("@scope/pkg"), suspect("./lib/cache.js"),
                         suspect("../lib/cache.js"), suspect("sharp")});
  CHECK(names == std::vector<std::string>{"suspect-sharp", "suspect-scope-pkg",
                                          "suspect-lib-cache.js", "suspect-lib-cache.js-2",
                                          "suspect-sharp-2"});
  CHECK(run::name_folders({suspect(std::string(500, 'x'))}).front().size() < 100);
}
