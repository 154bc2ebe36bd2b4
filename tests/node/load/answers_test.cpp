// Answers of every shape and size: each is read to its end, and nothing of it is kept.
#include <unistd.h>

#include <fstream>

#include "tests/node/load/engine_run.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;

namespace {

std::int64_t resident_bytes() {
  std::int64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * ::sysconf(_SC_PAGESIZE);
}

/// A cycle in which all is answered, over one connection for each user.
void check_all_answered(const model::LoadSpec& spec, SocketServer& server) {
  EngineRun run(spec, server.url());
  const auto outcome = run.cycle();
  CAPTURE(list(run.engine->summary().errors));
  CHECK(outcome.answered == spec.cycles.requests);
  CHECK(outcome.failed == 0);
  CHECK(server.requests() == spec.cycles.requests);
  CHECK(server.connections() == spec.vus);
}

}  // namespace

TEST_CASE("answers: HEAD, 204 and 304 have no body, whatever their headers say") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.method == "HEAD")
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    else if (request.path == "/204")
      peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    else
      peer.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n");
  });
  check_all_answered(
      load_of({request(model::Method::head, "/"), get("/204"), get("/304"), get("/204")}, 40, 1),
      server);
}

TEST_CASE("answers: chunks, trailers and empty bodies") {
  SocketServer server([](Peer& peer, const Request& request) {
    if (request.path == "/empty") return peer.answer(200);
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n");
    peer.send("0\r\nX-Trailer: 1\r\n\r\n");
  });
  check_all_answered(load_of({get("/chunked"), get("/empty")}, 40, 1), server);
}

TEST_CASE("answers: 100 and 103 come before the answer and are none") {
  SocketServer server([](Peer& peer, const Request& request) {
    peer.send("HTTP/1.1 100 Continue\r\n\r\n");
    peer.read_body(request);
    peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
    peer.answer(201, "made");
  });
  auto spec = load_of({post("/", "body"), get("/")}, 20, 1);
  EngineRun run(spec, server.url());
  CHECK(run.cycle().answered == 20);
  CHECK(list(run.engine->summary().statuses) == "201 20");
  CHECK(server.connections() == 1);
}

TEST_CASE("answers: an end after 103 is no answer") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
    peer.close();
  });
  EngineRun run(load_of({get("/")}, 5, 1), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.answered == 0);
  CHECK(outcome.failed == 5);
  CHECK(outcome.sent == server.requests());
}

TEST_CASE("answers: a body without a length ends with its connection") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
    peer.close();
  });
  EngineRun run(load_of({get("/")}, 20, 2), server.url());
  CHECK(run.cycle().answered == 20);
  CHECK(server.connections() == 20);
}

TEST_CASE("answers: a byte at a time") {
  SocketServer server([](Peer& peer, const Request&) {
    for (const char c : std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))
      peer.send({&c, 1});
  });
  check_all_answered(load_of({get("/")}, 20, 3), server);
}

TEST_CASE("answers: bodies of any size are read and not kept") {
  constexpr std::int64_t kBodyBytes = 64 << 20;
  SocketServer server([](Peer& peer, const Request& request) {
    static const std::string piece(1 << 16, 'x');
    const bool chunked = request.path == "/chunked";
    peer.send(chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      : "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBodyBytes) +
                            "\r\n\r\n");
    for (std::int64_t sent = 0; sent < kBodyBytes;
         sent += static_cast<std::int64_t>(piece.size())) {
      if (chunked) peer.send("10000\r\n");
      peer.send(piece);
      if (chunked) peer.send("\r\n");
    }
    if (chunked) peer.send("0\r\n\r\n");
  });
  const std::int64_t before = resident_bytes();
  check_all_answered(load_of({get("/sized"), get("/chunked")}, 4, 2), server);
  CHECK(resident_bytes() - before < (16 << 20));
}

TEST_CASE("answers: compressed ones are left as they are, cookies are not sent back") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.answer(200, "not gzip at all", "Content-Encoding: gzip\r\nSet-Cookie: a=b\r\n");
  });
  check_all_answered(load_of({get("/")}, 10, 1), server);
  for (const Request& seen : server.seen()) CHECK(seen.header("Cookie").empty());
}

TEST_CASE("answers: a redirect is an answer and is not followed") {
  SocketServer server(
      [](Peer& peer, const Request&) { peer.answer(302, "", "Location: /elsewhere\r\n"); });
  check_all_answered(load_of({get("/")}, 10, 1), server);
  CHECK(list(server.seen_by_path()) == "/ 10");
}

TEST_CASE("answers: neither a challenge nor a refused expectation makes a second request") {
  SocketServer server([](Peer& peer, const Request& request) {
    peer.read_body(request);
    if (request.path == "/401")
      peer.answer(401, "", "WWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\r\n");
    else
      peer.answer(std::stoi(request.path.substr(1)), "", "Retry-After: 1\r\n");
  });
  EngineRun run(load_of({get("/401"), post("/417", "x"), get("/421"), get("/503")}, 40, 2),
                server.url());
  CHECK(run.cycle().answered == 40);
  CHECK(server.requests() == 40);
}

TEST_CASE("answers: an error that comes before a large body is read") {
  const std::string large(8 << 20, 'x');
  SocketServer server([](Peer& peer, const Request& request) {
    peer.answer(500, "no");
    if (request.path == "/linger") return (void)peer.read_body(request);
    peer.close();  // unread data turn this into a reset
  });
  EngineRun run(load_of({post("/linger", large), post("/close", large)}, 20, 2), server.url());
  const auto outcome = run.cycle();
  CHECK(outcome.sent == 20);
  CHECK(outcome.sent == server.requests());
  CHECK(outcome.failed == 20);
  CHECK(outcome.answered >= 10);  // the others: the reset may come before the answer is read
  CHECK(run.engine->summary().errors.at("status 500") == outcome.answered);
  CAPTURE(list(run.engine->summary().errors));
  for (const auto& [kind, count] : run.engine->summary().errors)
    CHECK((kind == "status 500" || kind == "connection reset"));
}
