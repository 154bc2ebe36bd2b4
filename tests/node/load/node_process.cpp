#include "tests/node/load/node_process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace leakcheck::test {
namespace {

/// Descriptors below 0 are left as they are.
int start(const std::vector<std::string>& words, int input, int output, int errors = -1) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int pid = ::fork();
  if (pid != 0) return pid;
  if (input >= 0) ::dup2(input, 0);
  if (output >= 0) ::dup2(output, 1);
  if (errors >= 0) ::dup2(errors, 2);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

int run_quietly(const std::vector<std::string>& words) {
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const int pid = start(words, null.get(), null.get(), null.get());
  int status = -1;
  ::waitpid(pid, &status, 0);
  return status;
}

NodeProcess::NodeProcess(const std::string& script, const std::vector<std::string>& arguments) {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  REQUIRE(::pipe2(input.data(), O_CLOEXEC) == 0);
  REQUIRE(::pipe2(output.data(), O_CLOEXEC) == 0);
  std::vector<std::string> words = {"env", "NODE_PATH=" LEAKCHECK_NPM "/node_modules", "node",
                                    LEAKCHECK_SOURCE "/tests/node/load/" + script};
  words.insert(words.end(), arguments.begin(), arguments.end());
  pid_ = start(words, input[0], output[1]);
  ::close(input[0]);
  ::close(output[1]);
  input_ = UniqueFd(input[1]);
  output_ = UniqueFd(output[0]);
}

NodeProcess::~NodeProcess() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string NodeProcess::read_line() {
  std::string line;
  for (char c = 0; ::read(output_.get(), &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

void NodeProcess::write_line(const std::string& line) {
  const std::string text = line + '\n';
  REQUIRE(::write(input_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

}  // namespace leakcheck::test
