#pragma once

#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "harness/target/guardian.hpp"
#include "harness/target/launcher.hpp"
#include "harness/target/log_pump.hpp"
#include "harness/target/node_options.hpp"
#include "harness/target/ports.hpp"
#include "harness/target/ready_probe.hpp"
#include "harness/target/target.hpp"

namespace leakcheck::target {

/// The Target there is: a process group on this machine.
class Service final : public Target {
 public:
  Service(const model::TargetSpec& spec, const LaunchOptions& options, EventLoop& loop);
  ~Service() override;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Renders the scenario's templates, checks the port, posts the guardian, starts the command.
  tl::expected<void, Failure> open();

  void when_ready(ReadyCallback callback) override;
  int pid() const override { return child_.pid; }
  int port() const override { return address_.port; }
  const std::string& url() const override { return url_; }
  std::vector<std::string> command() const override { return command_.argv; }
  std::vector<int> find_listeners() const override;
  const std::optional<Exit>& exit() const override { return exit_; }
  Exit stop(const std::function<bool()>& give_up) override;
  std::filesystem::path stdout_log() const override { return stdout_.file(); }
  std::filesystem::path stderr_log() const override { return stderr_.file(); }
  std::vector<std::string> log_tail(std::size_t lines) const override;

 private:
  tl::expected<void, Failure> render();
  tl::expected<void, Failure> refuse_taken_address() const;
  bool by_socket() const { return !spec_.socket_path.empty(); }
  std::set<unsigned long> listening_inodes() const;
  tl::expected<void, Failure> start_command();
  std::vector<std::string> make_environment() const;
  tl::expected<void, Failure> start_probe();
  void watch_lines();

  void on_death();
  void tell_death();
  void reap_orphans();
  void on_ready();
  void on_ready_timeout();
  void finish_waiting(tl::expected<void, Failure> result);
  bool restart_without_refused_option();
  bool is_ours(int pid) const;
  Failure taken_by(int holder) const;
  /// Whether the whole group has ended in time, without force.
  bool ask_to_end(const std::function<bool()>& give_up);
  void kill_everything();

  const model::TargetSpec spec_;
  const LaunchOptions options_;
  EventLoop& loop_;
  std::string mark_;  ///< environment entry that tells our processes
  LogPump stdout_;
  LogPump stderr_;
  Command command_;
  NodeOptions node_options_;
  std::vector<std::string> users_environment_;
  std::string url_;
  Address address_;

  std::optional<Guardian> guardian_;
  Child child_;
  TimePoint started_at_;
  long oom_kills_before_ = 0;
  bool stopping_ = false;
  bool dead_ = false;  ///< the first process, as a zombie until kill_everything()
  int wait_status_ = 0;
  std::optional<Exit> exit_;

  ReadyCallback on_ready_;
  std::unique_ptr<ReadyProbe> probe_;
  std::optional<std::regex> ready_pattern_;
  EventLoop::TimerId ready_timer_ = 0;
  EventLoop::TimerId probe_end_timer_ = 0;
  EventLoop::TimerId reap_timer_ = 0;
};

}  // namespace leakcheck::target
