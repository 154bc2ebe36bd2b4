#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/memory.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::model {

enum class Answer {
  clean,         ///< nothing is retained per request, down to the budget
  leak,          ///< memory is retained per request
  bounded,       ///< it grew, and stopped: a cache that fills
  keyed_growth,  ///< retained for each new key, none for a key that was seen before
  time_bounded,  ///< retained, and given back after a time: a time to live
  inconclusive,  ///< this run could not tell; the reason says what would
};
std::string_view to_string(Answer answer);  ///< "clean"

/// Which rule of the decision procedure gave the answer (harness/verdict/README.md).
enum class Rule {
  none,
  clean,
  linear,
  step,      ///< jumps that keep their pace: a store that grows by doubling
  sporadic,  ///< some cycles only, up far more often than down
  plateau,
  replay,  ///< growth that stops while the same requests come again
  settle,  ///< growth that time gives back
};
std::string_view to_string(Rule rule);

/// Bytes retained per request.
struct Estimate {
  double bytes_per_request = 0;
  double low = 0;   ///< ends of the interval at `confidence`
  double high = 0;  ///< also the smallest leak that this run could have seen, when clean
  double confidence = 0.999;
  int deltas = 0;             ///< differences between cycles that it rests on
  std::int64_t requests = 0;  ///< that those deltas span
};

/// Growth per key.
struct KeyedGrowth {
  double bytes_per_key = 0;
  std::string variable;              ///< "id", the one with the most values; "" when not known
  std::int64_t keys = 0;             ///< seen while it grew
  std::optional<double> in_the_end;  ///< bytes, when the scenario says how many keys there are
};

/// Growth that a time to live gives back.
struct TimeBound {
  double given_back = 0;  ///< share of the growth, 0 to 1
  double after_ms = 0;    ///< by then, on the service's own clock
};

struct QuantityVerdict {
  Quantity quantity = Quantity::heap_used;
  Answer answer = Answer::inconclusive;
  Rule rule = Rule::none;
  Estimate growth;
  double budget_per_request = 0;     ///< bytes; growth above it is a leak
  double smallest_leak = 0;          ///< bytes per request; anything larger would have been seen
  std::string reason;                ///< one sentence that a person understands
  std::optional<double> in_the_end;  ///< bounded: bytes that it will have grown by
  std::optional<KeyedGrowth> keyed{};
  std::optional<TimeBound> time_bound{};
  std::optional<double> allocations_per_request{};  ///< native: live blocks
};

/// One route alone, after a leak was confirmed.
struct RouteGrowth {
  std::string name;  ///< of the step
  Quantity quantity = Quantity::heap_used;
  Estimate growth;  ///< what came before it in its flow taken off
  bool leaks = false;
  std::vector<std::string> with;  ///< steps that had to run before it
  std::string problem;            ///< why it could not be run alone; "" when it could
};

/// The scenario again, with one suspect out of the way.
struct Ablation {
  enum class Effect {
    ends_growth,
    reduces_growth,
    no_effect,
    unclear,  ///< inconclusive, or the run failed: the reason says which
  };
  std::string suspect;  ///< "sharp"
  std::string change;   ///< "replaced by an inert stand-in"
  Effect effect = Effect::unclear;
  Estimate growth;     ///< of the culprit's quantity, without the suspect
  std::string reason;  ///< one sentence
  std::string run_folder;
};
std::string_view to_string(Ablation::Effect effect);  ///< "ends_growth"

/// How the resident set moved beside what is judged. Never fails a run.
struct ResidentSet {
  enum class Kind {
    flat,
    follows,        ///< what is judged grows, and rss with it
    fragmentation,  ///< malloc's live bytes are flat: the allocator keeps pages
    unexplained,    ///< nothing that is counted grows, and malloc was not counted
  };
  Kind kind = Kind::flat;
  double bytes_per_request = 0;
  std::string reason;  ///< one sentence, with the cure
};
std::string_view to_string(ResidentSet::Kind kind);  ///< "fragmentation"

/// One process or thread of several, by itself.
struct PartGrowth {
  int pid = 0;
  int thread = 0;
  Quantity quantity = Quantity::heap_used;
  Estimate growth;  ///< bytes per request of the whole service
};

enum class CheckState { passed, failed, inconclusive };
std::string_view to_string(CheckState state);

/// A budget or a threshold, judged.
struct Check {
  std::string name;      ///< stable and unique: "heapUsed growth", "http_req_duration p(95)<500ms"
  std::string limit;     ///< "15 %"
  std::string measured;  ///< "3.2 %"
  CheckState state = CheckState::passed;
  std::string message;  ///< one sentence
};

struct Verdict {
  Answer answer = Answer::inconclusive;
  std::string reason;                       ///< one sentence
  std::optional<Quantity> culprit;          ///< the quantity whose growth matters most, for a leak
  std::vector<QuantityVerdict> quantities;  ///< one for each of kJudged; native where counted
  std::vector<Check> budgets;
  std::vector<Check> thresholds;
  std::vector<PartGrowth> parts{};    ///< of the culprit, when there are several
  std::vector<RouteGrowth> routes{};  ///< of a leak, when each ran alone
  std::string routes_say{};           ///< one sentence on them; "" without
  std::vector<Ablation> ablations{};
  std::optional<ResidentSet> resident{};
};
const QuantityVerdict* find_quantity(const Verdict& verdict, Quantity quantity);  ///< or null

}  // namespace leakcheck::model
