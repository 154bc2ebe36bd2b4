#pragma once

#include <string>

#include "harness/base/result.hpp"
#include "harness/base/unique_fd.hpp"

namespace leakcheck::target {

/// A small process of ours that ends the service when leakcheck itself is killed: it waits on a
/// socket that closes with us, whatever becomes of us. Destroying the guardian lets it go.
class Guardian {
 public:
  /// `mark`: the environment entry that tells our processes. Errors: ErrorKind::target.
  static Result<Guardian> post(const std::string& mark);

  Guardian(Guardian&& other) noexcept;
  Guardian& operator=(Guardian&&) = delete;
  ~Guardian();

  /// From now on it guards this process group.
  void watch(int group);
  int pid() const { return pid_; }

 private:
  void tell(int word);

  Guardian(int pid, UniqueFd pipe) : pid_(pid), pipe_(std::move(pipe)) {}

  int pid_ = 0;
  UniqueFd pipe_;
};

}  // namespace leakcheck::target
