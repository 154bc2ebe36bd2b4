#include "harness/run/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/run/endings.hpp"

namespace leakcheck::run {
namespace {

/// The agent speaks four times a second; after this much silence its event loop counts as blocked.
/// Never less than a request may take: an answer that late has failed anyway.
constexpr std::chrono::seconds kShortestHang{5};

void raise_to(Bytes& peak, Bytes value) {
  peak = std::max(peak, value);
}

void raise_to(model::Memory& peaks, const model::Memory& memory) {
  raise_to(peaks.rss, memory.rss);
  raise_to(peaks.heap_total, memory.heap_total);
  raise_to(peaks.heap_used, memory.heap_used);
  raise_to(peaks.external, memory.external);
  raise_to(peaks.array_buffers, memory.array_buffers);
}

}  // namespace

Session::Session(const model::Scenario& scenario, const Options& options, const Control& control)
    : scenario_(scenario),
      options_(options),
      control_(control),
      interrupt_(control.signal_fd, loop_),
      launched_at_(loop_.now()) {
  report_.leakcheck_version = options.leakcheck_version;
  report_.started_at = options.started_at;
  report_.run_folder = options.run_folder.string();
  report_.scenario = summarize(scenario);
  report_.scenario.mode = options.mode;
  report_.scenario.chose_mode = scenario.mode == model::Mode::automatic;
  report_.scenario.bounded_keys = scenario.load.bounded_keys;
  report_.target.max_old_space_mb = scenario.target.max_old_space_mb;
}

model::RunReport Session::run() {
  if (open_run_folder() && launch_target() && find_subjects() && open_load() && warm_up() &&
      measure())
    explain();
  if (load_) tear_down_load();
  stop_target();
  conclude();
  drop_snapshots();
  report_.duration_ms = since_launch_ms();
  return std::move(report_);
}

Session::Wait Session::wait_until(const std::function<bool()>& done, TimePoint deadline) {
  const bool in_time = loop_.run_until([&] { return done() || over(); }, deadline);
  // What has been waited for may have come in the same batch as the end: it counts first.
  if (done()) return Wait::done;
  return in_time || over() ? Wait::over : Wait::deadline;
}

bool Session::over() {
  if (ended_) return true;
  if (interrupt_.requested()) {
    const model::Outcome outcome =
        interrupted(interrupt_, fmt::format("in the {} phase", to_string(phase_)));
    end(outcome.ending, outcome.message, outcome.hint);
  } else if (has_answer_) {
    return false;  // what was found before stands
  } else if (target_ && target_->exit()) {
    end_with(*target_->exit());
  } else {
    check_life();
  }
  return ended_;
}

void Session::check_life() {
  if (!watching_life_) return;
  const Duration hang = std::max<Duration>(kShortestHang, scenario_.load.request_timeout);
  if (loop_.now() - last_sign_of_life_ < hang) return;
  report_.target.end = model::TargetEnd::hung;
  end(model::Ending::target_failed,
      fmt::format("the service hangs: its event loop has not turned for {:.0f} s, in the {} phase",
                  to_ms(hang) / 1000, to_string(phase_)),
      "look for an endless loop or a synchronous call in a handler; the logs are in the run "
      "folder");
}

void Session::end(model::Ending ending, std::string message, std::string hint) {
  if (ended_) return;
  ended_ = true;
  report_.outcome = {ending, std::move(message), std::move(hint)};
}

void Session::end_with(const Error& error) {
  end(ending_of(error.kind), error.message, error.hint);
}

void Session::end_with(const target::Failure& failure) {
  report_.target.end = failure.end;
  end(model::Ending::target_failed, failure.error.message, failure.error.hint);
}

void Session::end_with(const target::Exit& exit) {
  report_.target.end = exit.end;
  report_.target.exit_code = exit.code;
  report_.target.signal = exit.signal;
  end(model::Ending::target_failed, exit.message, exit.hint);
}

void Session::on_sample(model::Sample sample) {
  last_sign_of_life_ = loop_.now();
  sample.at_ms = since_launch_ms();
  sample.phase = phase_;
  raise_to(peaks_, sample.memory);
  report_.samples.push_back(sample);
  report_progress();
}

void Session::report_progress(const std::string& note) {
  if (!control_.on_progress) return;
  model::Progress progress;
  progress.phase = phase_;
  progress.at_ms = since_launch_ms();
  progress.cycle = static_cast<int>(measured_.size());
  progress.max_cycles = scenario_.load.cycles.max;
  progress.note = note;
  if (load_) progress.requests = load_->sent();
  if (!report_.cycles.empty()) {
    const model::Cycle& last = report_.cycles.back();
    progress.heap_used = last.post_gc.heap_used;
    if (last.load_ms > 0)
      progress.requests_per_second = 1000 * static_cast<double>(last.requests) / last.load_ms;
  }
  progress.bytes_per_request = verdict::estimate_running(measured_);
  control_.on_progress(progress);
}

void Session::note(std::string sentence) {
  report_progress(sentence);
  report_.notes.push_back(std::move(sentence));
}

bool Session::never_loaded_stand_in() const {
  if (!hub_) return false;
  const auto stand_ins = hub_->stand_ins();
  return std::any_of(stand_ins.begin(), stand_ins.end(),
                     [](const agent::StandIn& each) { return !each.loaded; });
}

double Session::since_launch_ms() const {
  return to_ms(loop_.now() - launched_at_);
}

TimePoint Session::run_deadline() const {
  return launched_at_ + scenario_.load.max - options_.spent;
}

}  // namespace leakcheck::run
