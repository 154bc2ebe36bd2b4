#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "harness/agent/agent_hub.hpp"
#include "harness/base/event_loop.hpp"
#include "harness/load/load_engine.hpp"
#include "harness/model/run_report.hpp"
#include "harness/native/malloc_counter.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/routes.hpp"
#include "harness/run/run.hpp"
#include "harness/run/session_state.hpp"
#include "harness/target/target.hpp"
#include "harness/verdict/judge.hpp"
#include "harness/verdict/judge_routes.hpp"

namespace leakcheck::run {

/// How long what collects in the service may take; it grows with the heap.
Duration collect_timeout(Bytes heap_used);

/// One run from launch to report. The phases are methods, each in the file named after it:
/// prepare.cpp (launch, find the process), warm_up.cpp, measure.cpp (which cycles), cycle.cpp (one
/// of them), isolate.cpp (each route alone), conclude.cpp (stop, judge). A phase returns false when
/// the run is over; the outcome says why.
class Session {
 public:
  Session(const model::Scenario& scenario, const Options& options, const Control& control);

  model::RunReport run();
  /// Whether run() ended because the service met its own time-outs in quiet mode.
  bool too_slow() const { return too_slow_; }
  /// Whether no thread of the service asked for a module that a stand-in was to take the place of.
  bool never_loaded_stand_in() const;

 private:
  enum class Wait { done, over, deadline };

  // prepare.cpp
  bool open_run_folder();
  bool launch_target();
  void count_malloc(target::LaunchOptions& options);
  bool find_subjects();
  std::vector<int> wait_for_listeners(Duration patience);
  bool open_load();

  // warm_up.cpp
  bool warm_up();
  bool set_up_load();
  void tear_down_load();
  bool freeze();
  bool freeze_anew();
  bool is_too_slow();
  void follow_collection();

  // cycle.cpp
  /// Runs and records one; false when the run is over. One that was not whole is not recorded.
  bool run_cycle(load::LoadEngine& engine, const Order& order);
  void record_cycle(const Order& order, const load::CycleOutcome& outcome,
                    const agent::Collected& collected);
  void read_native(model::Cycle& cycle);
  bool collect(agent::Collected& into);
  void follow_subjects();
  bool subjects_are_gone() const;
  bool has_restarted();
  std::int64_t count_requests_seen() const;

  // measure.cpp
  bool measure();
  bool run_ordered_cycle(const verdict::Decision& decision);
  bool settle(const verdict::Decision& decision);
  bool move_clock(std::chrono::milliseconds by);
  bool keep_answer(const std::string& what);
  verdict::Settings settings() const;
  bool load_is_hopeless() const;
  bool threshold_ends_run();
  verdict::PercentileMs percentiles() const;

  // isolate.cpp
  bool isolate_routes(const verdict::Decision& decision);
  bool run_route(const Route& route, const model::LoadSummary& whole, load::Position& position);
  bool run_alone(load::LoadEngine& engine, const model::LoadSummary& whole);
  bool set_up_alone(load::LoadEngine& engine);

  // explain.cpp
  void explain();
  std::string what_forbids_snapshots(const model::Verdict& verdict) const;
  Subject choose_subject(const model::Verdict& verdict) const;
  bool compare_snapshots(const model::Verdict& verdict);
  bool take_snapshot(const Subject& subject);
  void drop_snapshots();

  // conclude.cpp
  void stop_target();
  void conclude();
  void note_request_counts();
  void note_load();
  void judge_out_of_memory();
  void read_logs();

  // session.cpp
  /// Runs the loop until `done`, the run is over (signal, dead or hung target), or `deadline`.
  Wait wait_until(const std::function<bool()>& done, TimePoint deadline);
  bool over();
  void check_life();
  void end(model::Ending ending, std::string message, std::string hint = "");
  void end_with(const Error& error);
  void end_with(const target::Failure& failure);
  void end_with(const target::Exit& exit);
  void on_sample(model::Sample sample);
  void report_progress(const std::string& note = "");
  void note(std::string sentence);
  double since_launch_ms() const;
  TimePoint run_deadline() const;

  const model::Scenario& scenario_;
  const Options& options_;
  const Control& control_;
  EventLoop loop_;
  Interrupt interrupt_;
  std::unique_ptr<agent::AgentHub> hub_;
  std::unique_ptr<target::Target> target_;
  std::unique_ptr<load::LoadEngine> load_;
  std::unique_ptr<native::MallocCounter> counter_;  ///< null where malloc is not counted

  model::RunReport report_;
  bool ended_ = false;
  TimePoint launched_at_;
  TimePoint last_sign_of_life_;
  model::Phase phase_ = model::Phase::launch;
  bool watching_life_ = false;  ///< subjects report, so their silence means something
  std::vector<int> subjects_;
  RequestCounts requests_;
  ClockState clock_;
  bool used_up_ = false;        // the payload, whose rows must be unique
  load::Position replay_from_;  // where the latest fresh cycle began
  int factor_ = 1;              // of every cycle's requests
  int restarts_ = 0;
  bool too_slow_ = false;
  bool has_answer_ = false;  // and the service ended, or hangs, after that
  model::Memory peaks_;
  std::vector<model::Cycle> measured_;
  model::Verdict mixture_;  // what the routes are held against
  std::vector<verdict::RouteRun> route_runs_;
};

}  // namespace leakcheck::run
