#include <fmt/format.h>

#include <algorithm>

#include "harness/base/file.hpp"
#include "harness/run/endings.hpp"
#include "harness/run/session.hpp"

namespace leakcheck::run {
namespace {

/// The preload runs before the service's first line, so the agent has spoken long before the
/// service listens; this only covers a machine that is very slow.
constexpr std::chrono::seconds kAgentPatience{3};

const agent::Process* find_process(const std::vector<agent::Process>& processes, int pid) {
  const auto found = std::find_if(processes.begin(), processes.end(), [&](const auto& process) {
    return process.connected && process.hello.pid == pid;
  });
  return found == processes.end() ? nullptr : &*found;
}

}  // namespace

bool Session::open_run_folder() {
  if (const auto made = make_private_folder(options_.run_folder); !made) {
    end_with(made.error());
    return false;
  }
  agent::AgentHub::Callbacks callbacks;
  callbacks.on_hello = [this](const agent::Process&) { last_sign_of_life_ = loop_.now(); };
  callbacks.on_sample = [this](const model::Sample& sample) { on_sample(sample); };
  callbacks.on_warning = [this](model::ProcessWarning warning) {
    warning.at_ms = since_launch_ms();
    report_.process_warnings.push_back(std::move(warning));
  };
  auto hub = agent::AgentHub::listen(options_.run_folder, options_.mode, loop_, callbacks,
                                     options_.stand_ins);
  if (!hub) {
    end_with(hub.error());
    return false;
  }
  hub_ = std::move(*hub);
  return true;
}

void Session::count_malloc(target::LaunchOptions& options) {
  if (!scenario_.target.count_malloc) return;
  auto counter = native::MallocCounter::prepare(options_.run_folder);
  if (!counter) return note("native memory is not counted: " + counter.error().message);
  counter_ = std::move(*counter);
  for (auto& variable : counter_->environment()) options.agent_env.push_back(std::move(variable));
}

bool Session::launch_target() {
  report_progress();
  launched_at_ = loop_.now();
  target::LaunchOptions options;
  options.run_folder = options_.run_folder;
  options.agent_script = hub_->script();
  options.agent_env = hub_->environment();
  count_malloc(options);
  auto launched = target::Target::launch(scenario_.target, options, loop_);
  if (!launched) {
    end_with(launched.error());
    return false;
  }
  target_ = std::move(*launched);
  describe(*target_, report_.target);

  std::optional<tl::expected<void, target::Failure>> ready;
  target_->when_ready([&](const tl::expected<void, target::Failure>& result) { ready = result; });
  // The target keeps its own time limit (ready.timeout) and watches for an early death, and it
  // knows best what either means: only a signal ends the wait here.
  loop_.run_until([&] { return ready || interrupt_.requested(); }, TimePoint::max());
  if (!ready) return !over();
  if (!*ready) {
    end_with(ready->error());
    if (target_->exit()) {
      report_.target.exit_code = target_->exit()->code;
      report_.target.signal = target_->exit()->signal;
    }
    return false;
  }
  report_.target.ready_ms = since_launch_ms();
  return !over();
}

/// Processes with our agent in them that listen where the service is to answer, by pid; none when
/// there is none in so long, or the run is over.
std::vector<int> Session::wait_for_listeners(Duration patience) {
  std::vector<int> found;
  const auto look = [&] {
    const auto processes = hub_->processes();
    for (const int pid : target_->find_listeners())
      if (find_process(processes, pid) != nullptr) found.push_back(pid);
    return !found.empty();
  };
  const TimePoint deadline = loop_.now() + patience;
  while (!look() && loop_.now() < deadline) {
    const TimePoint next_look = std::min(deadline, loop_.now() + std::chrono::milliseconds(50));
    if (wait_until([] { return false; }, next_look) == Wait::over) break;
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool Session::find_subjects() {
  const std::vector<int> found = wait_for_listeners(kAgentPatience);
  if (over()) return false;
  if (found.empty()) {
    const std::vector<int> listeners = target_->find_listeners();
    const int holder = listeners.empty() ? 0 : listeners.front();
    end_with(target::Failure{
        model::TargetEnd::agent_missing,
        Error{ErrorKind::target,
              fmt::format("the service answers on {}, but leakcheck's agent is not in it: the "
                          "process {} runs without our NODE_OPTIONS",
                          target_->url(), holder),
              "start Node.js 18 or later without replacing NODE_OPTIONS in the command, an npm "
              "script, a .env file or a process manager"}});
    return false;
  }
  const auto processes = hub_->processes();
  const agent::Process& first = *find_process(processes, found.front());
  if (!first.problem.empty()) {
    end_with(
        target::Failure{model::TargetEnd::agent_missing,
                        Error{ErrorKind::target, "the service cannot be measured: " + first.problem,
                              "run it on Node.js 18 or later, with the agent of this leakcheck"}});
    return false;
  }
  report_.target.pid = first.hello.pid;
  report_.target.node_version = first.hello.node_version;
  report_.target.v8_version = first.hello.v8_version;
  subjects_ = found;
  hub_->set_subjects(subjects_);
  if (counter_)
    for (const int pid : subjects_)
      if (!counter_->read(pid)) note("native memory is not counted: " + counter_->why_off(pid));
  last_sign_of_life_ = loop_.now();
  watching_life_ = true;
  return true;
}

bool Session::open_load() {
  auto engine = load::LoadEngine::create(
      scenario_.load, scenario_.payload,
      {target_->url(), scenario_.target.socket_path, scenario_.target.tls}, loop_);
  if (!engine) {
    end_with(engine.error());
    return false;
  }
  load_ = std::move(*engine);
  report_.scenario.requests_per_cycle = load_->requests_per_cycle();
  return true;
}

}  // namespace leakcheck::run
