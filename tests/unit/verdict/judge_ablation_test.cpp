#include "harness/verdict/judge_ablation.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;
using model::Answer;
using model::Ending;
using model::Quantity;
using Effect = model::Ablation::Effect;

namespace {

model::Verdict verdict_of(Answer answer, double bytes, double width = 0.5) {
  model::Verdict verdict;
  verdict.answer = answer;
  verdict.culprit = Quantity::native;
  model::QuantityVerdict heap;
  heap.answer = Answer::clean;
  verdict.quantities.push_back(heap);
  model::QuantityVerdict native;
  native.quantity = Quantity::native;
  native.answer = answer;
  native.growth = {bytes, bytes - width, bytes + width, 0.999, 30, 3000};
  native.budget_per_request = 4;
  native.reason = "too few cycles";
  verdict.quantities.push_back(native);
  return verdict;
}

model::RunReport report_of(Answer answer, double bytes, double width = 0.5) {
  model::RunReport report;
  report.verdict = verdict_of(answer, bytes, width);
  report.run_folder = "runs/1/suspect-sharp";
  report.outcome.ending = answer == Answer::leak           ? Ending::leak
                          : answer == Answer::inconclusive ? Ending::inconclusive
                                                           : Ending::clean;
  return report;
}

model::Ablation judge(const model::RunReport& without, bool never_loaded = false) {
  return verdict::judge_ablation(
      verdict_of(Answer::leak, 64),
      {"sharp", "replaced by an inert stand-in", true, never_loaded, without});
}

bool names(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("ablation: a run that is clean or bounded without the suspect ends the growth") {
  for (const Answer answer : {Answer::clean, Answer::bounded, Answer::time_bounded}) {
    const auto ablation = judge(report_of(answer, 0.25));
    CHECK(ablation.effect == Effect::ends_growth);
    CHECK(ablation.suspect == "sharp");
    CHECK(ablation.run_folder == "runs/1/suspect-sharp");
    CHECK(ablation.growth.bytes_per_request == 0.25);
    CHECK(ablation.reason ==
          "without sharp the growth ends: native memory (malloc) keeps 0.25 B per request, and 64 "
          "B with it");
  }
}

TEST_CASE("ablation: growth that goes on is less, or the same") {
  CHECK(judge(report_of(Answer::leak, 64)).effect == Effect::no_effect);
  CHECK(judge(report_of(Answer::leak, 80)).effect == Effect::no_effect);
  // Two runs of the same service: intervals apart, but hardly.
  CHECK(judge(report_of(Answer::leak, 60)).effect == Effect::no_effect);
  CHECK(judge(report_of(Answer::leak, 40)).effect == Effect::reduces_growth);
  CHECK(judge(report_of(Answer::keyed_growth, 20)).effect == Effect::reduces_growth);
  CHECK(judge(report_of(Answer::leak, 40, 30)).effect == Effect::no_effect);
  CHECK(names(judge(report_of(Answer::leak, 64)).reason, "without sharp it grows all the same"));
}

TEST_CASE("ablation: an inconclusive run counts when its interval is far below") {
  CHECK(judge(report_of(Answer::inconclusive, 2, 1.5)).effect == Effect::ends_growth);
  CHECK(judge(report_of(Answer::inconclusive, 10, 4)).effect == Effect::reduces_growth);
  const auto wide = judge(report_of(Answer::inconclusive, 30, 60));
  CHECK(wide.effect == Effect::unclear);
  CHECK(wide.reason == "the run without sharp could not tell: too few cycles");
}

TEST_CASE("ablation: a run that failed says nothing, and a stand-in that breaks it has a cure") {
  auto failed = report_of(Answer::inconclusive, 0);
  failed.outcome = {Ending::load_invalid, "the load is invalid", ""};
  const auto ablation = judge(failed);
  CHECK(ablation.effect == Effect::unclear);
  CHECK(names(ablation.reason, "the run without sharp failed: the load is invalid; give it a "));
  CHECK(names(ablation.reason, "variant"));

  failed.outcome = {Ending::target_failed, "the service ended", ""};
  CHECK(judge(failed).reason == "the run without sharp failed: the service ended");
  failed.verdict.reset();
  CHECK(judge(failed).effect == Effect::unclear);
}

TEST_CASE("ablation: a suspect that was never loaded is named as such") {
  const auto ablation = judge(report_of(Answer::clean, 0), true);
  CHECK(ablation.effect == Effect::unclear);
  CHECK(names(ablation.reason, "the service never loaded sharp"));
}

TEST_CASE("ablation: a quantity that was not counted again cannot be compared") {
  auto without = report_of(Answer::clean, 0);
  without.verdict->quantities.pop_back();
  CHECK(judge(without).effect == Effect::unclear);
}

TEST_CASE("ablation: one sentence names what ends the growth first") {
  auto sharp = judge(report_of(Answer::clean, 0));
  auto canvas = judge(report_of(Answer::leak, 64));
  canvas.suspect = "canvas";
  auto pdf = canvas;
  pdf.suspect = "pdf";
  CHECK(verdict::describe_ablations({canvas, sharp, pdf}) ==
        "without sharp the growth ends; without canvas, pdf it grows all the same");
  const auto unclear = judge(report_of(Answer::clean, 0), true);
  CHECK(verdict::describe_ablations({sharp, unclear}) ==
        "without sharp the growth ends; the service never loaded sharp: that it was replaced says "
        "nothing");
  CHECK(verdict::describe_ablations({}).empty());
}
