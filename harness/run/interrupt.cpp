#include "harness/run/interrupt.hpp"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace leakcheck::run {

Interrupt::Interrupt(int signal_fd, EventLoop& loop) : fd_(signal_fd), loop_(loop) {
  if (fd_ >= 0) loop_.watch(fd_, EPOLLIN, [this](std::uint32_t) { read_signals(); });
}

Interrupt::~Interrupt() {
  if (fd_ >= 0) loop_.unwatch(fd_);
}

void Interrupt::read_signals() {
  signalfd_siginfo info{};
  while (::read(fd_, &info, sizeof info) == sizeof info) {
    ++count_;
    if (signal_ == 0) signal_ = static_cast<int>(info.ssi_signo);
  }
}

}  // namespace leakcheck::run
