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
