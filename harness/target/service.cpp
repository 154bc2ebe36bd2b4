#include "harness/target/service.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string_view>

#include "harness/base/utf8.hpp"
#include "harness/target/ending.hpp"
#include "harness/target/processes.hpp"
#include "harness/target/unix_sockets.hpp"

namespace leakcheck::target {
namespace {

constexpr std::size_t kLongestLogLine = 400;
/// libstdc++'s regex takes some hundred bytes of stack for each character that it looks at.
constexpr std::size_t kLongestMatchedLine = 2000;
constexpr std::chrono::seconds kReapEvery{1};
constexpr std::chrono::milliseconds kLookEvery{20};

/// What a Node.js that started leakcheck has left for its own child: the service would take it for
/// its own, and fail on a descriptor that is not there.
constexpr std::array<std::string_view, 3> kNotForTheService = {
    "NODE_CHANNEL_FD=", "NODE_CHANNEL_SERIALIZATION_MODE=", "NODE_UNIQUE_ID="};

tl::unexpected<Failure> failed(model::TargetEnd end, Error error) {
  return tl::make_unexpected(Failure{end, std::move(error)});
}

/// The value that `{{ $port }}` stands for in the scenario; no other name gets past its reader.
std::string render_with_port(const Template& text, int port) {
  return render_template(text, [port](const Placeholder&) { return std::to_string(port); });
}

void set_variable(std::vector<std::string>& environment, const std::string& name,
                  const std::string& value) {
  const auto known = std::find_if(environment.begin(), environment.end(), [&](const auto& entry) {
    return entry.rfind(name + "=", 0) == 0;
  });
  if (known == environment.end())
    environment.push_back(name + "=" + value);
  else
    *known = name + "=" + value;
}

/// How a child ended, as waitpid has it; it stays a zombie, so that its number stays its own.
int peek_wait_status(int pid) {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0) return 0;
  if (info.si_code == CLD_EXITED) return info.si_status << 8;
  return info.si_code == CLD_DUMPED ? info.si_status | 0x80 : info.si_status;
}

bool matches(const std::regex& pattern, std::string_view line) {
  line = line.substr(0, kLongestMatchedLine);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  try {
    return std::regex_search(line.begin(), line.end(), pattern);
  } catch (const std::regex_error&) {
    return false;  // too complex for this line
  }
}

}  // namespace

Service::Service(const model::TargetSpec& spec, const LaunchOptions& options, EventLoop& loop)
    : spec_(spec),
      options_(options),
      loop_(loop),
      stdout_(options.run_folder / "stdout.log", loop),
      stderr_(options.run_folder / "stderr.log", loop) {
  if (!options.agent_env.empty())
    mark_ = options.agent_env.front().first + "=" + options.agent_env.front().second;
}

Service::~Service() {
  loop_.cancel(ready_timer_);
  loop_.cancel(probe_end_timer_);
  loop_.cancel(reap_timer_);
  kill_everything();
}

// ---- launch ------------------------------------------------------------------------------------

tl::expected<void, Failure> Service::open() {
  if (auto rendered = render(); !rendered) return rendered;
  if (auto free = refuse_taken_address(); !free) return free;
  auto guardian = Guardian::post(mark_);
  if (!guardian) return failed(model::TargetEnd::not_started, guardian.error());
  guardian_.emplace(std::move(*guardian));
  oom_kills_before_ = count_oom_kills();
  return start_command();
}

tl::expected<void, Failure> Service::render() {
  const auto port = find_free_port();
  if (!port) return failed(model::TargetEnd::not_started, port.error());
  url_ = render_with_port(spec_.url, *port);
  while (!url_.empty() && url_.back() == '/') url_.pop_back();
  const auto address = parse_address(url_);
  if (!address) return failed(model::TargetEnd::not_started, address.error());
  address_ = *address;

  for (const Template& word : spec_.command) command_.argv.push_back(render_with_port(word, *port));
  if (spec_.shell) command_.argv.insert(command_.argv.begin(), {"/bin/sh", "-c"});
  command_.cwd = spec_.cwd;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (std::none_of(
            kNotForTheService.begin(), kNotForTheService.end(),
            [&](std::string_view name) { return std::string_view(*entry).starts_with(name); }))
      users_environment_.push_back(*entry);
  for (const auto& [name, value] : spec_.env)
    set_variable(users_environment_, name, render_with_port(value, *port));

  node_options_.users = find_variable(users_environment_, "NODE_OPTIONS");
  node_options_.max_old_space_mb = spec_.max_old_space_mb;
  node_options_.flags = spec_.node_flags;
  node_options_.preload = options_.agent_script.string();
  return {};
}

std::vector<std::string> Service::make_environment() const {
  std::vector<std::string> out = users_environment_;
  for (const auto& [name, value] : options_.agent_env)
    set_variable(out, name, name == "LD_PRELOAD" ? preload_behind(out, value) : value);
  set_variable(out, "NODE_OPTIONS", node_options_.render());
  return out;
}

Failure Service::taken_by(int holder) const {
  const std::string who =
      holder == 0 ? ""
                  : fmt::format(": process {} ({})", holder,
                                to_plain_text(command_of(holder), false).substr(0, 100));
  if (by_socket())
    return {model::TargetEnd::port_taken,
            Error{ErrorKind::target,
                  fmt::format("somebody else listens on {} of target.socketPath{}",
                              spec_.socket_path.string(), who),
                  "end that process, or give the service another socket"}};
  return {model::TargetEnd::port_taken,
          Error{ErrorKind::target,
                fmt::format("the port {} of target.url is taken by somebody else{}", address_.port,
                            who),
                fmt::format("end that process, or let leakcheck pick a free port: "
                            "url: {}://127.0.0.1:{{{{ $port }}}}",
                            address_.scheme)}};
}

tl::expected<void, Failure> Service::refuse_taken_address() const {
  const auto inodes = listening_inodes();
  // A path may be listened on by somebody whom /proc does not show us.
  if (inodes.empty() && !(by_socket() && is_listened_on(spec_.socket_path))) return {};
  const auto holders = find_holders(inodes);
  return tl::make_unexpected(taken_by(holders.empty() ? 0 : holders.front()));
}

std::set<unsigned long> Service::listening_inodes() const {
  return by_socket() ? find_listening_inodes(spec_.socket_path)
                     : find_listening_inodes(address_.port);
}

tl::expected<void, Failure> Service::start_command() {
  command_.environment = make_environment();
  auto child = start(command_);
  if (!child) return tl::make_unexpected(child.error());
  child_ = std::move(*child);
  started_at_ = loop_.now();
  dead_ = false;
  guardian_->watch(child_.pid);
  stdout_.attach(std::move(child_.stdout_pipe));
  stderr_.attach(std::move(child_.stderr_pipe));
  loop_.watch(child_.pidfd.get(), EPOLLIN, [this](std::uint32_t) { on_death(); });
  loop_.cancel(reap_timer_);
  reap_timer_ = loop_.call_after(kReapEvery, [this] { reap_orphans(); });
  return {};
}

// ---- death -------------------------------------------------------------------------------------

void Service::on_death() {
  loop_.unwatch(child_.pidfd.get());
  wait_status_ = peek_wait_status(child_.pid);
  dead_ = true;
  if (stopping_) return;
  stdout_.drain();
  stderr_.drain();
  if (on_ready_ && restart_without_refused_option()) return;
  const std::string words = stderr_.tail();
  exit_ = classify(
      {wait_status_, loop_.now() - started_at_, words, count_oom_kills() > oom_kills_before_});
  if (on_ready_) tell_death();
}

void Service::tell_death() {
  const std::string words = stderr_.tail();
  if (words.find("EADDRINUSE") != std::string::npos)
    if (const auto inodes = listening_inodes(); !inodes.empty()) {
      const auto holders = find_holders(inodes);
      return finish_waiting(tl::make_unexpected(taken_by(holders.empty() ? 0 : holders.front())));
    }
  Error error{ErrorKind::target, exit_->message + ", before it was ready", exit_->hint};
  if (std::error_code ignored; by_socket() && words.find("EADDRINUSE") != std::string::npos &&
                               std::filesystem::exists(spec_.socket_path, ignored))
    error.hint = fmt::format("nobody listens on {} any more: remove that file before each run",
                             spec_.socket_path.string());
  if (const auto refused = find_refused_option(words))
    error.hint = fmt::format(
        "its Node.js refuses {} in NODE_OPTIONS: take it out of "
        "target.node.flags or of your own NODE_OPTIONS",
        *refused);
  finish_waiting(failed(exit_->end, std::move(error)));
}

bool Service::restart_without_refused_option() {
  const auto refused = find_refused_option(stderr_.tail());
  if (!refused || *refused != "--expose-gc" || !node_options_.expose_gc) return false;
  node_options_.expose_gc = false;
  kill_all(child_.pid, mark_, guardian_->pid());
  child_.pid = 0;
  // Else the refusal would be its last words, whatever the second process dies of.
  stdout_.start_over();
  stderr_.start_over();
  if (const auto started = start_command(); !started)
    finish_waiting(tl::make_unexpected(started.error()));
  return true;
}

void Service::reap_orphans() {
  // We are their parent now (PR_SET_CHILD_SUBREAPER): a service that starts a process in the
  // background for every request would else fill the table of processes with zombies.
  reap_children({child_.pid, guardian_->pid()});
  reap_timer_ = loop_.call_after(kReapEvery, [this] { reap_orphans(); });
}

// ---- readiness ---------------------------------------------------------------------------------

void Service::when_ready(ReadyCallback callback) {
  on_ready_ = std::move(callback);
  if (exit_) return tell_death();
  ready_timer_ = loop_.call_after(spec_.ready.timeout, [this] { on_ready_timeout(); });
  if (const auto started = start_probe(); !started)
    finish_waiting(tl::make_unexpected(started.error()));
}

tl::expected<void, Failure> Service::start_probe() {
  if (const auto* log = std::get_if<model::LogReady>(&spec_.ready.probe)) {
    ready_pattern_.emplace(log->pattern);  // the scenario's reader has tried it
    watch_lines();
    return {};
  }
  const auto done = [this] { on_ready(); };
  const auto start = [&]() -> Result<std::unique_ptr<ReadyProbe>> {
    const auto* tcp = std::get_if<model::TcpReady>(&spec_.ready.probe);
    if (tcp == nullptr)
      return ReadyProbe::start_http(address_, std::get<model::HttpReady>(spec_.ready.probe), loop_,
                                    done, {spec_.socket_path, spec_.tls});
    if (by_socket() && !tcp->port) return ReadyProbe::start_unix(spec_.socket_path, loop_, done);
    return ReadyProbe::start_tcp(address_.host, tcp->port.value_or(address_.port), loop_, done);
  };
  auto probe = start();
  if (!probe) return failed(model::TargetEnd::never_ready, probe.error());
  probe_ = std::move(*probe);
  return {};
}

void Service::watch_lines() {
  const auto look = [this](std::string_view line) {
    if (on_ready_ && matches(*ready_pattern_, line)) on_ready();
  };
  stdout_.set_line_callback(look);
  stderr_.set_line_callback(look);
}

bool Service::is_ours(int pid) const {
  if (pid == child_.pid || group_of(pid) == child_.pid || has_in_environment(pid, mark_))
    return true;
  for (int ancestor = pid; ancestor > 1; ancestor = parent_of(ancestor))
    if (ancestor == child_.pid) return true;
  return false;
}

void Service::on_ready() {
  // Somebody answers: the service, or a stranger that had the port first?
  const auto listeners = find_listeners();
  const auto stranger =
      std::find_if(listeners.begin(), listeners.end(), [this](int pid) { return !is_ours(pid); });
  const bool all_strange =
      !listeners.empty() &&
      std::none_of(listeners.begin(), listeners.end(), [this](int pid) { return is_ours(pid); });
  if (all_strange) return finish_waiting(tl::make_unexpected(taken_by(*stranger)));
  finish_waiting({});
}

void Service::on_ready_timeout() {
  ready_timer_ = 0;
  const std::string seen = probe_ ? probe_->last_seen() : "no line of its log matches target.ready";
  finish_waiting(failed(
      model::TargetEnd::never_ready,
      Error{ErrorKind::target,
            fmt::format("the service was not ready within {:.1f} s: {}",
                        to_ms(spec_.ready.timeout) / 1000, seen),
            by_socket()
                ? "check target.socketPath and target.ready, or raise target.ready.timeout; the "
                  "service must listen on that socket"
                : "check target.url and target.ready, or raise target.ready.timeout; the service "
                  "must listen on the port that leakcheck gives it in {{ $port }}"}));
}

void Service::finish_waiting(tl::expected<void, Failure> result) {
  if (!on_ready_) return;
  loop_.cancel(ready_timer_);
  // A probe may be what calls: it goes when the loop is through with it.
  probe_end_timer_ = loop_.call_after(Duration(0), [this] { probe_.reset(); });
  stdout_.set_line_callback({});
  stderr_.set_line_callback({});
  const ReadyCallback callback = std::exchange(on_ready_, {});
  callback(std::move(result));
}

std::vector<int> Service::find_listeners() const {
  return find_holders(listening_inodes());
}

// ---- the end -----------------------------------------------------------------------------------

Exit Service::stop(const std::function<bool()>& give_up) {
  stopping_ = true;
  on_ready_ = {};  // whoever waited for it waits no more
  Exit out;
  if (exit_) out = *exit_;
  if (!exit_ && !dead_ && child_.pid > 0) {
    const bool ended = ask_to_end(give_up);
    out.end = ended ? model::TargetEnd::stopped : model::TargetEnd::killed;
    if (!ended) {
      out.signal = SIGKILL;
      out.message = fmt::format("the service did not end within {:.1f} s of {}, and was killed",
                                to_ms(spec_.stop.timeout) / 1000, signal_name(spec_.stop.signal));
      out.hint = "close the server in a handler of that signal, or raise target.stop.timeout";
    } else if (WIFSIGNALED(wait_status_)) {
      out.signal = WTERMSIG(wait_status_);
    } else {
      out.code = WEXITSTATUS(wait_status_);
    }
  }
  kill_everything();
  return out;
}

bool Service::ask_to_end(const std::function<bool()>& give_up) {
  const TimePoint deadline = loop_.now() + spec_.stop.timeout;
  const auto given_up = [&] { return give_up && give_up(); };
  // To the whole group: npm and shells do not pass every signal on.
  ::kill(-child_.pid, spec_.stop.signal);
  loop_.run_until([&] { return dead_ || given_up(); }, deadline);
  // Nor do they all wait for what they have started, which may be the service.
  while (dead_ && group_lives(child_.pid)) {
    if (given_up() || loop_.now() >= deadline) return false;
    loop_.run_until(given_up, std::min<TimePoint>(deadline, loop_.now() + kLookEvery));
  }
  return dead_;
}

void Service::kill_everything() {
  if (child_.pid == 0) return;
  loop_.cancel(reap_timer_);
  if (!dead_) loop_.unwatch(child_.pidfd.get());
  // The guardian stays until all is gone: we may be killed right here.
  kill_all(child_.pid, mark_, guardian_ ? guardian_->pid() : 0);
  guardian_.reset();
  stdout_.finish();
  stderr_.finish();
  child_ = {};
  dead_ = true;
}

std::vector<std::string> Service::log_tail(std::size_t lines) const {
  std::string text = stderr_.tail();
  if (text.find_first_not_of(" \r\n\t") == std::string::npos) text = stdout_.tail();
  std::vector<std::string> out;
  std::size_t end = text.size();
  while (end > 0 && out.size() < lines) {
    const auto newline = text.rfind('\n', end - 1);
    const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
    const std::string line =
        to_plain_text(std::string_view(text).substr(begin, end - begin), false);
    if (!line.empty()) out.push_back(to_valid_utf8(line.substr(0, kLongestLogLine)));
    end = newline == std::string::npos ? 0 : newline;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace leakcheck::target
