#include "harness/verdict/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <deque>

#include "harness/verdict/budgets.hpp"
#include "harness/verdict/quantity_verdict.hpp"
#include "harness/verdict/series.hpp"
#include "harness/verdict/track.hpp"
#include "harness/verdict/wording.hpp"

namespace leakcheck::verdict {
namespace {

using model::Answer;
using Standing = Track::Standing;

/// Every quantity's track, walked through the same checkpoints.
class Walk {
 public:
  Walk(const Settings& settings, const std::vector<model::Cycle>& cycles, Schedule schedule,
       bool no_more)
      : cycles_(static_cast<int>(cycles.size())), schedule_(schedule), no_more_(no_more) {
    for (const auto quantity : model::kJudged)
      if (quantity != model::Quantity::native || (is_counted(cycles, quantity) && cycles_ > 0))
        add(settings, cycles, quantity);
    judged_ = tracks_.size();
    for (const model::Budget& budget : settings.budgets)
      if (std::none_of(tracks_.begin(), tracks_.end(),
                       [&](const Track& track) { return track.quantity() == budget.quantity; }))
        add(settings, cycles, budget.quantity);
    for (int cycle = 1; cycle <= cycles_; ++cycle) {
      const bool last = (no_more_ && cycle == cycles_) || cycle >= schedule_.confirm_limit();
      if (!last && !is_look(cycle)) continue;
      for (Track& track : tracks_) track.look(cycle, last);
    }
  }

  const std::vector<Track>& tracks() const { return tracks_; }
  std::size_t judged_count() const { return judged_; }

  bool done() const {
    if (no_more_ || cycles_ >= schedule_.confirm_limit()) return true;
    if (any(Standing::confirming)) return false;
    return cycles_ >= schedule_.max_cycles() || any(Standing::leak) || !any(Standing::open);
  }

  bool confirming() const { return any(Standing::confirming); }

  int next_look() const {
    int cycle = cycles_ + 1;
    while (!is_look(cycle) && cycle < schedule_.confirm_limit()) ++cycle;
    return cycle;
  }

 private:
  void add(const Settings& settings, const std::vector<model::Cycle>& cycles,
           model::Quantity quantity) {
    const Series& series = series_.emplace_back(make_series(cycles, quantity));
    tracks_.emplace_back(quantity, budget_per_request(settings, quantity), series);
  }

  /// The first tracks are those of kJudged; the others only serve budgets and hold nothing up.
  std::span<const Track> judged() const { return std::span(tracks_).first(judged_); }

  bool any(Standing standing) const {
    return std::any_of(judged().begin(), judged().end(),
                       [&](const Track& track) { return track.standing() == standing; });
  }

  bool is_look(int cycle) const {
    return schedule_.is_checkpoint(cycle) ||
           std::any_of(judged().begin(), judged().end(),
                       [&](const Track& track) { return track.wants_look(cycle); });
  }

  std::deque<Series> series_;  ///< does not move them: tracks refer to them
  std::vector<Track> tracks_;
  std::size_t judged_ = 0;
  int cycles_;
  Schedule schedule_;
  bool no_more_;
};

/// external contains arrayBuffers: its growth above that of arrayBuffers is what is its own.
bool grows_only_by_buffers(const Track& external, const Track& buffers) {
  std::vector<stats::Step> own;
  const auto& steps = external.series().steps;
  for (std::size_t k = static_cast<std::size_t>(external.suspicion()->cycles - 1); k < steps.size();
       ++k)
    own.push_back({steps[k].bytes - buffers.series().steps[k].bytes, steps[k].requests});
  return stats::estimate_growth(own).trimmed < external.budget();
}

const Track& track_of(const std::vector<Track>& tracks, model::Quantity quantity) {
  return *std::find_if(tracks.begin(), tracks.end(),
                       [&](const Track& track) { return track.quantity() == quantity; });
}

/// The leaks that stand for themselves, largest first.
std::vector<model::QuantityVerdict*> name_leaks(std::vector<model::QuantityVerdict>& quantities,
                                                const std::vector<Track>& tracks) {
  std::vector<model::QuantityVerdict*> leaks;
  const Track& buffers = track_of(tracks, model::Quantity::array_buffers);
  for (auto& each : quantities) {
    if (each.answer != Answer::leak) continue;
    if (each.quantity == model::Quantity::external && buffers.standing() == Standing::leak &&
        grows_only_by_buffers(track_of(tracks, each.quantity), buffers)) {
      each.reason += ": all of it Buffer memory, which it contains";
      continue;
    }
    leaks.push_back(&each);
  }
  std::stable_sort(leaks.begin(), leaks.end(), [](const auto* a, const auto* b) {
    return a->growth.bytes_per_request > b->growth.bytes_per_request;
  });
  return leaks;
}

void conclude_leaks(model::Verdict& verdict, const std::vector<Track>& tracks) {
  const auto leaks = name_leaks(verdict.quantities, tracks);
  verdict.answer = Answer::leak;
  verdict.culprit = leaks.front()->quantity;
  verdict.reason = leaks.front()->reason;
  for (std::size_t k = 1; k < leaks.size(); ++k)
    verdict.reason += fmt::format("; {} keeps {}", name_in_prose(leaks[k]->quantity),
                                  format_bytes(leaks[k]->growth.bytes_per_request));
  for (auto& each : verdict.quantities)
    if (each.answer == Answer::inconclusive)
      each.reason = "not decided: the run ended when the leak in " +
                    std::string(name_in_prose(*verdict.culprit)) + " was sure";
}

const model::QuantityVerdict* find_answer(const model::Verdict& verdict, Answer answer) {
  const auto found =
      std::find_if(verdict.quantities.begin(), verdict.quantities.end(),
                   [&](const model::QuantityVerdict& each) { return each.answer == answer; });
  return found == verdict.quantities.end() ? nullptr : &*found;
}

void conclude_clean(model::Verdict& verdict) {
  verdict.answer = Answer::clean;
  double smallest = 0;
  for (const auto& each : verdict.quantities) {
    smallest = std::max(smallest, each.smallest_leak);
    // Within a budget of the user's, but not nothing: that is the sentence to read.
    if (each.growth.low > kDefaultBudget) {
      verdict.reason = each.reason;
      return;
    }
  }
  verdict.reason = fmt::format(
      "no memory is kept per request: anything above {} per request would have been seen",
      format_bytes(smallest));
}

model::Verdict conclude(const Walk& walk, const Situation& situation, const model::Memory& peaks) {
  model::Verdict verdict;
  for (const Track& track : walk.tracks())
    if (verdict.quantities.size() < walk.judged_count())
      verdict.quantities.push_back(conclude_quantity(track, situation));
  verdict.budgets = judge_budgets(walk.tracks(), peaks, situation);
  if (find_answer(verdict, Answer::leak) != nullptr) {
    conclude_leaks(verdict, walk.tracks());
    return verdict;
  }
  for (const Answer answer : {Answer::inconclusive, Answer::bounded}) {
    const auto* found = find_answer(verdict, answer);
    if (found == nullptr) continue;
    verdict.answer = answer;
    verdict.reason = found->reason;
    return verdict;
  }
  conclude_clean(verdict);
  return verdict;
}

}  // namespace

Decision decide(const Settings& settings, const std::vector<model::Cycle>& cycles,
                const model::Memory& peaks, bool no_more) {
  const std::vector<model::Cycle> comparable = comparable_cycles(cycles);
  const auto measured =
      static_cast<int>(std::count_if(cycles.begin(), cycles.end(), [](const model::Cycle& cycle) {
        return cycle.phase != model::Phase::warmup;
      }));
  // What cannot be compared has been spent all the same.
  const int spent = measured - static_cast<int>(comparable.size());
  const Schedule schedule(settings.min_cycles, std::max(settings.max_cycles - spent, 1));
  const Walk walk(settings, comparable, schedule, no_more);

  double requests = 0;
  for (const model::Cycle& cycle : comparable) requests += static_cast<double>(cycle.requests);
  Situation situation{settings};
  situation.cycles = static_cast<int>(comparable.size());
  situation.requests_a_cycle = comparable.empty() ? 0 : requests / situation.cycles;
  situation.done = walk.done();
  situation.cut_short = no_more && situation.cycles < schedule.max_cycles();

  Decision decision;
  decision.done = walk.done();
  decision.next = walk.confirming() ? model::Phase::confirm : model::Phase::measure;
  decision.cycles_wanted = decision.done ? measured : walk.next_look() + spent;
  decision.verdict = conclude(walk, situation, peaks);
  return decision;
}

std::optional<double> estimate_running(const std::vector<model::Cycle>& cycles) {
  const Series series = make_series(comparable_cycles(cycles), model::Quantity::heap_used);
  if (series.cycles() < 3) return std::nullopt;
  const auto window =
      std::min(static_cast<std::size_t>(window_steps(series.cycles())), series.steps.size());
  return stats::estimate_growth(std::span(series.steps).last(window)).trimmed;
}

}  // namespace leakcheck::verdict
