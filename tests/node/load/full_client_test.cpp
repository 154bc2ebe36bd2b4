// The full path over HTTP/1.1, against servers of Node.js: what FastClient does not do, and that
// each hop goes out once.
#include <unistd.h>

#include <fstream>

#include "harness/base/file.hpp"
#include "tests/node/load/full_run.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;
using load::Handling;
using load::HttpPart;
using load::HttpRequest;
using model::Method;
using When = model::Abort::When;

namespace {

Handling following(int redirects) {
  Handling handling = looked_at();
  handling.redirects = redirects;
  return handling;
}

HttpRequest form(std::vector<HttpPart> parts) {
  HttpRequest request{Method::post, "/form", {}, std::nullopt};
  request.parts = std::move(parts);
  return request;
}

/// The server's own count, when it has had time to notice that a client has gone.
template <typename Done>
FullServer::Seen soon(FullServer& server, FullRun& run, Done done) {
  FullServer::Seen seen = server.seen();
  for (int tries = 0; tries < 200 && !done(seen); ++tries) {
    run.rest(10ms);
    seen = server.seen();
  }
  return seen;
}

}  // namespace

TEST_CASE("FullClient: head, body and their size are those of the answer") {
  FullServer server("http");
  FullRun run(server.url);
  const Answer answer = run.post("/echo", "hello");
  CHECK(answer.status == 200);
  CHECK(answer.failure.empty());
  CHECK(answer.body == "hello");
  CHECK(answer.body_bytes == 5);
  CHECK(answer.header("X-Method") == "POST");
  CHECK(answer.header("X-Expect") == "none");
  CHECK(answer.head.find("HTTP/") == std::string::npos);
  CHECK(answer.head.ends_with("\r\n"));
  CHECK_FALSE(answer.head.ends_with("\r\n\r\n"));
  CHECK(run.client->sent() == 1);
  CHECK(run.client->connections() == 1);
  CHECK(run.client->received_bytes() > 5);

  Handling nothing;
  nothing.timeout = 20s;
  const Answer unseen = run.post("/echo", "hello", nothing);
  CHECK(unseen.status == 200);
  CHECK(unseen.head.empty());
  CHECK(unseen.body.empty());
  CHECK(unseen.body_bytes == 5);
}

TEST_CASE("FullClient: a trailer is no part of the head") {
  SocketServer server([](Peer& peer, const Request&) {
    peer.send("HTTP/1.1 200 OK\r\nX-Head: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
    peer.send("0\r\nX-Trailer: 1\r\n\r\n");
  });
  FullRun run(server.url());
  const Answer answer = run.get("/");
  CHECK(answer.body == "ok");
  CHECK(answer.head == "X-Head: 1\r\nTransfer-Encoding: chunked\r\n");
}

TEST_CASE("FullClient: redirects are followed, and each hop is a request that the service sees") {
  FullServer server("http");
  FullRun run(server.url);
  const Answer answer = run.get("/hops/3", following(5));
  CHECK(answer.status == 200);
  CHECK(answer.body == "hop 0");
  CHECK(answer.body_bytes == 5);
  CHECK(answer.header("X-Final") == "yes");
  CHECK(answer.header("X-Hop").empty());
  CHECK(answer.header("Location").empty());
  CHECK(run.client->sent() == 4);
  CHECK(server.seen().requests == 4);
  CHECK(run.client->connections() == 1);

  const Answer first = run.get("/hops/3");  // as asked before: the handle forgets
  CHECK(first.status == 302);
  CHECK(first.body == "hop 3");
  CHECK(run.client->sent() == 5);
}

TEST_CASE("FullClient: a redirect past the limit, and one to where nobody can go, have names") {
  FullServer server("http");
  FullRun run(server.url);
  CHECK(run.get("/hops/3", following(3)).status == 200);
  CHECK(run.client->sent() == 4);
  const Answer circle = run.get("/circle", following(3));
  CHECK(circle.status == 0);
  CHECK(circle.failure == "too many redirects");
  CHECK(run.client->sent() == 8);
  CHECK(run.get("/to-ftp", following(3)).failure == "malformed redirect");
  CHECK(run.get("/to-nowhere", following(3)).failure == "malformed redirect");
  CHECK(run.client->sent() == 10);
  CHECK(server.seen().requests == 10);
}

TEST_CASE("FullClient: 303 makes a GET of every method, 307 keeps method and body") {
  FullServer server("http");
  FullRun run(server.url);
  for (const Method method : {Method::post, Method::put, Method::patch, Method::del}) {
    CAPTURE(model::to_string(method));
    const HttpRequest request{method, "/see-other", {}, "a body"};
    const Answer seen = run.send(request, following(1));
    CHECK(seen.status == 200);
    CHECK(seen.header("X-Method") == "GET");
    CHECK(seen.body.empty());
    // The handle has its method back.
    CHECK(run.send({method, "/echo", {}, "a body"}).header("X-Method") == model::to_string(method));
    const Answer kept = run.send({method, "/temporary", {}, "a body"}, following(1));
    CHECK(kept.header("X-Method") == model::to_string(method));
    CHECK(kept.body == "a body");
  }
}

TEST_CASE("FullClient: a connection that dies in a later hop is not repeated there either") {
  FullServer server("http");
  FullRun run(server.url);
  CHECK(run.get("/").status == 200);
  const Answer answer = run.get("/to-destroy", following(3));
  CHECK(answer.status == 0);
  CHECK(answer.failure == "connection closed");
  CHECK(run.client->sent() == 3);
  CHECK(server.seen().requests == 3);
}

TEST_CASE("FullClient: multipart, as Node.js parses it") {
  const Certificate folder;  // any that goes away
  const auto file = folder.file().parent_path() / "upload \"1\".bin";
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>('a' + i % 26);
  REQUIRE(write_file(file, bytes));
  FullServer server("http");
  FullRun run(server.url);
  const HttpRequest request = form({{"title", "grüße\r\n--x", {}, "", ""},
                                    {"note", "{}", {}, "note.json", "application/json"},
                                    {"file", "", file, "data.bin", "application/x-thing"}});
  for (int i = 0; i < 3; ++i) {
    const Answer answer = run.send(request);
    CHECK(answer.failure.empty());
    const bool is_same =
        answer.body == "title=grüße\r\n--x\nnote={};note.json;application/json\nfile=" + bytes +
                           ";data.bin;application/x-thing";
    CHECK_MESSAGE(is_same, answer.body.substr(0, 200));
  }
  // The same prepared request in the hands of several users at once.
  auto shared = load::PreparedRequest::create([&] {
    HttpRequest other = request;
    other.url = server.url + other.url;
    return other;
  }());
  REQUIRE(shared);
  for (std::size_t user = 0; user < 4; ++user) run.client->start(user, *shared, looked_at());
  run.client->flush();
  REQUIRE(run.loop.run_until([&] { return run.done == 7; }, run.loop.now() + 30s));
  for (std::size_t user = 0; user < 4; ++user) CHECK(run.answers[user].body == run.answers[0].body);
  CHECK(run.answers[0].body.size() > bytes.size());
  // And a plain one after it.
  const Answer plain = run.post("/echo", "plain");
  CHECK(plain.header("X-Type") == "text/plain");
  CHECK(plain.body == "plain");
}

TEST_CASE("FullClient: a file of a part that goes away between requests has a name in errors") {
  const Certificate folder;
  FullServer server("http");
  FullRun run(server.url);
  auto prepared = load::PreparedRequest::create([&] {
    HttpRequest request = form({{"file", "", folder.file(), "x", ""}});
    request.url = server.url + request.url;
    return request;
  }());
  REQUIRE(prepared);
  std::filesystem::remove(folder.file());
  run.client->start(0, *prepared, looked_at());
  run.client->flush();
  REQUIRE(run.loop.run_until([&] { return run.done == 1; }, run.loop.now() + 30s));
  CHECK(run.answers[0].failure == "file not readable");
}

TEST_CASE("FullClient: compressed answers are asked for and read, and only then") {
  FullServer server("http");
  FullRun run(server.url);
  Handling compressed = looked_at();
  compressed.compressed = true;
  CHECK(run.get("/echo", compressed).header("X-Accepts").find("gzip") != std::string::npos);
  const auto before = run.client->received_bytes();
  const Answer gzip = run.get("/gzip", compressed);
  CHECK(gzip.body.find_first_not_of('x') == std::string::npos);
  CHECK(gzip.body_bytes == 1 << 20);
  CHECK(run.client->received_bytes() - before < 10'000);
  CHECK(run.get("/br", compressed).body == "compressed");
  CHECK(run.get("/not-gzip", compressed).failure == "malformed answer");
  CHECK(run.get("/echo").header("X-Accepts") == "none");
  CHECK(run.get("/gzip").body.starts_with("\x1f\x8b"));
}

TEST_CASE("FullClient: a body that is looked at is kept up to 16 MB, and then named") {
  FullServer server("http");
  FullRun run(server.url);
  const Answer answer = run.get("/huge");
  CHECK(answer.failure == "answer too large to look at");
  CHECK(answer.body.empty());
  Handling unseen = looked_at();
  unseen.wants_body = false;
  CHECK(run.get("/huge", unseen).body_bytes == 17 << 20);
}

TEST_CASE("FullClient: aborted some time after the request, with and without a body") {
  FullServer server("http");
  FullRun run(server.url);
  for (const std::string body : {"", "with a body"}) {
    const TimePoint began = run.loop.now();
    const auto handling = aborted(When::after, 0, 30ms);
    const Answer answer =
        body.empty() ? run.get("/never", handling) : run.post("/never", body, handling);
    CHECK(run.loop.now() - began >= 30ms);
    CHECK(answer.aborted);
    CHECK(answer.failure.empty());
    CHECK(answer.status == 0);
  }
  CHECK(run.client->sent() == 2);
  const auto seen = soon(server, run, [](auto it) { return it.aborted == 2; });
  CHECK(seen.requests == 2);
  CHECK(seen.aborted == 2);
  CHECK(seen.uploaded == 11);
  // An answer that comes first is an answer.
  const Answer quick = run.get("/", aborted(When::after, 0, 10'000ms));
  CHECK(quick.status == 200);
  CHECK_FALSE(quick.aborted);
  CHECK(run.get("/").status == 200);
}

TEST_CASE("FullClient: aborted in the middle of the answer's body") {
  FullServer server("http");
  FullRun run(server.url);
  const Answer answer = run.get("/endless", aborted(When::at_body, 100'000));
  CHECK(answer.aborted);
  CHECK(answer.failure.empty());
  CHECK(answer.body_bytes >= 100'000);
  CHECK(answer.body_bytes < 200'000);
  CHECK(soon(server, run, [](auto it) { return it.aborted == 1; }).aborted == 1);
  const Answer whole = run.get("/", aborted(When::at_body, 3));
  CHECK(whole.status == 200);
  CHECK_FALSE(whole.aborted);
}

TEST_CASE("FullClient: aborted in the middle of an upload, to the byte") {
  FullServer server("http");
  FullRun run(server.url);
  const std::string body(500'000, 'x');
  std::int64_t uploaded = 0;
  for (const std::int64_t bytes : {10, 70'000, 499'999, 500'000}) {
    CAPTURE(bytes);
    const Answer answer = run.post("/never", body, aborted(When::at_upload, bytes));
    CHECK(answer.aborted);
    CHECK(answer.failure.empty());
    uploaded += bytes;
    CHECK(soon(server, run, [&](auto it) { return it.uploaded >= uploaded; }).uploaded == uploaded);
  }
  CHECK(soon(server, run, [](auto it) { return it.aborted == 4; }).aborted == 4);
  CHECK(run.client->sent() == 4);
  const Answer whole = run.post("/echo", "small", aborted(When::at_upload, 100));
  CHECK(whole.status == 200);
  CHECK(whole.body == "small");
  CHECK(run.post("/echo", body).body.size() == body.size());
}

TEST_CASE("FullClient: slow senders and slow readers take their time") {
  FullServer server("http");
  FullRun run(server.url);
  Handling slow = looked_at();
  slow.send_rate = 400'000;
  TimePoint began = run.loop.now();
  CHECK(run.post("/echo", std::string(200'000, 'x'), slow).status == 200);
  CHECK(run.loop.now() - began >= 200ms);  // of 500 ms; the first block goes at once

  slow.send_rate = 0;
  slow.receive_rate = 2'000'000;
  began = run.loop.now();
  const Answer answer = run.get("/large", slow);
  CHECK(answer.body_bytes == 1 << 20);
  CHECK(run.loop.now() - began >= 500ms);  // of 524
  CHECK(run.client->connections() == 2);   // a slow reader's is its own
  CHECK(run.get("/large").status == 200);
  CHECK(run.client->connections() == 2);
}

TEST_CASE("FullClient: a timeout is the request's own, and names itself") {
  FullServer server("http");
  FullRun run(server.url);
  Handling hasty = looked_at();
  hasty.timeout = 50ms;
  CHECK(run.get("/never", hasty).failure == "timeout");
  CHECK(run.get("/").status == 200);
  CHECK(run.client->sent() == 2);
}

TEST_CASE("FullClient: so many requests on a connection, then a new one, for each user") {
  FullServer server("http");
  load::FullOptions options;
  options.requests_per_connection = 3;
  FullRun run(server.url, options, {}, 4);
  for (int i = 0; i < 9; ++i) run.all("/", 4);
  CHECK(run.client->connections() == 12);
  CHECK(server.seen().connections == 12);
  CHECK(server.seen().requests == 36);
  // A connection that the server ends starts the count anew.
  FullRun other(server.url, options, {}, 1);
  for (const char* path : {"/", "/destroy", "/", "/", "/", "/"}) other.get(path);
  CHECK(other.client->connections() == 3);
}

TEST_CASE("FullClient: without keep_alive every hop has its connection") {
  FullServer server("http");
  load::FullOptions options;
  options.keep_alive = false;
  FullRun run(server.url, options);
  CHECK(run.get("/hops/2", following(5)).status == 200);
  CHECK(run.get("/").status == 200);
  CHECK(run.client->connections() == 4);
  CHECK(server.seen().connections == 4);
}

TEST_CASE("FullClient: https is trusted by a CA file, or not looked at, or refused") {
  const Certificate certificate;
  FullServer server("https", &certificate);
  FullRun trusting(server.url, {}, {certificate.file(), true});
  CHECK(trusting.get("/hops/1", following(2)).status == 200);
  CHECK(trusting.get("/").status == 200);
  CHECK(trusting.client->connections() == 1);
  FullRun careless(server.url, {}, {{}, false});
  CHECK(careless.get("/").status == 200);
  FullRun strict(server.url);
  CHECK(strict.get("/").failure == "certificate not trusted");
  CHECK(strict.client->sent() == 0);
  CHECK(server.seen().requests == 4);
  FullServer plain("http");
  FullRun confused("https" + plain.url.substr(4), {}, {{}, false});
  CHECK(confused.get("/").failure == "TLS failure");
}

TEST_CASE("FullClient: a proxy forwards requests and opens tunnels") {
  const Certificate certificate;
  FullServer proxy("proxy");
  FullServer server("http");
  FullServer secure("https", &certificate);
  load::FullOptions options;
  options.proxy = proxy.url;
  FullRun run(server.url, options, {certificate.file(), true});
  const Answer plain = run.get("/hops/1", following(2));
  CHECK(plain.status == 200);
  CHECK(plain.header("X-Proxy") == "yes");
  CHECK(run.client->sent() == 2);
  const Answer tunnelled = run.send({Method::get, secure.url + "/", {}, std::nullopt});
  CHECK(tunnelled.status == 200);
  CHECK(tunnelled.header("X-Tunnel").empty());
  CHECK(proxy.seen().requests == 2);
  CHECK(proxy.seen().tunnels == 1);
  CHECK(server.seen().requests == 2);
  CHECK(secure.seen().requests == 1);
  const auto sent = run.client->sent();
  CHECK(run.send({Method::get, "https://forbidden.test/", {}, std::nullopt}).failure ==
        "refused by the proxy");
  options.proxy = "http://127.0.0.1:1";
  FullRun nobody(server.url, options);
  CHECK(nobody.get("/").failure == "proxy not reached");
  options.proxy = "http://no-such-proxy.invalid:1";
  FullRun unknown(server.url, options);
  CHECK(unknown.get("/").failure == "proxy not reached");
  CHECK(run.client->sent() == sent);
  CHECK(nobody.client->sent() == 0);
}

TEST_CASE("FullClient: a request on a proxy's or a service's dead connection is counted once") {
  SocketServer server([](Peer& peer, const Request& request) {
    peer.answer(200);
    if (request.number_on_connection % 3 == 0) peer.close();
  });
  FullRun run(server.url(), {}, {}, 8);
  int answered = 0;
  for (int i = 0; i < 200; ++i) {
    run.all("/", 8);
    for (const auto& [user, answer] : run.answers) {
      if (answer.status == 200) ++answered;
      if (answer.status == 0) CHECK(answer.failure == "connection closed");
    }
  }
  CHECK(answered <= server.requests());
  CHECK(server.requests() <= run.client->sent());
  CHECK(run.client->sent() <= 1'600);
}

TEST_CASE("FullClient: a user that is cancelled is free for its next request") {
  FullServer server("http");
  FullRun run(server.url);
  run.start(0, {Method::get, "/never", {}, std::nullopt}, aborted(When::after, 0, 50ms));
  run.client->flush();
  soon(server, run, [](auto it) { return it.requests == 1; });
  CHECK(run.client->is_in_flight(0));
  run.client->cancel(0);
  CHECK_FALSE(run.client->is_in_flight(0));
  CHECK(run.get("/").status == 200);
  run.rest(80ms);  // the abort's timer went with its request
  CHECK(run.done == 1);
}
