#pragma once

#include <string>
#include <vector>

#include "harness/base/unique_fd.hpp"

namespace leakcheck::test {

/// Runs a program of PATH to its end, without input and output; its status as of waitpid.
int run_quietly(const std::vector<std::string>& words);

/// A script of this folder in a process of Node.js, which finds the packages of tests/npm. Killed
/// in the end.
class NodeProcess {
 public:
  NodeProcess(const std::string& script, const std::vector<std::string>& arguments);
  ~NodeProcess();
  NodeProcess(const NodeProcess&) = delete;
  NodeProcess& operator=(const NodeProcess&) = delete;

  /// Of its output; waits for it.
  std::string read_line();
  void write_line(const std::string& line);
  void end_input() { input_.reset(); }

 private:
  int pid_ = -1;
  UniqueFd input_;
  UniqueFd output_;
};

}  // namespace leakcheck::test
