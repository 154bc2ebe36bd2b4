#include "harness/agent/connection.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

using namespace leakcheck;
using agent::Connection;

namespace {

constexpr std::chrono::seconds kPatience{10};

struct Connected {
  EventLoop loop;
  UniqueFd peer;
  std::vector<std::string> lines;
  int closed = 0;
  std::unique_ptr<Connection> connection;

  Connected() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    peer.reset(ends[1]);
    connection = std::make_unique<Connection>(
        UniqueFd(ends[0]), loop,
        Connection::Callbacks{[this](std::string_view line) { lines.emplace_back(line); },
                              [this] { ++closed; }});
  }
  /// All of it, turning the loop whenever the socket is full; false when the other end is gone.
  bool write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(peer.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
      if (count < 0 && errno == EPIPE) return false;
      if (count < 0) loop.run_once(loop.now() + kPatience);
    }
    return true;
  }
  void turn() { loop.run_once(loop.now() + kPatience); }
  bool wait_for(const std::function<bool()>& done) {
    return loop.run_until(done, loop.now() + kPatience);
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_SUITE("Connection") {
  TEST_CASE("several lines in one read, in order") {
    Connected it;
    it.write("one\ntwo\n\nthree\n");
    it.turn();
    CHECK(it.lines == Lines{"one", "two", "", "three"});
  }

  TEST_CASE("a line that comes in pieces is given out once it is whole") {
    Connected it;
    for (const std::string piece : {"o", "n", "e\ntw"}) {
      it.write(piece);
      it.turn();
    }
    CHECK(it.lines == Lines{"one"});
    it.write("o\n");
    it.turn();
    CHECK(it.lines == Lines{"one", "two"});
  }

  TEST_CASE("a line as long as is allowed comes whole") {
    Connected it;
    const std::string longest(Connection::kLongestLine, 'x');
    it.write(longest);
    it.write("\n");
    REQUIRE(it.wait_for([&] { return !it.lines.empty(); }));
    CHECK(it.lines.front() == longest);
    CHECK(it.closed == 0);
  }

  TEST_CASE("a line without an end closes the connection, once, and keeps no memory") {
    Connected it;
    const std::string block(1 << 16, 'x');
    for (int i = 0; i < 40 && it.write(block); ++i) continue;
    REQUIRE(it.wait_for([&] { return it.closed > 0; }));
    CHECK(it.lines.empty());
    CHECK_FALSE(it.connection->is_open());
    it.connection->send("to nobody\n");
    CHECK(it.closed == 1);
  }

  TEST_CASE("the peer closes: what it had said comes first, half a line not at all") {
    Connected it;
    it.write("last words\nhalf");
    it.peer.reset();
    REQUIRE(it.wait_for([&] { return it.closed > 0; }));
    CHECK(it.lines == Lines{"last words"});
    CHECK(it.closed == 1);
  }

  TEST_CASE("a peer that does not read: all arrives once it does, and nothing blocks") {
    Connected it;
    std::string sent;
    while (sent.size() < 600'000) {
      const std::string line = std::to_string(sent.size()) + "\n";
      it.connection->send(line);
      sent += line;
    }
    std::string got;
    std::array<char, 65536> block;
    REQUIRE(it.wait_for([&] {
      for (ssize_t count; (count = ::recv(it.peer.get(), block.data(), block.size(), 0)) > 0;)
        got.append(block.data(), static_cast<std::size_t>(count));
      return got.size() >= sent.size();
    }));
    CHECK(got == sent);
    CHECK(it.closed == 0);
  }

  TEST_CASE("a peer that is gone: sending does no harm, and the end is told once") {
    Connected it;
    it.peer.reset();
    it.connection->send("are you there?\n");
    it.connection->send("hello?\n");
    REQUIRE(it.wait_for([&] { return it.closed > 0; }));
    CHECK(it.closed == 1);
  }

  TEST_CASE("destroyed, it is silent: nothing is called back, the peer sees the end") {
    Connected it;
    it.write("too late\n");
    it.connection.reset();
    it.loop.run_until([] { return false; }, it.loop.now() + std::chrono::milliseconds(5));
    CHECK(it.lines.empty());
    CHECK(it.closed == 0);
    char byte = 0;
    CHECK(::recv(it.peer.get(), &byte, 1, 0) <= 0);
  }

  TEST_CASE("it knows its peer") {
    const Connected it;
    CHECK(it.connection->peer_pid() == ::getpid());
    CHECK(it.connection->peer_is_ours());
  }
}
