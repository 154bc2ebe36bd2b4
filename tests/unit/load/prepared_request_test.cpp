// What a prepared request looks like on the wire is in tests/node/load/requests_test.cpp.
#include "harness/load/prepared_request.hpp"

#include <doctest/doctest.h>

using namespace leakcheck;
using load::PreparedRequest;

namespace {

bool can_be_prepared(const std::string& url) {
  const auto prepared = PreparedRequest::create({model::Method::get, url, {}, std::nullopt});
  if (prepared) return true;
  CHECK(prepared.error().kind == ErrorKind::load);
  CHECK(prepared.error().message.starts_with("\"" + url + "\" is not a URL"));
  CHECK(prepared.error().hint == "write a path below the target's url, or http://host:port/path");
  return false;
}

}  // namespace

TEST_CASE("PreparedRequest: what can be requested") {
  for (const char* url :
       {"http://127.0.0.1", "http://localhost:8080/", "https://[::1]:3000/a?b#c",
        "http://user:pass@host/", "http://host/a b", "http://host/grüße", "http://host/a/../b",
        "http://host//a", "http://host/%zz", "http://host?x"}) {
    CAPTURE(url);
    CHECK(can_be_prepared(url));
  }
}

TEST_CASE("PreparedRequest: what is no URL is refused, with a cure") {
  for (const char* url : {"", "http://", "http://host:port/", "http://host:99999/", "http://a b/",
                          "http://[::1/", "http://host/a\r\nX-Evil: 1", "http://host/\x01"}) {
    CAPTURE(url);
    CHECK_FALSE(can_be_prepared(url));
  }
}

TEST_CASE("PreparedRequest: a part's file that cannot be read is named, with a cure") {
  load::HttpRequest request{model::Method::post, "http://host/", {}, std::nullopt};
  request.parts = {{"photo", "", "/no/such/cat.jpg", "cat.jpg", ""}};
  const auto prepared = PreparedRequest::create(std::move(request));
  REQUIRE_FALSE(prepared);
  CHECK(prepared.error().kind == ErrorKind::load);
  CHECK(prepared.error().message.find("the file /no/such/cat.jpg of the part \"photo\"") !=
        std::string::npos);
  CHECK(prepared.error().hint.find("path") != std::string::npos);
}
