#include "harness/load/descriptor_watch.hpp"

#include <sys/epoll.h>

#include <utility>

namespace leakcheck::load {
namespace {

void call(DescriptorWatch::Once& waiting) {
  if (const auto once = std::exchange(waiting, nullptr)) once();
}

}  // namespace

void DescriptorWatch::when_readable(Once once) {
  readable_ = std::move(once);
  watch();
}

void DescriptorWatch::when_writable(Once once) {
  writable_ = std::move(once);
  watch();
}

void DescriptorWatch::stop() {
  let_go();
  call(readable_);
  call(writable_);
}

void DescriptorWatch::let_go() {
  if (std::exchange(watched_, 0) != 0) loop_.unwatch(fd_);
}

std::uint32_t DescriptorWatch::wanted() const {
  return (readable_ ? std::uint32_t{EPOLLIN} : 0U) | (writable_ ? std::uint32_t{EPOLLOUT} : 0U);
}

/// What was watched stays so: the next question is most often the same one.
void DescriptorWatch::watch() {
  const std::uint32_t events = watched_ | wanted();
  if (events == watched_) return;
  if (watched_ == 0)
    loop_.watch(fd_, events, [this](std::uint32_t ready) { on_ready(ready); });
  else
    loop_.change(fd_, events);
  watched_ = events;
}

void DescriptorWatch::on_ready(std::uint32_t events) {
  // Both find out what happened by trying.
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) events |= EPOLLIN | EPOLLOUT;
  const std::uint32_t asked = wanted();
  if ((events & EPOLLIN) != 0) call(readable_);
  if ((events & EPOLLOUT) != 0) call(writable_);
  if ((events & watched_ & ~asked) == 0 && asked != 0) return;
  const std::uint32_t left = wanted();
  if (left == 0)
    loop_.unwatch(fd_);
  else if (left != watched_)
    loop_.change(fd_, left);
  watched_ = left;
}

}  // namespace leakcheck::load
