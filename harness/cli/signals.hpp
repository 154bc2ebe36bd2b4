#pragma once

#include <signal.h>

#include "harness/base/unique_fd.hpp"

namespace leakcheck::cli {

/// Turns SIGINT, SIGTERM and SIGHUP into a readable descriptor for as long as it lives, and puts
/// the signal mask back after that. SIGPIPE is ignored: a closed pipe is an error of a write.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  int fd() const { return fd_.get(); }

 private:
  sigset_t before_{};
  UniqueFd fd_;
};

}  // namespace leakcheck::cli
