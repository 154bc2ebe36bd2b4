#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "harness/base/event_loop.hpp"

namespace leakcheck::load {

/// When each of a number of users must be done. For each length of time there is a list in the
/// order of the starts, so that its front is due first, and one timer serves all. Cost: O(lengths
/// of time) for each call, and no allocation but for a new length.
class Deadlines {
 public:
  /// A deadline has passed, and is cleared.
  using Due = std::function<void(std::size_t user)>;

  Deadlines(EventLoop& loop, std::size_t users, Due due);
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// In place of the one before. Shape: `now` never goes back from call to call.
  void set(std::size_t user, TimePoint now, Duration time);
  void clear(std::size_t user);  ///< no-op for a user without one

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Entry {
    TimePoint due{};
    std::size_t list = kNone;
    std::size_t before = kNone;
    std::size_t after = kNone;
  };
  struct List {
    Duration time{};
    std::size_t first = kNone;
    std::size_t last = kNone;
  };

  std::size_t list_of(Duration time);
  const Entry* front() const;  // what is due first
  void arm(TimePoint due);
  void on_timer();

  EventLoop& loop_;
  Due on_due_;
  std::vector<Entry> entries_;  // by user
  std::vector<List> lists_;
  EventLoop::TimerId timer_ = 0;
  TimePoint armed_for_ = TimePoint::max();
};

}  // namespace leakcheck::load
