// WebSocket steps against services that do not do what they should.
#include <algorithm>
#include <optional>

#include "tests/node/load/socket_server.hpp"
#include "tests/node/load/web_socket_run.hpp"

using namespace leakcheck;
using namespace leakcheck::test;
using load::WebSocketTalk;

namespace {

/// Also: a talk that failed answers nothing, and the next one of the user works.
std::string failure_of(WebSocketRun& run, const WebSocketTalk& talk) {
  const Ended ended = run.run(talk);
  CHECK(ended.status == 0);
  CHECK(run.run(talk_at("/echo", {"again"}, 1)).body == "again");
  return ended.failure;
}

}  // namespace

TEST_CASE("WebSocketClient: an upgrade that is refused, or not what it should be") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  CHECK(failure_of(run, talk_at("/refused", {"a"}, 1)) == "upgrade refused");
  CHECK(failure_of(run, talk_at("/moved", {"a"}, 1)) == "upgrade refused");
  CHECK(failure_of(run, talk_at("/wrong-accept", {"a"}, 1)) == "malformed answer");
  CHECK(failure_of(run, talk_at("/no-http", {"a"}, 1)) == "malformed answer");
  CHECK(failure_of(run, talk_at("/half-a-head", {"a"}, 1)) == "connection closed");
  CHECK(failure_of(run, talk_at("/no-answer", {"a"}, 1)) == "connection closed");
  CHECK(run.client.sent() == 12);
  CHECK(run.client.connections() == 12);
  CHECK(server.seen("upgrades") == 12);
  CHECK(server.seen("messages") == 6);
}

TEST_CASE("WebSocketClient: a header too long to be sent is a failure of the request") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  WebSocketTalk talk = talk_at("/echo");
  talk.headers = {{"X-User", std::string(70'000, 'x')}};
  CHECK(failure_of(run, talk) == "header too long");
  CHECK(run.client.sent() == 1);
}

TEST_CASE("WebSocketClient: nobody listens") {
  load::Origin gone;
  {
    const SocketServer server;
    gone.url = server.url();
  }
  WebSocketRun run(gone);
  CHECK(run.run(talk_at("/echo")).failure == "connection refused");
  CHECK(run.client.sent() == 0);
  CHECK(run.client.connections() == 0);
}

TEST_CASE("WebSocketClient: silence is a timeout, before the upgrade and after it") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  WebSocketTalk talk = talk_at("/never-upgraded", {"a"}, 1);
  talk.timeout = 1s;
  CHECK(failure_of(run, talk) == "timeout");
  run.wait_until_seen(server, "ends", 1);
  talk.target = "/silent";
  CHECK(failure_of(run, talk) == "timeout");
  run.wait_until_seen(server, "close.1006", 1);
  CHECK(server.seen("messages") == 3);  // the message came, and those of "again"
}

TEST_CASE("WebSocketClient: a service that answers some of the messages that are waited for") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  WebSocketTalk talk = talk_at("/echo", {"a", "b"}, 3);
  talk.timeout = 1s;
  const Ended ended = run.run(talk);
  CHECK(ended.failure == "timeout");
  CHECK(ended.status == 0);
  CHECK(ended.body_bytes == 2);
}

TEST_CASE("WebSocketClient: a service that closes too early, in order or not") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  CHECK(failure_of(run, talk_at("/closes-first", {"a"}, 1)) == "connection closed");
  run.wait_until_seen(server, "close.4000", 1);  // the close frame was answered
  CHECK(failure_of(run, talk_at("/vanishes", {"a"}, 1)) == "connection closed");
}

TEST_CASE("WebSocketClient: the end of the hold is ours; before it, it is a failure") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  for (const auto end : {model::HeldEnd::close, model::HeldEnd::abandon}) {
    WebSocketTalk talk = talk_at("/closes-later");
    talk.end = end;
    talk.hold = 10s;
    CHECK(failure_of(run, talk) == "connection closed");
  }
}

TEST_CASE("WebSocketClient: what breaks the protocol is malformed, and is told so") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  CHECK(failure_of(run, talk_at("/garbage", {}, 1)) == "malformed answer");
  run.wait_until_seen(server, "close.1002", 1);
  CHECK(failure_of(run, talk_at("/not-text", {}, 1)) == "malformed answer");
  run.wait_until_seen(server, "close.1007", 1);
}

TEST_CASE("WebSocketClient: a service that never answers the close frame is no failure") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  WebSocketTalk talk = talk_at("/ignores-frames", {"a"});
  talk.timeout = 400ms;
  const TimePoint start = run.loop.now();
  const Ended ended = run.run(talk);
  CHECK(run.loop.now() - start >= 400ms);
  CHECK(ended.failure == "");
  CHECK(ended.status == 101);
  run.wait_until_seen(server, "ends", 1);
  CHECK(server.seen("data") == 1);
}

TEST_CASE("WebSocketClient: many messages at once do not keep the loop to themselves") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  run.client.start(0, talk_at("/burst", {}, 20'000));
  while (server.seen("open") == 0) run.loop.run_once(run.loop.now());
  for (int i = 0; i < 5; ++i) server.seen();  // by now all of them wait for us
  const std::int64_t before = run.client.received_bytes();
  run.loop.run_once(run.loop.now() + 1s);
  run.loop.run_once(run.loop.now() + 1s);
  CHECK(run.client.received_bytes() > before);
  CHECK(run.client.received_bytes() - before < 20'000);
  run.wait_for([&] { return run.count == 1; });
  CHECK(run.ended[0][0].failure == "");
  CHECK(run.client.received_bytes() > 40'000);
}

TEST_CASE("WebSocketClient: a service that never stops sending is closed after the hold") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  WebSocketTalk talk = talk_at("/flood", {}, 10);
  talk.hold = 300ms;
  const Ended ended = run.run(talk);
  CHECK(ended.failure == "");
  CHECK(ended.body_bytes > 1'000);
  CHECK(ended.body_bytes % 100 == 0);
  CHECK(run.client.received_bytes() > ended.body_bytes);
}

TEST_CASE("WebSocketClient: a message that the service does not take in is a timeout") {
  WebSocketServer server;
  WebSocketRun run(server.origin());
  WebSocketTalk talk = talk_at("/not-read", {std::string(30'000'000, 'x')});
  talk.timeout = 500ms;
  CHECK(failure_of(run, talk) == "timeout");
}

TEST_CASE("WebSocketClient: what is cancelled ends at once and is not called back") {
  WebSocketServer server;
  const std::size_t kUsers = 30;
  WebSocketRun run(server.origin(), kUsers);
  WebSocketTalk talk = talk_at("/echo", {"a", "b"}, 2);
  talk.hold = 20s;
  // At every moment of a talk: before it connects, in the handshake, between the messages, and
  // while it holds.
  for (std::size_t user = 0; user < kUsers; ++user) {
    run.client.start(user, talk);
    for (std::size_t turn = 0; turn < user; ++turn) run.loop.run_once(run.loop.now() + 20ms);
    run.client.cancel(user);
    CHECK_FALSE(run.client.is_in_flight(user));
    run.client.cancel(user);
  }
  run.rest(50ms);
  CHECK(run.count == 0);
  auto seen = server.seen();
  CHECK(seen["open"] > 0);
  CHECK(seen["open"] < 30);
  run.wait_until_seen(server, "close.1006", seen["open"]);
  CHECK(run.run(talk_at("/echo", {"c"}, 1)).body == "c");
}

TEST_CASE("WebSocketClient: from the end of one talk all others can be cancelled") {
  WebSocketServer server;
  const std::size_t kUsers = 30;
  WebSocketRun run(server.origin(), kUsers);
  run.on_done = [&](std::size_t) {
    for (std::size_t user = 0; user < kUsers; ++user) run.client.cancel(user);
  };
  for (std::size_t user = 0; user < kUsers; ++user)
    run.client.start(user, talk_at("/echo", {"a"}, 1));
  run.wait_for([&] { return run.count == 1; });
  run.rest(50ms);
  CHECK(run.count == 1);
}

TEST_CASE("WebSocketClient: one that is destroyed in the middle of its talks calls nobody") {
  WebSocketServer server;
  for (int turns = 0; turns < 24; ++turns) {
    std::optional<WebSocketRun> run;
    run.emplace(server.origin(), 10);
    for (std::size_t user = 0; user < 10; ++user)
      run->client.start(user, talk_at(user % 2 == 0 ? "/flood" : "/pings", {"a"}, 100'000));
    for (int i = 0; i < turns; ++i) run->loop.run_once(run->loop.now() + 20ms);
    CHECK(run->count == 0);
    run->on_done = [](std::size_t) { FAIL("called back"); };
    run.reset();
  }
}
