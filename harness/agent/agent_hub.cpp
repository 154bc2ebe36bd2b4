#include "harness/agent/agent_hub.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "harness/agent/agent_script.hpp"
#include "harness/agent/lines.hpp"
#include "harness/agent/notes.hpp"
#include "harness/agent/question.hpp"
#include "harness/agent/socket_place.hpp"
#include "harness/base/file.hpp"

namespace leakcheck::agent {
namespace {

constexpr std::chrono::milliseconds kSampleEvery{250};
constexpr std::size_t kMostConnections = 1024;
constexpr std::size_t kMostWarnings = 100;

/// How long worker threads may take to begin, once every main thread has answered.
constexpr std::chrono::milliseconds kThreadGrace{250};
struct Nothing {};

class Hub final : public AgentHub {
 public:
  Hub(SocketPlace place, std::filesystem::path script, model::Mode mode, EventLoop& loop,
      Callbacks callbacks, std::vector<std::string> stand_ins)
      : place_(std::move(place)),
        script_(std::move(script)),
        mode_(mode),
        loop_(loop),
        callbacks_(std::move(callbacks)),
        notes_(std::move(stand_ins)) {
    loop_.watch(place_.fd(), EPOLLIN, [this](std::uint32_t) { accept_all(); });
  }

  ~Hub() override {
    drop(loop_, collecting_);
    drop(loop_, freezing_);
    drop(loop_, moving_);
    drop(loop_, snapping_);
    loop_.unwatch(place_.fd());
    for (const auto& peer : peers_)
      if (peer->connection->is_open()) peer->connection->send(render_bye());
  }

  const std::filesystem::path& script() const override { return script_; }

  std::vector<std::pair<std::string, std::string>> environment() const override {
    std::vector<std::pair<std::string, std::string>> out = {
        {"LEAKCHECK_SOCKET", place_.path().string()},
        {"LEAKCHECK_MODE", std::string(to_string(mode_))}};
    if (std::string modules = notes_.modules(); !modules.empty())
      out.emplace_back("LEAKCHECK_STAND_INS", std::move(modules));
    return out;
  }

  std::vector<Process> processes() const override {
    std::vector<Process> out;
    for (const auto& peer : peers_) {
      if (!peer->said_hello || !peer->is_main_thread()) continue;
      out.push_back(peer->process);
      out.back().requests_seen += seen_by_threads(*peer);
    }
    return out;
  }

  std::vector<StandIn> stand_ins() const override { return notes_.stand_ins(); }
  std::vector<std::string> problems() const override { return notes_.problems(); }

  void set_subjects(const std::vector<int>& pids) override {
    const std::set<int> wanted(pids.begin(), pids.end());
    std::set<int> subjects;
    for (const auto& peer : peers_) {
      const int pid = peer->pid();
      if (!peer->is_usable() || !peer->is_main_thread())
        continue;  // a closed one may have left its pid to another
      const bool now = wanted.count(pid) > 0;
      const bool before = subjects_.count(pid) > 0;
      if (now && !before) peer->connection->send(render_sample(kSampleEvery));
      if (before && !now) peer->connection->send(render_silence());
      if (now) subjects.insert(pid);
    }
    subjects_ = std::move(subjects);
  }

  void freeze(std::function<void(Result<void>)> done) override {
    drop(loop_, freezing_);
    freezing_.emplace();
    freezing_->done = [done](Result<Nothing> result) {
      done(result ? Result<void>() : tl::make_unexpected(result.error()));
    };
    ask(*freezing_, std::chrono::seconds(10), render_freeze,
        [this] { give_up(loop_, freezing_, "did not stop compiling within 10 s"); });
    finish_if_answered(loop_, freezing_);
  }

  void move_clock(Duration ahead, Duration timeout,
                  std::function<void(Result<ClockMove>)> done) override {
    drop(loop_, moving_);
    moving_.emplace();
    moving_->done = std::move(done);
    ask(
        *moving_, timeout, [ahead](std::int64_t id) { return render_clock(id, ahead); },
        [this, timeout] {
          give_up(loop_, moving_,
                  fmt::format("did not move its clock on within {:.0f} s", to_ms(timeout) / 1000));
        });
    finish_if_answered(loop_, moving_);
  }

  void take_snapshot(int pid, int thread, const std::filesystem::path& file, Duration timeout,
                     std::function<void(Result<std::chrono::milliseconds>)> done) override {
    drop(loop_, snapping_);
    snapping_.emplace();
    snapping_->done = std::move(done);
    snapping_->id = ++last_id_;
    const auto found = std::find_if(peers_.begin(), peers_.end(), [&](const auto& it) {
      return is_subject(*it) && it->pid() == pid && it->process.hello.thread == thread;
    });
    if (found == peers_.end())
      return give_up(loop_, snapping_, fmt::format("has no thread {} in process {}", thread, pid));
    snapping_->waiting_for.insert(found->get());
    snapping_->timer = loop_.call_after(timeout, [this, timeout] {
      give_up(loop_, snapping_,
              fmt::format("did not write a heap snapshot within {:.0f} s", to_ms(timeout) / 1000));
    });
    (*found)->connection->send(render_snapshot(snapping_->id, file.string()));
  }

  void collect(Duration timeout, std::function<void(Result<Collected>)> done) override {
    drop(loop_, collecting_);
    collecting_.emplace();
    collecting_->done = std::move(done);
    ask(*collecting_, timeout, render_collect, [this, timeout] { on_collect_timeout(timeout); });
    for (const auto& peer : peers_) {
      if (peer->is_main_thread() || !is_subject(*peer)) continue;
      if (peer->silent) {
        collecting_->answer.left_out += 1;
        continue;
      }
      peer->connection->send(render_collect(collecting_->id));
      collecting_->threads.insert(peer.get());
    }
    finish_collection();
  }

 private:
  bool is_subject(const Peer& peer) const {
    return peer.is_usable() && subjects_.count(peer.pid()) > 0;
  }

  // ---- connections -----------------------------------------------------------------------------

  void accept_all() {
    forget_the_gone(peers_);
    for (;;) {
      UniqueFd fd(::accept4(place_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!fd) return;
      if (count_open(peers_) >= kMostConnections) continue;
      auto peer = std::make_unique<Peer>();
      Peer& it = *peer;
      it.connection = std::make_unique<Connection>(
          std::move(fd), loop_,
          Connection::Callbacks{[this, &it](std::string_view line) { on_line(it, line); },
                                [this, &it] { on_closed(it); }});
      if (it.connection->peer_is_ours()) peers_.push_back(std::move(peer));
    }
  }

  void on_closed(Peer& peer) {
    peer.process.connected = false;
    if (!peer.is_main_thread()) return on_thread_closed(peer);
    const int pid = peer.pid();
    if (subjects_.erase(pid) == 0) return;
    const std::string why = fmt::format("disconnected (process {})", pid);
    give_up_where([&](const auto& it) { return it.waiting_for.count(&peer) > 0; }, why);
  }

  void on_thread_closed(Peer& peer) {
    // A service may have a thread for each request: they leave nothing but their count.
    const std::int64_t seen = std::exchange(peer.process.requests_seen, 0);
    for (const auto& it : peers_)
      if (it->pid() == peer.pid() && it->is_main_thread()) it->seen_by_gone_threads += seen;
    if (snapping_ && snapping_->waiting_for.count(&peer) > 0)
      give_up(loop_, snapping_, "ended the thread that was to write a heap snapshot");
    leave_out(peer);
    finish_collection();
  }

  // ---- lines -----------------------------------------------------------------------------------

  void on_line(Peer& peer, std::string_view text) {
    const auto line = parse_agent_line(text);
    if (!line) return;
    if (const auto* hello = std::get_if<Hello>(&*line)) return on_hello(peer, *hello);
    if (!peer.said_hello) return;
    peer.silent = false;
    std::visit([&](const auto& it) { on(peer, it); }, *line);
  }

  void on_hello(Peer& peer, const Hello& hello) {
    // A process speaks for itself only, and once.
    if (peer.said_hello || hello.pid != peer.connection->peer_pid()) return;
    peer.said_hello = true;
    peer.process.hello = hello;
    peer.process.problem = find_problem(hello);
    peer.connection->send(render_welcome());
    if (callbacks_.on_hello && peer.is_main_thread()) callbacks_.on_hello(peer.process);
  }

  void on(Peer&, const Hello&) {}

  void on(Peer& peer, const RequestsLine& line) { saw(peer, line.seen); }

  void on(Peer& peer, const SampleLine& line) {
    saw(peer, line.sample.requests_seen);
    if (!peer.is_main_thread() || subjects_.count(peer.pid()) == 0) return;
    peer.sample = line.sample;
    if (callbacks_.on_sample) callbacks_.on_sample(sum_samples());
  }

  void on(Peer& peer, const CollectingLine& line) {
    if (collecting_ && line.id == collecting_->id && collecting_->threads.count(&peer) > 0)
      collecting_->have_begun.insert(&peer);
  }

  void on(Peer& peer, const CollectedLine& line) {
    saw(peer, line.seen);
    if (!collecting_ || line.id != collecting_->id) return;
    if (collecting_->waiting_for.erase(&peer) + collecting_->threads.erase(&peer) == 0) return;
    add(collecting_->answer, peer, line.memory, line.ms);
    finish_collection();
  }

  void on(Peer& peer, const FrozenLine& line) {
    if (!freezing_ || line.id != freezing_->id) return;
    freezing_->waiting_for.erase(&peer);
    finish_if_answered(loop_, freezing_);
  }

  void on(Peer& peer, const ClockMovedLine& line) {
    if (!moving_ || line.id != moving_->id || moving_->waiting_for.erase(&peer) == 0) return;
    moving_->answer.timers += line.timers;
    finish_if_answered(loop_, moving_);
  }

  void on(Peer& peer, const SnapshotTakenLine& line) {
    if (!snapping_ || line.id != snapping_->id || snapping_->waiting_for.erase(&peer) == 0) return;
    snapping_->answer = std::chrono::milliseconds(std::llround(line.ms));
    finish_if_answered(loop_, snapping_);
  }

  void on(Peer& peer, const StandInLine& line) {
    std::int64_t& told = peer.stand_in_uses[line.module];
    notes_.add_uses(line.module, std::max<std::int64_t>(0, line.uses - told));
    told = std::max(told, line.uses);
  }

  void on(Peer&, const WarningLine& line) {
    if (warnings_++ < kMostWarnings && callbacks_.on_warning) callbacks_.on_warning(line.warning);
  }

  void on(Peer& peer, const ErrorLine& line) {
    if (line.id == 0) return notes_.add_problem(line.message);
    if (collecting_ && line.id == collecting_->id && !peer.is_main_thread()) {
      leave_out(peer);
      return finish_collection();
    }
    const std::string why = "could not do what the agent asked for: " + line.message;
    give_up_where([&](const auto& it) { return it.id == line.id; }, why);
  }

  void saw(Peer& peer, std::int64_t requests) {
    peer.process.requests_seen = std::max(peer.process.requests_seen, requests);
  }

  std::int64_t seen_by_threads(const Peer& main) const {
    std::int64_t seen = main.seen_by_gone_threads;
    for (const auto& peer : peers_)
      if (peer->pid() == main.pid() && !peer->is_main_thread()) seen += peer->process.requests_seen;
    return seen;
  }

  model::Sample sum_samples() const {
    model::Sample sum;
    for (const auto& peer : peers_)
      if (peer->sample && subjects_.count(peer->pid()) > 0) add(sum, *peer->sample);
    return sum;
  }

  // ---- questions -------------------------------------------------------------------------------

  /// Asks the main thread of every subject.
  template <typename Answer, typename Render>
  void ask(Question<Answer>& question, Duration timeout, Render render,
           EventLoop::TimerCallback on_timeout) {
    question.id = ++last_id_;
    question.timer = loop_.call_after(timeout, std::move(on_timeout));
    for (const auto& peer : peers_) {
      if (!peer->is_main_thread() || !is_subject(*peer)) continue;
      peer->connection->send(render(question.id));
      question.waiting_for.insert(peer.get());
    }
  }

  template <typename Which>
  void give_up_where(Which which, const std::string& why) {
    if (collecting_ && which(*collecting_)) give_up(loop_, collecting_, why);
    if (freezing_ && which(*freezing_)) give_up(loop_, freezing_, why);
    if (moving_ && which(*moving_)) give_up(loop_, moving_, why);
    if (snapping_ && which(*snapping_)) give_up(loop_, snapping_, why);
  }

  // ---- worker threads in a collection ----------------------------------------------------------

  void finish_collection() {
    if (!collecting_ || !collecting_->waiting_for.empty()) return;
    if (!collecting_->threads.empty()) {
      if (collecting_->grace == 0)
        collecting_->grace = loop_.call_after(kThreadGrace, [this] {
          leave_out_threads([this](Peer& it) { return collecting_->have_begun.count(&it) == 0; });
        });
      return;
    }
    Collected& sum = collecting_->answer;
    for (const auto& peer : peers_)
      if (peer->is_main_thread() && has_main_reading(sum, peer->pid()))
        sum.requests_seen += peer->process.requests_seen + seen_by_threads(*peer);
    notes_.add_left_out(sum.left_out);
    finish_if_answered(loop_, collecting_);
  }

  void on_collect_timeout(Duration timeout) {
    if (collecting_->waiting_for.empty()) return leave_out_threads([](Peer&) { return true; });
    give_up(loop_, collecting_,
            fmt::format("did not finish a collection within {:.0f} s: its event loop is blocked",
                        to_ms(timeout) / 1000));
  }

  template <typename Which>
  void leave_out_threads(Which which) {
    const std::set<Peer*> threads = collecting_->threads;
    for (Peer* const thread : threads) {
      if (!which(*thread)) continue;
      thread->silent = true;
      leave_out(*thread);
    }
    finish_collection();
  }

  void leave_out(Peer& thread) {
    if (collecting_ && collecting_->threads.erase(&thread) > 0) collecting_->answer.left_out += 1;
  }

  SocketPlace place_;
  std::filesystem::path script_;
  model::Mode mode_;
  EventLoop& loop_;
  Callbacks callbacks_;
  Peers peers_;
  std::set<int> subjects_;
  Notes notes_;
  std::optional<CollectQuestion> collecting_;
  std::optional<Question<Nothing>> freezing_;
  std::optional<Question<ClockMove>> moving_;
  std::optional<Question<std::chrono::milliseconds>> snapping_;
  std::int64_t last_id_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace

Result<std::unique_ptr<AgentHub>> AgentHub::listen(const std::filesystem::path& run_folder,
                                                   model::Mode mode, EventLoop& loop,
                                                   Callbacks callbacks,
                                                   std::vector<std::string> stand_ins) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::absolute(run_folder, error);
  for (const Script& script : agent_scripts()) {
    if (auto written = write_file(folder / script.name, script.text, 0600); !written) {
      written.error().kind = ErrorKind::io;
      return tl::make_unexpected(written.error());
    }
  }
  auto place = SocketPlace::listen(run_folder);
  if (!place) return tl::make_unexpected(place.error());
  return std::make_unique<Hub>(std::move(*place), folder / agent_scripts().front().name, mode, loop,
                               std::move(callbacks), std::move(stand_ins));
}

}  // namespace leakcheck::agent
