#pragma once

#include <string>
#include <string_view>

namespace leakcheck::model {

/// How the whole run ended: one word that decides the exit code.
enum class Ending {
  clean,
  leak,             ///< memory is retained per request
  budget_exceeded,  ///< a budget failed without a leak
  inconclusive,
  usage_wrong,
  scenario_wrong,
  target_failed,
  load_invalid,  ///< errors over the threshold: the memory verdict is void
  report_failed,
  internal_error,
  interrupted,  ///< SIGINT
  terminated,   ///< SIGTERM, SIGHUP
};
std::string_view to_string(Ending ending);  ///< "target_failed"

struct Outcome {
  Ending ending = Ending::inconclusive;
  std::string message;  ///< one sentence: what happened
  std::string hint;     ///< the cure, or the next command; may be empty
};

/// How the target's life ended.
enum class TargetEnd {
  not_started,    ///< the command could not be executed
  never_ready,    ///< alive, but the readiness probe never succeeded
  port_taken,     ///< something else listens there
  early_exit,     ///< ended by itself with an exit code
  crashed,        ///< ended by a signal that we did not send
  out_of_memory,  ///< V8 or the kernel's OOM killer
  hung,           ///< alive, but its event loop no longer answers
  agent_missing,  ///< runs, but without our agent
  stopped,        ///< by us, with stop.signal
  killed,         ///< by us, with SIGKILL, because stop.signal did not end it in time
};
std::string_view to_string(TargetEnd end);  ///< "out_of_memory"

}  // namespace leakcheck::model
