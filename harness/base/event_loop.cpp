#include "harness/base/event_loop.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace leakcheck {
namespace {

int check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

std::uint64_t pack(int fd, std::uint64_t generation) {
  return (generation << 32) | static_cast<std::uint32_t>(fd);
}

}  // namespace

EventLoop::EventLoop()
    : epoll_(check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      timer_(check(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create")) {
  watch(timer_.get(), EPOLLIN, [this](std::uint32_t) {
    std::uint64_t expirations = 0;
    if (::read(timer_.get(), &expirations, sizeof expirations) > 0) armed_for_ = TimePoint::max();
  });
}

EventLoop::~EventLoop() = default;

void EventLoop::watch(int fd, std::uint32_t epoll_events, FdCallback callback) {
  auto entry = std::make_shared<Watch>(Watch{std::move(callback), next_generation_++ & 0xffffffff});
  epoll_event event{};
  event.events = epoll_events;
  event.data.u64 = pack(fd, entry->generation);
  const bool known = watches_.count(fd) > 0;
  check(epoll_ctl(epoll_.get(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  watches_[fd] = std::move(entry);
}

void EventLoop::change(int fd, std::uint32_t epoll_events) {
  epoll_event event{};
  event.events = epoll_events;
  event.data.u64 = pack(fd, watches_.at(fd)->generation);
  check(epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event), "epoll_ctl");
}

void EventLoop::unwatch(int fd) {
  if (watches_.erase(fd) > 0) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

EventLoop::TimerId EventLoop::call_at(TimePoint when, TimerCallback callback) {
  const TimerId id = next_timer_++;
  timers_.emplace(std::pair(when, id), std::move(callback));
  timer_due_.emplace(id, when);
  return id;
}

EventLoop::TimerId EventLoop::call_after(Duration delay, TimerCallback callback) {
  return call_at(now() + delay, std::move(callback));
}

void EventLoop::cancel(TimerId id) {
  const auto due = timer_due_.find(id);
  if (due == timer_due_.end()) return;
  timers_.erase({due->second, id});
  timer_due_.erase(due);
}

TimePoint EventLoop::now() const {
  return std::chrono::steady_clock::now();
}

void EventLoop::arm_timer(TimePoint deadline) {
  if (!timers_.empty() && timers_.begin()->first.first < deadline)
    deadline = timers_.begin()->first.first;
  if (deadline == armed_for_) return;
  itimerspec spec{};
  if (deadline != TimePoint::max()) {
    // steady_clock is CLOCK_MONOTONIC with libstdc++; 1 ns, because 0 would disarm.
    const auto since_boot = std::max<Duration>(deadline.time_since_epoch(), Duration(1));
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
    spec.it_value.tv_sec = whole.count();
    spec.it_value.tv_nsec = (since_boot - whole).count();
  }
  check(timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr), "timerfd_settime");
  armed_for_ = deadline;
}

void EventLoop::run_due_timers() {
  const TimePoint until = now();
  // A callback that sets a timer in the past gets it in the next round: no starvation.
  const TimerId newest = next_timer_;
  for (auto it = timers_.begin(); it != timers_.end() && it->first.first <= until;) {
    if (it->first.second >= newest) {
      ++it;
      continue;
    }
    TimerCallback callback = std::move(it->second);
    timer_due_.erase(it->first.second);
    timers_.erase(it);
    callback();
    it = timers_.begin();
  }
}

void EventLoop::run_once(TimePoint deadline) {
  arm_timer(deadline);
  std::array<epoll_event, 128> events;
  const bool due = !timers_.empty() && timers_.begin()->first.first <= now();
  const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                               due || deadline <= now() ? 0 : -1);
  if (count < 0 && errno != EINTR) check(count, "epoll_wait");
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    const auto found = watches_.find(static_cast<int>(event.data.u64 & 0xffffffff));
    // An earlier callback of this batch may have unwatched it, or reused its number.
    if (found == watches_.end() || found->second->generation != event.data.u64 >> 32) continue;
    const std::shared_ptr<Watch> keep_alive = found->second;
    keep_alive->callback(event.events);
  }
  run_due_timers();
}

bool EventLoop::run_until(const std::function<bool()>& done, TimePoint deadline) {
  while (!done()) {
    if (now() >= deadline) return false;
    run_once(deadline);
  }
  return true;
}

}  // namespace leakcheck
