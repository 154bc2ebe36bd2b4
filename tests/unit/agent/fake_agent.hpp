#pragma once

#include <string>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/base/unique_fd.hpp"

/// The other end of the agent's protocol, as the hub sees it: a connection of another process.
class FakeAgent {
 public:
  /// Connects as a process of its own: the kernel tells the hub that one's pid.
  FakeAgent(const std::string& socket_path, leakcheck::EventLoop& loop);
  /// A worker thread of the process that calls this: all of them have one pid, as threads have.
  struct Thread {
    int id;  ///< 0: the main one
  };
  FakeAgent(const std::string& socket_path, leakcheck::EventLoop& loop, Thread thread);
  ~FakeAgent();
  FakeAgent(const FakeAgent&) = delete;
  FakeAgent& operator=(const FakeAgent&) = delete;

  int pid() const { return pid_; }
  void send(const std::string& line);
  void say_hello(const std::string& node = "20.20.2", int protocol = 1);
  void say_sample(long heap_used, long seen, double gc_ms, double delay_ms);
  /// Answers a collect.
  void say_collected(int id, double ms, long heap_used, long seen);

  /// Turns the loop until a line of this type has come, and returns it; lines before it are
  /// passed over. "" when the hub closes or nothing comes.
  std::string wait_for(const std::string& type);
  /// Turns the loop until the hub has closed the connection.
  bool wait_for_end();
  /// The lines that have come and were not waited for, by now.
  std::vector<std::string> take_lines();
  void close();

 private:
  bool read_some();

  leakcheck::EventLoop& loop_;
  leakcheck::UniqueFd fd_;
  int pid_ = 0;
  int thread_ = 0;
  std::string in_;
};
