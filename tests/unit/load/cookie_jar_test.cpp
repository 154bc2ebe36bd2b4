#include "harness/load/cookie_jar.hpp"

#include <doctest/doctest.h>

#include <random>

using leakcheck::load::CookieJar;

namespace {

/// A jar at a time, asked for paths.
struct Visitor {
  CookieJar jar{"localhost"};
  std::int64_t now = 1'000'000;

  bool take(const std::string& set_cookie, const std::string& path = "/", bool https = false) {
    return jar.take(set_cookie, path, https, now);
  }
  std::string cookies(const std::string& path = "/", bool https = false) const {
    std::string out;
    jar.append_header(out, path, https, now);
    return out;
  }
};

bool is_taken(const std::string& host, const std::string& set_cookie) {
  CookieJar jar(host);
  return jar.take(set_cookie, "/", false, 0);
}

}  // namespace

TEST_CASE("CookieJar: what is given is sent, in the order in which it came") {
  Visitor visitor;
  CHECK(visitor.cookies().empty());
  CHECK(visitor.jar.empty());
  CHECK(visitor.take("sid=abc; HttpOnly; SameSite=Lax"));
  CHECK(visitor.take(" theme = dark mode "));
  CHECK(visitor.take("empty="));
  CHECK(visitor.take("q=\"a=b\""));
  CHECK(visitor.cookies() == "sid=abc; theme=dark mode; empty=; q=\"a=b\"");
  std::string after = "Cookie: ";
  visitor.jar.append_header(after, "/", false, visitor.now);
  CHECK(after.starts_with("Cookie: sid=abc; "));
}

TEST_CASE("CookieJar: a cookie of the same name and path replaces the other, in its place") {
  Visitor visitor;
  visitor.take("a=1");
  visitor.take("b=2");
  visitor.take("a=a longer value");
  CHECK(visitor.cookies() == "a=a longer value; b=2");
  visitor.take("a=3; Path=/sub");
  CHECK(visitor.cookies("/sub") == "a=3; a=a longer value; b=2");
  visitor.take("A=4");
  CHECK(visitor.cookies() == "a=a longer value; b=2; A=4");
}

TEST_CASE("CookieJar: paths match whole segments, longer ones first") {
  Visitor visitor;
  visitor.take("root=1; Path=/");
  visitor.take("api=2; Path=/api");
  visitor.take("v1=3; path=/api/v1/");
  CHECK(visitor.cookies("/") == "root=1");
  CHECK(visitor.cookies("/api") == "api=2; root=1");
  CHECK(visitor.cookies("/api?x=/api/v1/") == "api=2; root=1");
  CHECK(visitor.cookies("/apiary") == "root=1");
  CHECK(visitor.cookies("/api/v1") == "api=2; root=1");
  CHECK(visitor.cookies("/api/v1/x") == "v1=3; api=2; root=1");
}

TEST_CASE("CookieJar: without a path, it is the folder of the request") {
  const auto sent_to = [](const std::string& given_at, const std::string& attributes) {
    Visitor visitor;
    visitor.take("a=1" + attributes, given_at);
    std::string out;
    for (const char* path : {"/", "/shop", "/shop/cart", "/shop/cart/1"})
      if (!visitor.cookies(path).empty()) out += std::string(path) + " ";
    return out;
  };
  CHECK(sent_to("/shop/cart", "") == "/shop /shop/cart /shop/cart/1 ");
  CHECK(sent_to("/shop/cart?next=/a/b/c", "") == "/shop /shop/cart /shop/cart/1 ");
  CHECK(sent_to("/shop", "") == "/ /shop /shop/cart /shop/cart/1 ");
  CHECK(sent_to("/shop/cart/", "") == "/shop/cart /shop/cart/1 ");
  CHECK(sent_to("", "") == "/ /shop /shop/cart /shop/cart/1 ");
  CHECK(sent_to("/shop/cart", "; Path=") == "/shop /shop/cart /shop/cart/1 ");
  CHECK(sent_to("/shop/cart", "; Path=relative") == "/shop /shop/cart /shop/cart/1 ");
  CHECK(sent_to("/shop/cart", "; Path=/x; Path=/") == "/ /shop /shop/cart /shop/cart/1 ");
}

TEST_CASE("CookieJar: cookies end when they are told to") {
  Visitor visitor;
  visitor.take("a=1; Max-Age=10");
  visitor.take("b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
  visitor.take("c=3; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=20");
  visitor.take("d=4; Max-Age=soon");
  visitor.take("e=5; Expires=whenever");
  visitor.take("f=6; Max-Age=99999999999999999999999999");
  CHECK(visitor.cookies() == "a=1; c=3; d=4; e=5; f=6");
  visitor.now += 10;
  CHECK(visitor.cookies() == "c=3; d=4; e=5; f=6");
  visitor.now += 10;
  CHECK(visitor.cookies() == "d=4; e=5; f=6");
}

TEST_CASE("CookieJar: a cookie that has ended deletes the one there was") {
  for (const char* how :
       {"; Max-Age=0", "; Max-Age=-1", "; Expires=Thu, 01 Jan 1970 00:00:00 GMT"}) {
    CAPTURE(how);
    Visitor visitor;
    visitor.take("sid=1");
    visitor.take("other=2");
    CHECK(visitor.take(std::string("sid=") + how));
    CHECK(visitor.cookies() == "other=2");
  }
}

TEST_CASE("CookieJar: secure cookies are for https") {
  Visitor visitor;
  CHECK(visitor.take("a=1; Secure", "/", true));
  CHECK(visitor.cookies("/", true) == "a=1");
  CHECK(visitor.cookies("/", false).empty());
  CHECK_FALSE(visitor.take("b=1; secure", "/", false));
}

TEST_CASE("CookieJar: the domain must be this host, or one above it") {
  CHECK(is_taken("localhost", "a=1; Domain=localhost"));
  CHECK(is_taken("localhost", "a=1; Domain=.LOCALHOST"));
  CHECK(is_taken("127.0.0.1", "a=1; Domain=127.0.0.1"));
  CHECK(is_taken("127.0.0.1", "a=1; Domain="));
  CHECK(is_taken("www.example.test", "a=1; Domain=example.test"));
  CHECK_FALSE(is_taken("localhost", "a=1; Domain=example.test"));
  CHECK_FALSE(is_taken("example.test", "a=1; Domain=www.example.test"));
  CHECK_FALSE(is_taken("badexample.test", "a=1; Domain=example.test"));
  CHECK_FALSE(is_taken("example.test", "a=1; Domain=test"));
  CHECK_FALSE(is_taken("127.0.0.1", "a=1; Domain=0.0.1"));
}

TEST_CASE("CookieJar: what is no cookie is refused") {
  Visitor visitor;
  for (const std::string& wrong :
       {std::string(), std::string("name"), std::string("=value"), std::string(" = "),
        std::string(";"), std::string("; Path=/"), std::string("a=1\x01"), std::string("a=\0b", 4),
        std::string("a=1\r\nX: y"), "a=" + std::string(4'096, 'x'),
        "a=1; Path=/" + std::string(4'096, 'x')})
    CHECK_FALSE(visitor.take(wrong));
  CHECK(visitor.jar.empty());
}

TEST_CASE("CookieJar: of too many cookies the oldest goes") {
  Visitor visitor;
  visitor.take("first=0; Path=/a/long/path");
  for (std::size_t i = 1; i < CookieJar::kMost; ++i) visitor.take("c" + std::to_string(i) + "=1");
  CHECK(visitor.cookies("/a/long/path").starts_with("first=0; c1=1; "));
  visitor.take("last=1");
  CHECK(visitor.cookies("/a/long/path").starts_with("c1=1; c2=1; "));
  CHECK(visitor.cookies("/a/long/path").ends_with("; last=1"));
}

TEST_CASE("CookieJar: a copy is a jar of its own, and can be set back") {
  Visitor setup;
  setup.take("csrf=1");
  Visitor visitor = setup;
  visitor.take("sid=2");
  visitor.take("csrf=; Max-Age=0");
  CHECK(visitor.cookies() == "sid=2");
  visitor.jar = setup.jar;
  CHECK(visitor.cookies() == "csrf=1");
  visitor.jar.clear();
  CHECK(visitor.cookies().empty());
  CHECK(setup.cookies() == "csrf=1");
}

TEST_CASE("CookieJar: whatever a service sends, the jar stays in order and small") {
  static constexpr std::string_view kPieces[] = {"a",
                                                 "=",
                                                 ";",
                                                 " ",
                                                 "Path",
                                                 "=/",
                                                 "/x",
                                                 "Max-Age=0",
                                                 "Max-Age=5",
                                                 "Domain=",
                                                 "localhost",
                                                 "Expires=",
                                                 "Thu, 01 Jan 1970 00:00:00 GMT",
                                                 "\t",
                                                 "\xff",
                                                 "b=1",
                                                 "Secure",
                                                 ",",
                                                 "\""};
  std::mt19937 random(1);
  Visitor visitor;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 12; i > 0; --i) text += kPieces[random() % std::size(kPieces)];
    visitor.take(text, random() % 2 == 0 ? "/x/y" : text);
    ++visitor.now;
    if (round % 100 == 0) CHECK(visitor.cookies("/x/y").size() < 50 * 200);
  }
}
