// WebSocket steps against the package ws.
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "tests/node/load/node_server.hpp"
#include "tests/node/load/web_socket_run.hpp"

using namespace leakcheck;
using namespace leakcheck::test;
using load::WebSocketTalk;

TEST_CASE("WebSocketClient: what it sends comes back, message by message, and it closes") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  const Ended ended = run.run(talk_at("/echo", {"hello", "", "wörld"}, 3));
  CHECK(ended.failure == "");
  CHECK(ended.status == 101);
  CHECK(ended.body == "wörld");
  CHECK(ended.body_bytes == 11);
  CHECK(run.client.sent() == 1);
  CHECK(run.client.connections() == 1);
  CHECK(run.client.received_bytes() > 11);
  run.wait_until_seen(server, "close.1000", 1);
  auto seen = server.seen();
  CHECK(seen["connections"] == 1);
  CHECK(seen["upgrades"] == 1);
  CHECK(seen["messages"] == 3);
  CHECK(seen["bytes"] == 11);
  CHECK(seen["binary"] == 0);
  CHECK(seen["extensions"] == 0);
  CHECK(seen["other-host"] == 0);
  CHECK(seen["errors"] == 0);
}

TEST_CASE("WebSocketClient: headers go with the upgrade, and Host can be another") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  WebSocketTalk talk = talk_at("/echo");
  talk.headers = {{"X-User", "seven"}, {"Host", "elsewhere"}};
  CHECK(run.run(talk).status == 101);
  CHECK(server.seen("user.seven") == 1);
  CHECK(server.seen("other-host") == 1);
}

TEST_CASE("WebSocketClient: messages that nobody asked for, text and binary, short and long") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  const Ended all = run.run(talk_at("/push", {}, 5));
  CHECK(all.failure == "");
  CHECK(all.body == std::string("\0\xff", 2));
  CHECK(all.body_bytes == 100'010);
  const Ended some = run.run(talk_at("/push", {}, 3));
  CHECK(some.failure == "");
  CHECK(some.body_bytes >= 8);
  const Ended in_parts = run.run(talk_at("/fragments", {}, 1));
  CHECK(in_parts.body.size() == 40);
  CHECK(in_parts.body.ends_with("last"));
  run.wait_until_seen(server, "close.1000", 3);
}

TEST_CASE("WebSocketClient: large messages go both ways, 16 MB at most") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  std::string large(3'000'000, 'x');
  for (std::size_t i = 0; i < large.size(); i += 7) large[i] = static_cast<char>('a' + i % 26);
  const Ended echoed = run.run(talk_at("/echo", {large, large + "!"}, 2));
  CHECK(echoed.failure == "");
  CHECK(echoed.body == large + "!");
  CHECK(server.seen("bytes") == 6'000'001);
  const Ended longest = run.run(talk_at("/long", {}, 1));
  CHECK(longest.failure == "");
  CHECK(longest.body_bytes == 16 << 20);
  CHECK(run.run(talk_at("/too-long", {}, 1)).failure == "message too long");
}

TEST_CASE("WebSocketClient: pings are answered, while it waits and while it holds") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  CHECK(run.run(talk_at("/pings", {}, 1)).body == "three pongs");
  CHECK(server.seen("pongs") == 3);
  WebSocketTalk holding = talk_at("/pings");
  holding.hold = 1s;
  const Ended held = run.run(holding);
  CHECK(held.failure == "");
  CHECK(held.body == "three pongs");
  CHECK(server.seen("pongs") == 6);
}

TEST_CASE("WebSocketClient: the hold is not counted in the timeout, and is as long as it is") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  WebSocketTalk talk = talk_at("/echo", {"a"}, 1);
  talk.timeout = 2s;
  talk.hold = 2'500ms;
  const TimePoint start = run.loop.now();
  CHECK(run.run(talk).failure == "");
  CHECK(run.loop.now() - start >= 2'500ms);
  run.wait_until_seen(server, "close.1000", 1);
}

TEST_CASE("WebSocketClient: an abandoned connection is reset, without a close frame") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  WebSocketTalk talk = talk_at("/echo", {"a"}, 1);
  talk.end = model::HeldEnd::abandon;
  const Ended ended = run.run(talk);
  CHECK(ended.failure == "");
  CHECK(ended.status == 101);
  run.wait_until_seen(server, "close.1006", 1);
  CHECK(server.seen("ECONNRESET") == 1);
  CHECK(server.seen("close.1000") == 0);
}

TEST_CASE("WebSocketClient: two hundred users at once, each with its own messages") {
  WebSocketServer server;
  constexpr std::size_t kUsers = 200;
  constexpr std::size_t kTalks = 3;
  WebSocketRun run(server.origin(), kUsers);
  const auto start = [&](std::size_t user) {
    const std::string name = std::to_string(user) + "/" + std::to_string(run.ended[user].size());
    run.client.start(user, talk_at("/echo", {"one of " + name, "two of " + name}, 2));
  };
  run.on_done = [&](std::size_t user) {
    if (run.ended[user].size() < kTalks) start(user);
  };
  for (std::size_t user = 0; user < kUsers; ++user) start(user);
  run.wait_for([&] { return run.count == kUsers * kTalks; });
  for (std::size_t user = 0; user < kUsers; ++user)
    for (std::size_t i = 0; i < kTalks; ++i) {
      CHECK(run.ended[user][i].failure == "");
      CHECK(run.ended[user][i].body == "two of " + std::to_string(user) + "/" + std::to_string(i));
    }
  run.wait_until_seen(server, "close.1000", 600);
  auto seen = server.seen();
  CHECK(seen["connections"] == 600);
  CHECK(seen["upgrades"] == 600);
  CHECK(seen["messages"] == 1'200);
  CHECK(seen["errors"] == 0);
  CHECK(run.client.sent() == 600);
  CHECK(run.client.connections() == 600);
}

TEST_CASE("WebSocketClient: the service closes the connection first, so that no port is used up") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  for (int i = 0; i < 20; ++i) CHECK(run.run(talk_at("/echo", {"a"}, 1)).failure == "");
  // The end that closes first waits in TIME_WAIT (06): that of the server.
  const std::string port = server.origin().url.substr(17);
  std::ostringstream hex;
  hex << ':' << std::uppercase << std::hex << std::stoi(port);
  int ours = 0;
  int theirs = 0;
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string number, local, remote, state;
    words >> number >> local >> remote >> state;
    if (state == "06" && local.ends_with(hex.str())) ++theirs;
    if (state == "06" && remote.ends_with(hex.str())) ++ours;
  }
  CHECK(ours == 0);
  CHECK(theirs == 20);
}

TEST_CASE("WebSocketClient: over TLS, with a certificate that is trusted or not") {
  const Certificate certificate;
  WebSocketServer server({certificate.key(), certificate.file()});
  load::Origin origin = server.origin("https");
  {
    WebSocketRun run(origin);
    const Ended refused = run.run(talk_at("/echo", {"a"}, 1));
    CHECK(refused.failure == "certificate not trusted");
    CHECK(refused.status == 0);
    CHECK(run.client.sent() == 0);
    CHECK(run.client.connections() == 0);
  }
  origin.tls.ca_file = certificate.file();
  WebSocketRun run(origin, 50);
  const std::string large(300'000, 'x');
  for (std::size_t user = 0; user < 50; ++user)
    run.client.start(user, talk_at("/echo", {large, "small"}, 2));
  run.wait_for([&] { return run.count == 50; });
  for (const auto& [user, talks] : run.ended) {
    CHECK(talks[0].failure == "");
    CHECK(talks[0].body == "small");
    CHECK(talks[0].body_bytes == 300'005);
  }
  run.wait_until_seen(server, "close.1000", 50);
  CHECK(server.seen("connections") == 50);
  WebSocketTalk abandoned = talk_at("/push", {}, 5);
  abandoned.end = model::HeldEnd::abandon;
  CHECK(run.run(abandoned).body_bytes == 100'010);
  run.wait_until_seen(server, "close.1006", 1);
}

TEST_CASE("WebSocketClient: over a unix socket") {
  std::string folder = std::filesystem::temp_directory_path() / "leakcheck-unix-XXXXXX";
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const std::string path = folder + "/service.sock";
  {
    WebSocketServer server({path});
    load::Origin origin = server.origin();
    origin.url = "http://localhost";
    origin.socket_path = path;
    WebSocketRun run(origin);
    CHECK(run.run(talk_at("/echo", {"a", "b"}, 2)).body == "b");
    run.wait_until_seen(server, "close.1000", 1);
  }
  std::filesystem::remove_all(folder);
}
