#include "harness/cli/signals.hpp"

#include <sys/signalfd.h>

namespace leakcheck::cli {

SignalWatch::SignalWatch() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGINT);
  sigaddset(&watched, SIGTERM);
  sigaddset(&watched, SIGHUP);
  sigprocmask(SIG_BLOCK, &watched, &before_);
  fd_.reset(::signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC));
}

SignalWatch::~SignalWatch() {
  // A signal that nobody has read yet would end the process here, before its exit code is out.
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == sizeof info) continue;
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace leakcheck::cli
