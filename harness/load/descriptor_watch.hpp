#pragma once

#include <cstdint>
#include <functional>

#include "harness/base/event_loop.hpp"

namespace leakcheck::load {

/// Waits for one descriptor, once for each question. Does not own it.
/// Thread: the loop's.
class DescriptorWatch {
 public:
  using Once = std::function<void()>;

  DescriptorWatch(EventLoop& loop, int fd) : loop_(loop), fd_(fd) {}
  ~DescriptorWatch() { let_go(); }
  DescriptorWatch(const DescriptorWatch&) = delete;
  DescriptorWatch& operator=(const DescriptorWatch&) = delete;

  /// Calls `once` from the loop when there is something to read, an end or an error included. It
  /// may ask again, but must not destroy this. One question of each kind at a time.
  void when_readable(Once once);
  void when_writable(Once once);
  /// Leaves the descriptor alone for good, also when its number belongs to another by then, and
  /// calls back whoever still waits. For use before it is closed.
  void stop();

 private:
  std::uint32_t wanted() const;
  void watch();
  void let_go();
  void on_ready(std::uint32_t events);

  EventLoop& loop_;
  int fd_;
  std::uint32_t watched_ = 0;  // a superset of what is wanted; put right when it fires for nothing
  Once readable_;
  Once writable_;
};

}  // namespace leakcheck::load
