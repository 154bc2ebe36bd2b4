#include "harness/verdict/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "harness/verdict/budgets.hpp"
#include "harness/verdict/quantity_verdict.hpp"
#include "harness/verdict/series.hpp"
#include "harness/verdict/surroundings.hpp"
#include "harness/verdict/track.hpp"
#include "harness/verdict/walk.hpp"
#include "harness/verdict/wording.hpp"

namespace leakcheck::verdict {
namespace {

using model::Answer;
using Standing = Track::Standing;

/// A Buffer of 100 bytes takes two or three blocks of malloc's besides its own.
constexpr double kNativeOverhead = 3;

/// external contains arrayBuffers, native contains external: what one grows by beyond what it
/// contains is its own.
bool grows_only_by(const Track& part, const Track& whole) {
  // A quantity that nothing suspected has no levels of replays: only cycles that both have count.
  const auto& times = whole.requests_total();
  std::vector<stats::Step> own;
  std::optional<std::size_t> before, part_before;
  std::size_t inner = 0;
  for (std::size_t k = static_cast<std::size_t>(whole.first_level()); k < times.size(); ++k) {
    while (inner < part.requests_total().size() && part.requests_total()[inner] < times[k]) ++inner;
    if (inner == part.requests_total().size()) break;
    if (part.requests_total()[inner] > times[k]) continue;
    if (before)
      own.push_back({whole.levels()[k] - whole.levels()[*before] -
                         (part.levels()[inner] - part.levels()[*part_before]),
                     times[k] - times[*before]});
    before = k;
    part_before = inner;
  }
  const double limit = whole.quantity() == model::Quantity::native
                           ? kNativeOverhead * part.growth().mean
                           : whole.budget();
  return stats::estimate_growth(own).mean < limit;
}

bool grows(const Track& track) {
  return track.standing() == Standing::leak || track.standing() == Standing::keyed ||
         track.standing() == Standing::time_bounded;
}

const Track& track_of(const std::vector<Track>& tracks, model::Quantity quantity) {
  return *std::find_if(tracks.begin(), tracks.end(),
                       [&](const Track& track) { return track.quantity() == quantity; });
}

/// Whether the growth of a quantity is that of one it contains. What JavaScript holds brings
/// blocks of malloc's with it: native memory is a leak of its own when it is far more than those.
bool is_contained(const Track& track, const std::vector<Track>& tracks) {
  for (const auto inner : {model::Quantity::array_buffers, model::Quantity::external}) {
    if (track.quantity() != model::Quantity::native &&
        (track.quantity() != model::Quantity::external || inner == model::Quantity::external))
      continue;
    const Track& part = track_of(tracks, inner);
    if (grows(part) && grows_only_by(part, track)) return true;
  }
  return false;
}

double weight_of(const model::QuantityVerdict& verdict) {
  const double bytes = verdict.growth.bytes_per_request;
  return verdict.quantity == model::Quantity::native ? bytes / kNativeOverhead : bytes;
}

/// The quantities of an answer that stand for themselves, the one that matters most first.
std::vector<model::QuantityVerdict*> name_culprits(std::vector<model::QuantityVerdict>& quantities,
                                                   const std::vector<Track>& tracks,
                                                   Answer answer) {
  std::vector<model::QuantityVerdict*> culprits;
  for (auto& each : quantities) {
    if (each.answer != answer) continue;
    if (is_contained(track_of(tracks, each.quantity), tracks))
      each.reason += each.quantity == model::Quantity::native
                         ? ": with what JavaScript holds, which it contains"
                         : ": all of it Buffer memory, which it contains";
    else
      culprits.push_back(&each);
  }
  std::stable_sort(culprits.begin(), culprits.end(),
                   [](const auto* a, const auto* b) { return weight_of(*a) > weight_of(*b); });
  return culprits;
}

const model::QuantityVerdict* find_answer(const model::Verdict& verdict, Answer answer) {
  const auto found =
      std::find_if(verdict.quantities.begin(), verdict.quantities.end(),
                   [&](const model::QuantityVerdict& each) { return each.answer == answer; });
  return found == verdict.quantities.end() ? nullptr : &*found;
}

/// An answer that ended the run: what else was open is not decided, and holds nothing up.
bool conclude_growth(model::Verdict& verdict, const std::vector<Track>& tracks, Answer answer) {
  if (find_answer(verdict, answer) == nullptr) return false;
  const auto culprits = name_culprits(verdict.quantities, tracks, answer);
  const model::QuantityVerdict& first =
      culprits.empty() ? *find_answer(verdict, answer) : *culprits.front();
  verdict.answer = answer;
  verdict.culprit = first.quantity;
  verdict.reason = first.reason;
  for (std::size_t k = 1; k < culprits.size(); ++k)
    verdict.reason += fmt::format("; {} keeps {}", name_in_prose(culprits[k]->quantity),
                                  format_bytes(culprits[k]->growth.bytes_per_request));
  const std::string_view what = answer == Answer::leak ? "the leak" : "the growth";
  for (auto& each : verdict.quantities)
    if (each.answer == Answer::inconclusive)
      each.reason = fmt::format("not decided: the run ended when {} in {} was sure", what,
                                name_in_prose(*verdict.culprit));
  return true;
}

void conclude_clean(model::Verdict& verdict) {
  verdict.answer = Answer::clean;
  double smallest = 0;
  std::string unsteady;
  for (const auto& each : verdict.quantities) {
    if (each.quantity == model::Quantity::native && each.smallest_leak >= each.budget_per_request) {
      unsteady = fmt::format("; of {}, above {}", name_in_prose(each.quantity),
                             format_bytes(each.smallest_leak));
      continue;
    }
    smallest = std::max(smallest, each.smallest_leak);
    // Within a budget of the user's, but not nothing: that is the sentence to read.
    if (each.growth.low > kDefaultBudget) {
      verdict.reason = each.reason;
      return;
    }
  }
  verdict.reason = fmt::format(
      "no memory is kept per request: anything above {} per request would have been seen{}",
      format_bytes(smallest), unsteady);
}

/// What JavaScript holds, if only for a while, brings some native memory with it: less than itself,
/// where nobody set a budget for it, is not looked into.
bool comes_with_another(const Track& track, const Walk& walk) {
  return track.may_be_coarse() && track.standing() == Standing::open &&
         std::any_of(walk.judged().begin(), walk.judged().end(), [&](const Track& other) {
           return other.suspicion() && track.growth().mean < other.suspicion()->growth.mean &&
                  (grows(other) || track.growth().mean_low() <= track.budget());
         });
}

/// A quantity that grows by more than its budget, and was not decided.
const model::QuantityVerdict* find_undecided_growth(const model::Verdict& verdict,
                                                    const Walk& walk) {
  for (const auto& each : verdict.quantities) {
    const Track& track = track_of(walk.tracks(), each.quantity);
    if (each.answer == Answer::inconclusive &&
        (track.standing() != Standing::open || track.growth().mean > track.budget()))
      return &each;
  }
  return nullptr;
}

/// Answer and reason, once the quantities have theirs.
void conclude_answer(model::Verdict& verdict, const Walk& walk, bool bounded_keys) {
  if (conclude_growth(verdict, walk.tracks(), Answer::leak)) return;
  // Keyed growth fails as a leak does, and so hides nothing, unless it is accepted.
  if (!bounded_keys && conclude_growth(verdict, walk.tracks(), Answer::keyed_growth)) return;
  if (const auto* grows = find_undecided_growth(verdict, walk)) {
    verdict.answer = Answer::inconclusive;
    verdict.reason = grows->reason;
    return;
  }
  for (const Answer answer : {Answer::keyed_growth, Answer::time_bounded})
    if (conclude_growth(verdict, walk.tracks(), answer)) return;
  for (const Answer answer : {Answer::inconclusive, Answer::bounded}) {
    const auto* found = find_answer(verdict, answer);
    if (found == nullptr) continue;
    verdict.answer = answer;
    verdict.reason = found->reason;
    return;
  }
  conclude_clean(verdict);
}

model::Verdict conclude(const Walk& walk, const Situation& situation, const model::Memory& peaks,
                        const std::vector<model::Cycle>& cycles) {
  model::Verdict verdict;
  for (const Track& track : walk.judged()) {
    verdict.quantities.push_back(conclude_quantity(track, situation));
    model::QuantityVerdict& last = verdict.quantities.back();
    if (track.quantity() == model::Quantity::native)
      last.allocations_per_request = allocations_per_request(track, cycles);
    if (situation.done && last.answer == Answer::inconclusive && comes_with_another(track, walk)) {
      last.answer = Answer::clean;
      last.reason =
          fmt::format("{} grew by less than what JavaScript kept, which brings some with it",
                      name_in_prose(track.quantity()));
    }
  }
  verdict.budgets = judge_budgets(walk.tracks(), peaks, situation);
  conclude_answer(verdict, walk, situation.settings.bounded_keys);
  if (verdict.culprit)
    verdict.parts = list_parts(track_of(walk.tracks(), *verdict.culprit), cycles);
  verdict.resident = judge_resident(walk.judged(), cycles);
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
  const bool refuses = refuses_replay(comparable);
  const Walk walk(settings, comparable, schedule, settings.varies && !refuses, no_more);

  Decision decision;
  walk.plan(decision);

  double requests = 0, fresh = 0;
  int cycles_in_all = 0;
  for (const model::Cycle& cycle : comparable) {
    requests += static_cast<double>(cycle.requests);
    cycles_in_all += cycle.times;
    if (cycle.phase != model::Phase::replay) fresh += static_cast<double>(cycle.requests);
  }
  Situation situation{settings};
  situation.cycles = static_cast<int>(comparable.size());
  situation.requests_a_cycle = comparable.empty() ? 0 : requests / cycles_in_all;
  situation.requests = requests;
  situation.fresh_requests = fresh;
  situation.time_ms = comparable.empty() ? 0 : comparable.back().at_ms - comparable.front().at_ms;
  situation.done = decision.done;
  situation.replays = settings.varies && !refuses;
  situation.refuses = settings.varies && refuses;
  situation.cut_short = no_more && situation.cycles < schedule.max_cycles();
  decision.verdict = conclude(walk, situation, peaks, comparable);

  const bool on_main_line = decision.times == 1 && (decision.next == model::Phase::measure ||
                                                    decision.next == model::Phase::confirm);
  decision.cycles_wanted = measured + (decision.done  ? 0
                                       : on_main_line ? walk.until_next_look()
                                                      : 1);
  return decision;
}

std::optional<double> estimate_running(const std::vector<model::Cycle>& cycles) {
  std::vector<stats::Step> steps;
  double before = 0;
  for (const Level& level : list_levels(comparable_cycles(cycles), model::Quantity::heap_used)) {
    if (level.joined) steps.push_back({level.bytes - before, level.requests});
    before = level.bytes;
  }
  if (steps.size() < 2) return std::nullopt;
  const auto window = static_cast<std::size_t>(window_steps(static_cast<int>(steps.size()) + 1));
  return stats::estimate_growth(std::span(steps).last(std::min(window, steps.size()))).trimmed;
}

}  // namespace leakcheck::verdict
