// The full path over HTTP/2, over TLS and in the clear, against http2 of Node.js.
#include "tests/node/load/full_run.hpp"
#include "tests/node/load/socket_server.hpp"

using namespace leakcheck;
using namespace leakcheck::test;
using load::Handling;
using model::Method;
using When = model::Abort::When;

namespace {

load::FullOptions http2() {
  load::FullOptions options;
  options.http2 = true;
  return options;
}

/// libcurl 7.88 cannot keep connections in the clear to Node.js.
bool is_kept(const FullRun& run) {
  return run.url.starts_with("https");
}

/// Over TLS and in the clear, with the same expectations.
template <typename Check>
void over_both(Check check) {
  SUBCASE("h2") {
    const Certificate certificate;
    FullServer server("h2", &certificate);
    FullRun run(server.url, http2(), {certificate.file(), true});
    check(server, run);
  }
  SUBCASE("h2c") {
    FullServer server("h2c");
    FullRun run(server.url, http2());
    check(server, run);
  }
}

}  // namespace

TEST_CASE("HTTP/2: requests and answers of all kinds") {
  over_both([](FullServer& server, FullRun& run) {
    CHECK(run.get("/").body == "ok");
    const Answer echo = run.post("/echo", std::string(300'000, 'x'));
    CHECK(echo.body.size() == 300'000);
    CHECK(echo.body.find_first_not_of('x') == std::string::npos);
    CHECK(echo.header("X-Method") == "POST");
    CHECK(echo.header("X-Expect") == "none");
    CHECK(echo.head.find("HTTP/") == std::string::npos);
    CHECK(run.send({Method::head, "/large", {}, std::nullopt}).status == 200);
    Handling compressed = looked_at();
    compressed.compressed = true;
    CHECK(run.get("/gzip", compressed).body_bytes == 1 << 20);
    Handling following = looked_at();
    following.redirects = 3;
    CHECK(run.get("/hops/3", following).header("X-Final") == "yes");
    CHECK(run.send({Method::put, "/see-other", {}, "body"}, following).header("X-Method") == "GET");
    load::HttpRequest form{Method::post, "/form", {}, std::nullopt};
    form.parts = {{"title", "text", {}, "", ""}, {"file", "data", {}, "data.bin", "a/b"}};
    CHECK(run.send(form).body == "title=text\nfile=data;data.bin;a/b");
    CHECK(run.client->sent() == 11);
    CHECK(server.seen().requests == 11);
    CHECK(server.seen().connections == run.client->connections());
    if (is_kept(run)) CHECK(run.client->connections() == 1);
  });
}

TEST_CASE("HTTP/2: no two users share a connection") {
  over_both([](FullServer& server, FullRun& run) {
    for (int i = 0; i < 5; ++i) run.all("/large", 8);
    for (const auto& [user, answer] : run.answers) CHECK(answer.body_bytes == 1 << 20);
    CHECK(server.seen().requests == 40);
    CHECK(server.seen().connections == run.client->connections());
    if (is_kept(run)) CHECK(run.client->connections() == 8);
  });
}

TEST_CASE("HTTP/2: requests per connection are kept") {
  const Certificate certificate;
  FullServer server("h2", &certificate);
  load::FullOptions options = http2();
  options.requests_per_connection = 2;
  FullRun run(server.url, options, {certificate.file(), true});
  for (int i = 0; i < 6; ++i) CHECK(run.get("/").status == 200);
  CHECK(run.client->connections() == 3);
  CHECK(server.seen().connections == 3);
}

TEST_CASE("HTTP/2: a session that ends under a request is not asked again") {
  over_both([](FullServer& server, FullRun& run) {
    for (int i = 0; i < 3; ++i) {
      CHECK(run.get("/").status == 200);
      const Answer answer = run.get("/destroy");
      CHECK(answer.status == 0);
      // On a new connection it is an empty answer.
      const bool is_named =
          answer.failure == "connection closed" || answer.failure == "empty answer";
      CHECK_MESSAGE(is_named, answer.failure);
      const Answer partial = run.get("/partial");
      CHECK(partial.status == 0);
      CHECK(partial.failure == "incomplete answer");
    }
    CHECK(run.client->sent() == 9);
    CHECK(server.seen().requests == 9);
  });
}

TEST_CASE("HTTP/2: streams that the server resets or refuses have a name, and are not repeated") {
  over_both([](FullServer& server, FullRun& run) {
    CHECK(run.get("/").status == 200);
    CHECK(run.get("/reset").failure == "HTTP/2 stream reset");
    const Answer refused = run.get("/refuse");
    CHECK(refused.status == 0);
    CHECK(refused.failure == "connection closed");  // libcurl would have asked again
    CHECK(run.get("/").status == 200);
    CHECK(run.client->sent() == 4);
    CHECK(server.seen().requests == 4);
  });
}

TEST_CASE("HTTP/2: a server that says goodbye after an answer loses no request, or names it") {
  over_both([](FullServer& server, FullRun& run) {
    int answered = 0;
    for (int i = 0; i < 40; ++i) {
      const Answer answer = run.get(i % 2 == 0 ? "/last" : "/");
      if (answer.status == 200) ++answered;
      if (answer.status == 0) CHECK(answer.failure == "connection closed");
    }
    CHECK(answered <= server.seen().requests);
    CHECK(server.seen().requests <= run.client->sent());
    CHECK(run.client->sent() <= 40);
    CHECK(answered >= 20);
  });
}

TEST_CASE("HTTP/2: a client that goes away does so at once") {
  over_both([](FullServer& server, FullRun& run) {
    CHECK(run.get("/endless", aborted(When::at_body, 100'000)).aborted);
    CHECK(run.get("/never", aborted(When::after, 0, 20ms)).aborted);
    CHECK(run.post("/never", std::string(500'000, 'x'), aborted(When::at_upload, 70'000)).aborted);
    CHECK(run.get("/").status == 200);
    auto seen = server.seen();
    for (int tries = 0; tries < 200 && seen.aborted < 3; ++tries) {
      run.rest(10ms);
      seen = server.seen();
    }
    CHECK(seen.aborted == 3);
    CHECK(seen.requests == 4);
    CHECK(run.client->sent() == 4);
    CHECK(seen.uploaded <= 70'000);
  });
}

TEST_CASE("HTTP/2: a server without it is told by name, not tested over HTTP/1.1 in silence") {
  const Certificate certificate;
  FullServer secure("https", &certificate);
  FullRun by_choice(secure.url, http2(), {certificate.file(), true});
  const Answer answer = by_choice.get("/");
  CHECK(answer.status == 0);
  CHECK(answer.failure == "answered over HTTP/1.1");

  FullServer plain("http");
  FullRun by_knowledge(plain.url, http2());
  const Answer garbled = by_knowledge.get("/");
  CHECK(garbled.status == 0);
  CHECK_FALSE(garbled.failure.empty());
}
