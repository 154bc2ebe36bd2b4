#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

#include "harness/base/clock.hpp"
#include "harness/base/unique_fd.hpp"

namespace leakcheck {

/// One thread's epoll loop: descriptors and timers of all rooms meet here, so none of them blocks
/// and none needs a lock. Callbacks may watch, unwatch, set and cancel anything, also themselves.
/// Thread: one; every call from the thread that runs it.
/// Errors: running out of descriptors or memory throws std::system_error (a bug or a full machine).
class EventLoop {
 public:
  using FdCallback = std::function<void(std::uint32_t epoll_events)>;
  using TimerCallback = std::function<void()>;
  using TimerId = std::uint64_t;  ///< never 0

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// The loop never owns `fd`: unwatch it before it is closed.
  /// `epoll_events` is EPOLLIN, EPOLLOUT …, level-triggered.
  void watch(int fd, std::uint32_t epoll_events, FdCallback callback);
  void change(int fd, std::uint32_t epoll_events);  ///< of a watched fd
  void unwatch(int fd);                             ///< no-op for an unknown fd

  /// Fires once, at or just after `when`, to the precision of a timerfd (tens of µs).
  TimerId call_at(TimePoint when, TimerCallback callback);
  TimerId call_after(Duration delay, TimerCallback callback);
  void cancel(TimerId id);  ///< no-op for one that has fired

  TimePoint now() const;

  /// Waits for the first event, but not past `deadline`, and runs all callbacks that are due.
  void run_once(TimePoint deadline);
  /// Runs until `done()` is true; checked after every batch of events.
  /// Returns false when `deadline` came first.
  bool run_until(const std::function<bool()>& done, TimePoint deadline);

 private:
  struct Watch {
    FdCallback callback;
    std::uint64_t generation;
  };

  void arm_timer(TimePoint deadline);
  void run_due_timers();

  UniqueFd epoll_;
  UniqueFd timer_;
  std::uint64_t next_generation_ = 1;
  std::unordered_map<int, std::shared_ptr<Watch>> watches_;
  std::map<std::pair<TimePoint, TimerId>, TimerCallback> timers_;
  std::unordered_map<TimerId, TimePoint> timer_due_;
  TimerId next_timer_ = 1;
  TimePoint armed_for_ = TimePoint::max();
};

}  // namespace leakcheck
