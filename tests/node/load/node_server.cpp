#include "tests/node/load/node_server.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <vector>

namespace leakcheck::test {
namespace {

/// Starts a program of PATH. Descriptors below 0 are left as they are.
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

Certificate::Certificate() {
  std::string name = std::filesystem::temp_directory_path() / "leakcheck-certificate-XXXXXX";
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  folder_ = name;
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const int pid =
      start({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key(), "-out", file()},
            null.get(), null.get(), null.get());
  int status = -1;
  ::waitpid(pid, &status, 0);
  REQUIRE(status == 0);
}

Certificate::~Certificate() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

NodeServer::NodeServer(int longest_rest_ms, const Certificate* certificate) {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  REQUIRE(::pipe2(input.data(), O_CLOEXEC) == 0);
  REQUIRE(::pipe2(output.data(), O_CLOEXEC) == 0);
  std::vector<std::string> words = {"node", LEAKCHECK_SOURCE "/tests/node/load/counting_server.cjs",
                                    std::to_string(longest_rest_ms)};
  if (certificate != nullptr) {
    words.push_back(certificate->key());
    words.push_back(certificate->file());
  }
  pid_ = start(words, input[0], output[1]);
  ::close(input[0]);
  ::close(output[1]);
  input_ = UniqueFd(input[1]);
  output_ = UniqueFd(output[0]);
  url_ = (certificate != nullptr ? "https://127.0.0.1:" : "http://127.0.0.1:") + read_line();
}

NodeServer::~NodeServer() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

NodeServer::Counts NodeServer::count() {
  input_.reset();
  Counts counts;
  std::istringstream(read_line()) >> counts.requests >> counts.connections;
  return counts;
}

std::string NodeServer::read_line() {
  std::string line;
  for (char c = 0; ::read(output_.get(), &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

}  // namespace leakcheck::test
