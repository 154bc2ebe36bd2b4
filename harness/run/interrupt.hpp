#pragma once

#include "harness/base/event_loop.hpp"

namespace leakcheck::run {

/// Counts the signals that ask the run to end: the first is a request, the second an order.
class Interrupt {
 public:
  /// `signal_fd` is a signalfd that somebody else owns; -1 for none.
  Interrupt(int signal_fd, EventLoop& loop);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const { return count_ > 0; }
  bool insisted() const { return count_ > 1; }
  int signal() const { return signal_; }  ///< the first one; 0 for none

 private:
  void read_signals();

  int fd_;
  EventLoop& loop_;
  int count_ = 0;
  int signal_ = 0;
};

}  // namespace leakcheck::run
