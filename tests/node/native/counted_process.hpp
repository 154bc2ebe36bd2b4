#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/unique_fd.hpp"
#include "harness/native/malloc_counter.hpp"

namespace leakcheck::test {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// A run folder, with a counter for it.
struct CountedRun {
  std::filesystem::path folder;
  std::unique_ptr<native::MallocCounter> counter;

  CountedRun();
  ~CountedRun();
  model::NativeMemory read(int pid) const;
};

/// A program that is told what to do a line at a time, and says when it has. Killed in the end.
class CountedProcess {
 public:
  CountedProcess(const std::vector<std::string>& words, const Environment& environment);
  ~CountedProcess();
  CountedProcess(const CountedProcess&) = delete;
  CountedProcess& operator=(const CountedProcess&) = delete;

  int pid() const { return pid_; }
  /// Sends a line, and waits for one.
  std::string ask(const std::string& line);
  std::string read_line();
  /// Closes its input, and waits for its end: the rest of its output, and its status of waitpid.
  std::pair<std::string, int> finish();

 private:
  int pid_ = -1;
  UniqueFd input_;
  UniqueFd output_;  ///< stdout and stderr
};

}  // namespace leakcheck::test
