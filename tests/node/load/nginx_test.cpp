// The full path against nginx: HTTP/1.1, TLS, HTTP/2 and unix sockets of a server that nobody here
// wrote.
#include "tests/node/load/nginx.hpp"
#include "tests/node/load/full_run.hpp"

using namespace leakcheck;
using namespace leakcheck::test;
using load::Handling;
using model::Method;

namespace {

Handling following(int redirects) {
  Handling handling = looked_at();
  handling.redirects = redirects;
  return handling;
}

/// The same of every protocol; 40 requests and more over one connection for each user.
void check_all(Nginx& nginx, FullRun& run, bool is_kept = true) {
  CHECK(run.get("/plain").body == "hello, world\n");
  CHECK(run.get("/file.txt").body.size() == 200'000);
  CHECK(run.get("/missing").status == 404);
  CHECK(run.get("/error").status == 503);
  CHECK(run.get("/moved").status == 302);
  CHECK(run.get("/moved", following(1)).body == "hello, world\n");
  CHECK(run.get("/circle", following(2)).failure == "too many redirects");
  CHECK(run.send({Method::head, "/file.txt", {}, std::nullopt}).header("Content-Length") ==
        "200000");
  CHECK(run.post("/file.txt", "x").status == 405);
  Handling compressed = looked_at();
  compressed.compressed = true;
  const Answer gzip = run.get("/file.txt", compressed);
  CHECK(gzip.header("Content-Encoding") == "gzip");
  CHECK(gzip.body.size() == 200'000);
  CHECK(gzip.body.find_first_not_of('n') == std::string::npos);
  for (int i = 0; i < 4; ++i) run.all("/plain", 8);
  for (const auto& [user, answer] : run.answers) CHECK(answer.body == "hello, world\n");
  const auto sent = run.client->sent();
  CHECK(sent == 45);
  const Answer dropped = run.get("/drop");
  CHECK(dropped.status == 0);
  const bool is_named =
      dropped.failure == "connection closed" || dropped.failure == "HTTP/2 stream reset";
  CHECK_MESSAGE(is_named, dropped.failure);
  CHECK(run.client->sent() == sent + 1);
  const auto seen = nginx.stop();
  CHECK(seen.requests == sent + 1);
  CHECK(seen.connections == run.client->connections());
  if (is_kept) CHECK(seen.connections <= 8);
}

}  // namespace

TEST_CASE("nginx: HTTP/1.1") {
  Nginx nginx;
  FullRun run(nginx.http());
  check_all(nginx, run);
}

TEST_CASE("nginx: HTTP/1.1 over TLS") {
  Nginx nginx;
  FullRun run(nginx.https(), {}, {nginx.certificate().file(), true});
  check_all(nginx, run);
}

TEST_CASE("nginx: HTTP/2 over TLS") {
  Nginx nginx;
  load::FullOptions options;
  options.http2 = true;
  FullRun run(nginx.http2(), options, {nginx.certificate().file(), true});
  check_all(nginx, run);
}

TEST_CASE("nginx: HTTP/2 in the clear") {
  Nginx nginx;
  load::FullOptions options;
  options.http2 = true;
  FullRun run(nginx.http2_clear(), options);
  check_all(nginx, run, false);  // libcurl 7.88 cannot always
}

TEST_CASE("nginx: a unix socket, for the target's url only") {
  Nginx nginx;
  FullRun run("http://localhost", {}, {}, 8, nginx.socket());
  CHECK(run.get("/moved", following(1)).body == "hello, world\n");
  CHECK(run.client->connections() == 1);
  CHECK(run.send({Method::get, nginx.http() + "/plain", {}, std::nullopt}).status == 200);
  CHECK(run.send({Method::get, "http://localhost:1/plain", {}, std::nullopt}).failure ==
        "connection refused");
  CHECK(run.get("/plain").status == 200);
  CHECK(run.client->connections() == 2);
  CHECK(nginx.stop().requests == 4);
}

TEST_CASE("nginx: a connection that it ends after each answer loses no request") {
  Nginx nginx;
  FullRun run(nginx.http());
  for (int i = 0; i < 20; ++i) CHECK(run.get("/few").status == 200);
  CHECK(run.client->connections() == 20);
  const auto seen = nginx.stop();
  CHECK(seen.requests == 20);
  CHECK(seen.connections == 20);
}
