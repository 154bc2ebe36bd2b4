#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "harness/agent/agent_hub.hpp"
#include "harness/base/event_loop.hpp"
#include "harness/load/load_engine.hpp"
#include "harness/model/run_report.hpp"
#include "harness/run/interrupt.hpp"
#include "harness/run/run.hpp"
#include "harness/target/target.hpp"
#include "harness/verdict/judge.hpp"

namespace leakcheck::run {

/// One run from launch to report. The phases are methods, each in the file named after it:
/// prepare.cpp (launch, find the process), measure.cpp (warm up, cycles), conclude.cpp (stop,
/// judge). A phase returns false when the run is over; the outcome says why.
class Session {
 public:
  Session(const model::Scenario& scenario, const Options& options, const Control& control);

  model::RunReport run();

 private:
  enum class Wait { done, over, deadline };

  // prepare.cpp
  bool open_run_folder();
  bool launch_target();
  bool find_subjects();
  bool open_load();

  // measure.cpp
  bool warm_up();
  bool set_up_load();
  void tear_down_load();
  bool measure();
  bool run_cycle(model::Phase phase);
  bool collect(agent::Collected& into);
  bool freeze();
  void follow_subjects();
  std::int64_t count_requests_seen() const;
  bool load_is_hopeless() const;
  bool threshold_ends_run();
  verdict::PercentileMs percentiles() const;

  // conclude.cpp
  void stop_target();
  void conclude();
  void note_request_counts();
  void note_load();
  void judge_out_of_memory();
  void read_logs();

  // session.cpp
  /// Runs the loop until `done`, or until the run is over (signal, dead or hung target), or until
  /// `deadline`.
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

  model::RunReport report_;
  bool ended_ = false;
  TimePoint launched_at_;
  TimePoint last_sign_of_life_;
  model::Phase phase_ = model::Phase::launch;
  bool watching_life_ = false;  ///< subjects report, so their silence means something
  std::vector<int> subjects_;
  std::int64_t seen_before_load_ = 0;
  std::int64_t seen_ = 0;
  std::int64_t upgrades_ = 0;  // sent by the end of the last whole cycle
  bool used_up_ = false;       // the payload, whose rows must be unique
  model::Memory peaks_;
  std::vector<model::Cycle> measured_;
};

}  // namespace leakcheck::run
