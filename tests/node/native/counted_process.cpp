#include "tests/node/native/counted_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace leakcheck::test {

CountedRun::CountedRun() {
  std::string name = (std::filesystem::temp_directory_path() / "leakcheck-unit-XXXXXX").string();
  folder = ::mkdtemp(name.data());
  auto made = native::MallocCounter::prepare(folder);
  REQUIRE(made);
  counter = std::move(*made);
}

CountedRun::~CountedRun() {
  counter.reset();
  CHECK(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

model::NativeMemory CountedRun::read(int pid) const {
  const auto read = counter->read(pid);
  INFO(counter->why_off(pid));
  REQUIRE(read.has_value());
  return *read;
}

CountedProcess::CountedProcess(const std::vector<std::string>& words,
                               const Environment& environment) {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  REQUIRE(::pipe2(input.data(), O_CLOEXEC) == 0);
  REQUIRE(::pipe2(output.data(), O_CLOEXEC) == 0);
  std::vector<std::string> all = {"/usr/bin/env"};
  for (const auto& [variable, value] : environment) all.push_back(variable + "=" + value);
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(input[0], 0);
    ::dup2(output[1], 1);
    ::dup2(output[1], 2);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(input[0]);
  ::close(output[1]);
  input_ = UniqueFd(input[1]);
  output_ = UniqueFd(output[0]);
}

CountedProcess::~CountedProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string CountedProcess::ask(const std::string& line) {
  const std::string text = line + '\n';
  REQUIRE(::write(input_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  return read_line();
}

std::string CountedProcess::read_line() {
  std::string line;
  for (char c = 0; ::read(output_.get(), &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

std::pair<std::string, int> CountedProcess::finish() {
  input_.reset();
  std::string text;
  for (char c = 0; ::read(output_.get(), &c, 1) == 1;) text += c;
  int status = -1;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return {text, status};
}

}  // namespace leakcheck::test
