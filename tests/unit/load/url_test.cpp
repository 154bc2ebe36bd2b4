#include "harness/load/url.hpp"

#include <doctest/doctest.h>

using namespace leakcheck::load;

TEST_CASE("url: absolute is http and https, in any case") {
  CHECK(is_absolute_url("http://a"));
  CHECK(is_absolute_url("HTTPS://a"));
  for (const char* other : {"", "/http://a", "ftp://a", "http:/a", "http", "//a"})
    CHECK_FALSE(is_absolute_url(other));
}

TEST_CASE("url: a path is put below the base with one slash between them") {
  CHECK(url_prefix("http://a:1", "/x") == "http://a:1");
  CHECK(url_prefix("http://a:1/", "/x") == "http://a:1");
  CHECK(url_prefix("http://a:1//", "x") == "http://a:1/");
  CHECK(url_prefix("http://a:1/api", "/x") == "http://a:1/api");
  CHECK(url_prefix("http://a:1", "") == "http://a:1/");
  CHECK(url_prefix("http://a:1", "?q") == "http://a:1/");
  CHECK(url_prefix("http://a:1", "https://b/x") == "");
}

TEST_CASE("url: the port that is written, or the scheme's own") {
  CHECK(port_of("http://127.0.0.1:3000") == "3000");
  CHECK(port_of("http://127.0.0.1:3000/a:b?c:d#e:f") == "3000");
  CHECK(port_of("http://localhost") == "80");
  CHECK(port_of("http://localhost:") == "80");
  CHECK(port_of("https://localhost/x:1") == "443");
  CHECK(port_of("http://[::1]:8080/") == "8080");
  CHECK(port_of("http://[::1]/") == "80");
  CHECK(port_of("http://user:pass@host:81/") == "81");
  CHECK(port_of("http://user:pass@host/") == "80");
}

TEST_CASE("url: its parts are what libcurl makes of them") {
  const auto parts = take_apart("http://an%20n:p%40w@LocalHost:8080/path?query");
  REQUIRE(parts);
  CHECK(parts->scheme == "http");
  CHECK(parts->user == "an n");
  CHECK(parts->password == "p@w");
  CHECK(parts->has_user);
  CHECK(parts->host == "LocalHost");
  CHECK(parts->port == "8080");
  CHECK(parts->host_header == "LocalHost:8080");
  CHECK(take_apart("http://localhost:80/")->host_header == "localhost");
  CHECK(take_apart("https://localhost:443")->host_header == "localhost");
  CHECK(take_apart("https://localhost:80")->host_header == "localhost:80");
  CHECK(take_apart("http://[::1]:81/")->host_header == "[::1]:81");
  CHECK_FALSE(take_apart("http://localhost")->has_user);
}

TEST_CASE("url: an origin is the scheme, the host, the port, and who is asking") {
  const auto same = [](const char* a, const char* b) {
    return take_apart(a)->is_same_origin(*take_apart(b));
  };
  CHECK(same("http://a", "HTTP://A:80/x"));
  CHECK_FALSE(same("http://a", "https://a"));
  CHECK_FALSE(same("http://a", "http://a:81"));
  CHECK_FALSE(same("http://a", "http://b"));
  CHECK_FALSE(same("http://a", "http://u@a"));
  CHECK_FALSE(same("http://u:p@a", "http://u:q@a"));
  CHECK(same("http://u:p@a", "http://u:p@a/x"));
}

TEST_CASE("url: what cannot be requested is refused with a cure") {
  for (const char* wrong : {"", "/path", "ftp://a", "http://", "http://a b/", "http://a:99999",
                            "http://u:%00@a/", "http://a/\n"}) {
    CAPTURE(wrong);
    const auto parts = take_apart(wrong);
    REQUIRE_FALSE(parts);
    CHECK(parts.error().kind == leakcheck::ErrorKind::load);
    CHECK(parts.error().message.starts_with("\"" + std::string(wrong) +
                                            "\" is not a URL that can be requested: "));
    CHECK(parts.error().hint == "write a path below the target's url, or http://host:port/path");
  }
}

TEST_CASE("url: a path begins behind the host") {
  CHECK(authority_end("http://a:1/x?y") == 10);
  CHECK(authority_end("http://a?y/") == 8);
  CHECK(authority_end("http://a#/") == 8);
  CHECK(authority_end("http://a") == 8);
}
