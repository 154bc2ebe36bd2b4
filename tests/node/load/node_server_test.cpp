// The same counts against the server that matters: http.Server of Node.js.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <sstream>

#include "harness/base/unique_fd.hpp"
#include "tests/node/load/engine_run.hpp"

using namespace leakcheck;
using namespace leakcheck::test;

namespace {

/// counting_server.cjs in a process of its own.
class NodeServer {
 public:
  explicit NodeServer(int longest_rest_ms = 5'000) {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    REQUIRE(::pipe2(input.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(output.data(), O_CLOEXEC) == 0);
    const std::string rest = std::to_string(longest_rest_ms);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(input[0], 0);
      ::dup2(output[1], 1);
      ::execlp("node", "node", LEAKCHECK_SOURCE "/tests/node/load/counting_server.cjs",
               rest.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(input[0]);
    ::close(output[1]);
    input_ = UniqueFd(input[1]);
    output_ = UniqueFd(output[0]);
    url_ = "http://127.0.0.1:" + read_line();
  }
  ~NodeServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  NodeServer(const NodeServer&) = delete;
  NodeServer& operator=(const NodeServer&) = delete;

  const std::string& url() const { return url_; }

  struct Counts {
    std::int64_t requests = -1;
    std::int64_t connections = -1;
  };
  /// Ends it.
  Counts count() {
    input_.reset();
    Counts counts;
    std::istringstream(read_line()) >> counts.requests >> counts.connections;
    return counts;
  }

 private:
  std::string read_line() {
    std::string line;
    for (char c = 0; ::read(output_.get(), &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

  int pid_ = -1;
  UniqueFd input_;
  UniqueFd output_;
  std::string url_;
};

}  // namespace

TEST_CASE("http.Server: sees as many requests as were sent, over as many connections as users") {
  NodeServer server;
  EngineRun run(
      load_of({get("/"), post("/", std::string(100'000, 'x')),
               request(model::Method::head, "/{{ $sequence }}"), request(model::Method::del, "/")},
              1'000, 10),
      server.url());
  for (int cycle = 0; cycle < 3; ++cycle) {
    const auto outcome = run.cycle();
    CHECK(outcome.sent == 1'000);
    CHECK(outcome.answered == 1'000);
    CHECK(outcome.failed == 0);
  }
  const auto seen = server.count();
  CHECK(seen.requests == 3'000);
  CHECK(seen.connections <= 10);
}

TEST_CASE("http.Server: without keepAlive, as many connections as requests") {
  NodeServer server;
  auto spec = load_of({get("/")}, 300, 10);
  spec.keep_alive = false;
  EngineRun run(spec, server.url());
  CHECK(run.cycle().answered == 300);
  const auto seen = server.count();
  CHECK(seen.requests == 300);
  CHECK(seen.connections == 300);
}

TEST_CASE("http.Server: a request that it handled and did not answer is not sent again") {
  NodeServer server;
  EngineRun run(load_of({get("/"), get("/destroy")}, 400, 5), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 400);
  CHECK(outcome.answered == 200);
  CHECK(outcome.failed == 200);
  CHECK(server.count().requests == 400);
}

TEST_CASE(
    "http.Server: requests that meet the closing of a resting connection are counted once or not") {
  NodeServer server(5);
  EngineRun run(load_of({get("/"), model::ThinkStep{5ms}, get("/"), model::ThinkStep{6ms}}, 600, 2),
                server.url());
  const auto outcome = run.cycle();
  CAPTURE(list(run.engine->summary().errors));
  CHECK(outcome.answered + outcome.failed == 600);
  const auto seen = server.count();
  CHECK(outcome.answered <= seen.requests);
  CHECK(seen.requests <= outcome.sent);
  CHECK(outcome.sent <= 600);
  CHECK(seen.connections > 2);
  for (const auto& [kind, count] : run.engine->summary().errors) CHECK(kind == "connection closed");
}
