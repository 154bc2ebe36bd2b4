#include "harness/load/deadlines.hpp"

#include <utility>

namespace leakcheck::load {

Deadlines::Deadlines(EventLoop& loop, std::size_t users, Due due)
    : loop_(loop), on_due_(std::move(due)), entries_(users) {}

Deadlines::~Deadlines() {
  loop_.cancel(timer_);
}

void Deadlines::set(std::size_t user, TimePoint now, Duration time) {
  clear(user);
  Entry& entry = entries_[user];
  entry.due = now + time;
  entry.list = list_of(time);
  List& list = lists_[entry.list];
  entry.before = list.last;
  (list.last == kNone ? list.first : entries_[list.last].after) = user;
  list.last = user;
  arm(entry.due);
}

void Deadlines::clear(std::size_t user) {
  Entry& entry = entries_[user];
  if (entry.list == kNone) return;
  List& list = lists_[entry.list];
  (entry.before == kNone ? list.first : entries_[entry.before].after) = entry.after;
  (entry.after == kNone ? list.last : entries_[entry.after].before) = entry.before;
  entry = {};
}

std::size_t Deadlines::list_of(Duration time) {
  for (std::size_t i = 0; i < lists_.size(); ++i)
    if (lists_[i].time == time) return i;
  lists_.push_back({time, kNone, kNone});
  return lists_.size() - 1;
}

const Deadlines::Entry* Deadlines::front() const {
  const Entry* front = nullptr;
  for (const List& list : lists_) {
    if (list.first == kNone) continue;
    const Entry& first = entries_[list.first];
    if (front == nullptr || first.due < front->due) front = &first;
  }
  return front;
}

/// A timer that fires early is set again then, so that a deadline that is cleared costs nothing.
void Deadlines::arm(TimePoint due) {
  if (due >= armed_for_) return;
  loop_.cancel(timer_);
  armed_for_ = due;
  timer_ = loop_.call_at(due, [this] { on_timer(); });
}

void Deadlines::on_timer() {
  timer_ = 0;
  armed_for_ = TimePoint::max();
  const TimePoint now = loop_.now();
  while (const Entry* entry = front()) {
    if (entry->due > now) {
      arm(entry->due);
      return;
    }
    const auto user = static_cast<std::size_t>(entry - entries_.data());
    clear(user);
    on_due_(user);
  }
}

}  // namespace leakcheck::load
