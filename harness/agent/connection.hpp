#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "harness/base/event_loop.hpp"
#include "harness/base/unique_fd.hpp"

namespace leakcheck::agent {

/// One process's socket: whole lines in, whole lines out, never blocking, bounded memory.
class Connection {
 public:
  struct Callbacks {
    std::function<void(std::string_view line)> on_line;
    std::function<void()> on_closed;  ///< once; also after a line of more than kLongestLine
  };
  static constexpr std::size_t kLongestLine = 1 << 20;

  Connection(UniqueFd fd, EventLoop& loop, Callbacks callbacks);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(std::string_view lines);
  bool is_open() const { return static_cast<bool>(fd_); }
  int peer_pid() const { return peer_pid_; }
  bool peer_is_ours() const { return peer_is_ours_; }  ///< of our own user

 private:
  void on_event(std::uint32_t events);
  bool read_some();
  void write_some();
  void close();

  UniqueFd fd_;
  EventLoop& loop_;
  Callbacks callbacks_;
  std::string in_;
  std::string out_;
  int peer_pid_ = 0;
  bool peer_is_ours_ = false;
};

}  // namespace leakcheck::agent
