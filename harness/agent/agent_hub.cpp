#include "harness/agent/agent_hub.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>

#include "harness/agent/agent_script.hpp"
#include "harness/agent/connection.hpp"
#include "harness/agent/lines.hpp"
#include "harness/agent/socket_place.hpp"
#include "harness/base/file.hpp"

namespace leakcheck::agent {
namespace {

constexpr std::chrono::milliseconds kSampleEvery{250};
constexpr std::size_t kMostConnections = 1024;
constexpr std::size_t kMostWarnings = 100;

class Hub;

/// One process: its connection and what it last said.
struct Peer {
  Process process;
  bool said_hello = false;
  std::optional<model::Sample> sample;
  std::unique_ptr<Connection> connection;
};

/// A question to all subjects at once, and the answers so far.
template <typename Answer>
struct Question {
  std::int64_t id = 0;
  std::set<int> waiting_for;  ///< pids
  Answer answer{};
  std::function<void(Result<Answer>)> done;
  EventLoop::TimerId timer = 0;
};
struct Nothing {};

class Hub final : public AgentHub {
 public:
  Hub(SocketPlace place, std::filesystem::path script, model::Mode mode, EventLoop& loop,
      Callbacks callbacks)
      : place_(std::move(place)),
        script_(std::move(script)),
        mode_(mode),
        loop_(loop),
        callbacks_(std::move(callbacks)) {
    loop_.watch(place_.fd(), EPOLLIN, [this](std::uint32_t) { accept_all(); });
  }

  ~Hub() override {
    drop(collecting_);
    drop(freezing_);
    loop_.unwatch(place_.fd());
    for (const auto& peer : peers_)
      if (peer->connection->is_open()) peer->connection->send(render_bye());
  }

  const std::filesystem::path& script() const override { return script_; }

  std::vector<std::pair<std::string, std::string>> environment() const override {
    return {{"LEAKCHECK_SOCKET", place_.path().string()},
            {"LEAKCHECK_MODE", std::string(to_string(mode_))}};
  }

  std::vector<Process> processes() const override {
    std::vector<Process> out;
    for (const auto& peer : peers_)
      if (peer->said_hello) out.push_back(peer->process);
    return out;
  }

  void set_subjects(const std::vector<int>& pids) override {
    const std::set<int> wanted(pids.begin(), pids.end());
    std::set<int> subjects;
    for (const auto& peer : peers_) {
      const int pid = peer->process.hello.pid;
      if (!is_usable(*peer)) continue;  // a closed one may have left its pid to another
      const bool now = wanted.count(pid) > 0;
      const bool before = subjects_.count(pid) > 0;
      if (now && !before) peer->connection->send(render_sample(kSampleEvery));
      if (before && !now) peer->connection->send(render_silence());
      if (now) subjects.insert(pid);
    }
    subjects_ = std::move(subjects);
  }

  void freeze(std::function<void(Result<void>)> done) override {
    drop(freezing_);
    freezing_.emplace();
    freezing_->done = [done](Result<Nothing> result) {
      done(result ? Result<void>() : tl::make_unexpected(result.error()));
    };
    ask(*freezing_, std::chrono::seconds(10), render_freeze,
        [this] { give_up(freezing_, "did not stop compiling within 10 s"); });
    finish_if_answered(freezing_);
  }

  void move_clock(Duration, Duration, std::function<void(Result<ClockMove>)> done) override {
    done(fail(ErrorKind::target, "the clock of this service cannot be moved", ""));
  }

  void collect(Duration timeout, std::function<void(Result<Collected>)> done) override {
    drop(collecting_);
    collecting_.emplace();
    collecting_->done = std::move(done);
    ask(*collecting_, timeout, render_collect, [this, timeout] {
      give_up(collecting_,
              fmt::format("did not finish a collection within {:.0f} s: its event loop is blocked",
                          to_ms(timeout) / 1000));
    });
    finish_if_answered(collecting_);
  }

 private:
  static bool is_usable(const Peer& peer) {
    return peer.said_hello && peer.process.problem.empty() && peer.connection->is_open();
  }

  // ---- connections -----------------------------------------------------------------------------

  void accept_all() {
    forget_the_gone();
    for (;;) {
      UniqueFd fd(::accept4(place_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!fd) return;
      if (count_open() >= kMostConnections) continue;
      auto peer = std::make_unique<Peer>();
      Peer& it = *peer;
      it.connection = std::make_unique<Connection>(
          std::move(fd), loop_,
          Connection::Callbacks{[this, &it](std::string_view line) { on_line(it, line); },
                                [this, &it] { on_closed(it); }});
      if (it.connection->peer_is_ours()) peers_.push_back(std::move(peer));
    }
  }

  /// A closed connection tells only how many requests its process saw; a service may start
  /// thousands of processes that saw none. Not called from a connection's own callbacks.
  void forget_the_gone() {
    peers_.erase(std::remove_if(peers_.begin(), peers_.end(),
                                [](const auto& peer) {
                                  return !peer->connection->is_open() &&
                                         peer->process.requests_seen == 0;
                                }),
                 peers_.end());
  }

  std::size_t count_open() const {
    return static_cast<std::size_t>(
        std::count_if(peers_.begin(), peers_.end(),
                      [](const auto& peer) { return peer->connection->is_open(); }));
  }

  void on_closed(Peer& peer) {
    peer.process.connected = false;
    const int pid = peer.process.hello.pid;
    if (subjects_.erase(pid) == 0) return;
    const std::string why = fmt::format("disconnected (process {})", pid);
    if (collecting_ && collecting_->waiting_for.count(pid) > 0) give_up(collecting_, why);
    if (freezing_ && freezing_->waiting_for.count(pid) > 0) give_up(freezing_, why);
  }

  // ---- lines -----------------------------------------------------------------------------------

  void on_line(Peer& peer, std::string_view text) {
    const auto line = parse_agent_line(text);
    if (!line) return;
    if (const auto* hello = std::get_if<Hello>(&*line)) return on_hello(peer, *hello);
    if (!peer.said_hello) return;
    std::visit([&](const auto& it) { on(peer, it); }, *line);
  }

  void on_hello(Peer& peer, const Hello& hello) {
    // A process speaks for itself only, and once.
    if (peer.said_hello || hello.pid != peer.connection->peer_pid()) return;
    peer.said_hello = true;
    peer.process.hello = hello;
    peer.process.problem = find_problem(hello);
    peer.connection->send(render_welcome());
    if (callbacks_.on_hello) callbacks_.on_hello(peer.process);
  }

  void on(Peer&, const Hello&) {}

  void on(Peer& peer, const RequestsLine& line) { saw(peer, line.seen); }

  void on(Peer& peer, const SampleLine& line) {
    saw(peer, line.sample.requests_seen);
    if (subjects_.count(peer.process.hello.pid) == 0) return;
    peer.sample = line.sample;
    if (callbacks_.on_sample) callbacks_.on_sample(sum_samples());
  }

  void on(Peer& peer, const CollectedLine& line) {
    saw(peer, line.seen);
    const int pid = peer.process.hello.pid;
    if (!collecting_ || line.id != collecting_->id || collecting_->waiting_for.erase(pid) == 0)
      return;
    Collected& sum = collecting_->answer;
    sum.memory = sum.memory + line.memory;
    sum.collect_ms = std::max(sum.collect_ms, line.ms);
    sum.requests_seen += line.seen;
    sum.processes += 1;
    finish_if_answered(collecting_);
  }

  void on(Peer& peer, const FrozenLine& line) {
    if (!freezing_ || line.id != freezing_->id) return;
    freezing_->waiting_for.erase(peer.process.hello.pid);
    finish_if_answered(freezing_);
  }

  void on(Peer&, const WarningLine& line) {
    if (warnings_++ < kMostWarnings && callbacks_.on_warning) callbacks_.on_warning(line.warning);
  }

  void on(Peer&, const ErrorLine& line) {
    const std::string why = "could not do what the agent asked for: " + line.message;
    if (collecting_ && line.id == collecting_->id) give_up(collecting_, why);
    if (freezing_ && line.id == freezing_->id) give_up(freezing_, why);
  }

  void saw(Peer& peer, std::int64_t requests) {
    peer.process.requests_seen = std::max(peer.process.requests_seen, requests);
  }

  model::Sample sum_samples() const {
    model::Sample sum;
    for (const auto& peer : peers_) {
      if (!peer->sample || subjects_.count(peer->process.hello.pid) == 0) continue;
      const model::Sample& one = *peer->sample;
      sum.memory = sum.memory + one.memory;
      sum.requests_seen += one.requests_seen;
      sum.gc_count += one.gc_count;
      sum.gc_major_count += one.gc_major_count;
      sum.gc_total_ms += one.gc_total_ms;
      sum.gc_max_ms = std::max(sum.gc_max_ms, one.gc_max_ms);
      sum.event_loop_delay_p50_ms =
          std::max(sum.event_loop_delay_p50_ms, one.event_loop_delay_p50_ms);
      sum.event_loop_delay_p99_ms =
          std::max(sum.event_loop_delay_p99_ms, one.event_loop_delay_p99_ms);
      sum.event_loop_delay_max_ms =
          std::max(sum.event_loop_delay_max_ms, one.event_loop_delay_max_ms);
      sum.active_handles += one.active_handles;
    }
    return sum;
  }

  // ---- questions -------------------------------------------------------------------------------

  template <typename Answer, typename Render>
  void ask(Question<Answer>& question, Duration timeout, Render render,
           EventLoop::TimerCallback on_timeout) {
    question.id = ++last_id_;
    question.waiting_for = subjects_;
    question.timer = loop_.call_after(timeout, std::move(on_timeout));
    for (const auto& peer : peers_)
      if (is_usable(*peer) && subjects_.count(peer->process.hello.pid) > 0)
        peer->connection->send(render(question.id));
  }

  template <typename Answer>
  void drop(std::optional<Question<Answer>>& question) {
    if (question) loop_.cancel(question->timer);
    question.reset();
  }

  template <typename Answer>
  void finish_if_answered(std::optional<Question<Answer>>& question) {
    if (!question || !question->waiting_for.empty()) return;
    const auto done = std::move(question->done);
    const Answer answer = question->answer;
    drop(question);
    done(answer);
  }

  template <typename Answer>
  void give_up(std::optional<Question<Answer>>& question, const std::string& why) {
    if (!question) return;
    const auto done = std::move(question->done);
    drop(question);
    done(fail(ErrorKind::target, "the service " + why,
              "look at its logs in the run folder; an endless loop or a synchronous call in a "
              "handler blocks the event loop"));
  }

  SocketPlace place_;
  std::filesystem::path script_;
  model::Mode mode_;
  EventLoop& loop_;
  Callbacks callbacks_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::set<int> subjects_;
  std::optional<Question<Collected>> collecting_;
  std::optional<Question<Nothing>> freezing_;
  std::int64_t last_id_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace

Result<std::unique_ptr<AgentHub>> AgentHub::listen(const std::filesystem::path& run_folder,
                                                   model::Mode mode, EventLoop& loop,
                                                   Callbacks callbacks) {
  std::error_code error;
  const std::filesystem::path script =
      std::filesystem::absolute(run_folder, error) / "leakcheck-agent.cjs";
  if (auto written = write_file(script, agent_script(), 0600); !written) {
    written.error().kind = ErrorKind::io;
    return tl::make_unexpected(written.error());
  }
  auto place = SocketPlace::listen(run_folder);
  if (!place) return tl::make_unexpected(place.error());
  return std::make_unique<Hub>(std::move(*place), script, mode, loop, std::move(callbacks));
}

}  // namespace leakcheck::agent
