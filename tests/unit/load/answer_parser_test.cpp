#include "harness/load/answer_parser.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace leakcheck::load;

namespace {

struct Read {
  std::string state;  // "complete", "reading" or the failure's name
  int status = 0;
  std::string head;
  std::string body;
  std::int64_t body_bytes = 0;
  bool keeps = false;
  std::size_t taken = 0;
  std::int64_t events = 0;

  bool operator==(const Read&) const = default;
};

/// The bytes cut at these places; then the end of the stream, if it ends.
Read read(const std::string& bytes, const std::vector<std::size_t>& cuts, bool ends,
          bool no_body = false) {
  AnswerParser parser;
  EventStream events;
  parser.begin({true, true, no_body, &events});
  Read out;
  std::size_t from = 0;
  const auto feed = [&](std::size_t to) {
    if (parser.state() == AnswerParser::State::reading)
      out.taken += parser.feed(std::string_view(bytes).substr(from, to - from));
    from = to;
  };
  for (const std::size_t cut : cuts) feed(cut);
  feed(bytes.size());
  if (ends) parser.end();
  const auto state = parser.state();
  out.state = state == AnswerParser::State::complete  ? "complete"
              : state == AnswerParser::State::reading ? "reading"
                                                      : std::string(parser.failure());
  if (state == AnswerParser::State::failed) out.taken = 0;
  if (state != AnswerParser::State::complete) return out;
  out.status = parser.status();
  out.head = parser.head();
  out.body = parser.body();
  out.body_bytes = parser.body_bytes();
  out.keeps = parser.may_keep_connection();
  out.events = events.events();
  return out;
}

/// The same, however the bytes are cut.
Read read_all_ways(const std::string& bytes, bool ends = false, bool no_body = false) {
  const Read whole = read(bytes, {}, ends, no_body);
  std::vector<std::size_t> everywhere;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    CAPTURE(cut);
    CHECK(read(bytes, {cut}, ends, no_body) == whole);
    everywhere.push_back(cut);
  }
  CHECK(read(bytes, everywhere, ends, no_body) == whole);
  return whole;
}

std::string failure_of(const std::string& bytes, bool ends = true) {
  return read_all_ways(bytes, ends).state;
}

constexpr const char* kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("AnswerParser: a body as long as its length") {
  const std::string text =
      "HTTP/1.1 200 OK\r\nContent-Type:  text/plain \r\nContent-Length: 5\r\n\r\nhello";
  const Read read = read_all_ways(text);
  CHECK(read.state == "complete");
  CHECK(read.status == 200);
  CHECK(read.head == "Content-Type: text/plain\r\nContent-Length: 5\r\n");
  CHECK(read.body == "hello");
  CHECK(read.body_bytes == 5);
  CHECK(read.keeps);
  CHECK(read.taken == text.size());
}

TEST_CASE("AnswerParser: chunks with extensions and trailers, and none at all") {
  const Read read = read_all_ways(std::string(kChunked) +
                                  "5;x=y\r\nhello\r\nA\r\n 123456789\r\n0\r\nX-Trailer: 1\r\n\r\n");
  CHECK(read.state == "complete");
  CHECK(read.body == "hello 123456789");
  CHECK(read.head == "Transfer-Encoding: chunked\r\n");
  CHECK(read.keeps);
  const Read empty = read_all_ways(std::string(kChunked) + "0\r\n\r\n");
  CHECK(empty.state == "complete");
  CHECK(empty.body.empty());
  CHECK(empty.keeps);
}

TEST_CASE("AnswerParser: HEAD, 204 and 304 have no body, whatever their heads say") {
  const Read head = read_all_ways("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", false, true);
  CHECK(head.state == "complete");
  CHECK(head.keeps);
  CHECK(read_all_ways(kChunked, false, true).state == "complete");
  for (const std::string status : {"204 No Content", "304 Not Modified"}) {
    const Read read = read_all_ways("HTTP/1.1 " + status + "\r\nContent-Length: 1000\r\n\r\n");
    CHECK(read.state == "complete");
    CHECK(read.status == std::stoi(status));
    CHECK(read.keeps);
  }
}

TEST_CASE("AnswerParser: 100 and 103 come before the answer and are none") {
  const Read read = read_all_ways(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
      "HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nmade");
  CHECK(read.state == "complete");
  CHECK(read.status == 201);
  CHECK(read.head == "Content-Length: 4\r\n");
  CHECK(read.body == "made");
  CHECK(failure_of("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n") == "incomplete answer");
}

TEST_CASE("AnswerParser: 101 is an answer whose connection is another protocol's") {
  const std::string text =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  const Read read = read_all_ways(text + "frames");
  CHECK(read.state == "complete");
  CHECK(read.status == 101);
  CHECK_FALSE(read.keeps);
  CHECK(read.taken == text.size());
}

TEST_CASE("AnswerParser: without a length the body lasts until the connection ends") {
  const std::string text = "HTTP/1.1 200 OK\r\n\r\nhello";
  CHECK(read_all_ways(text).state == "reading");
  const Read read = read_all_ways(text, true);
  CHECK(read.state == "complete");
  CHECK(read.body == "hello");
  CHECK_FALSE(read.keeps);
}

TEST_CASE("AnswerParser: whether the connection may be kept") {
  const auto keeps = [](const std::string& start, const std::string& connection) {
    const Read read = read_all_ways(start + connection + "Content-Length: 0\r\n\r\n");
    CHECK(read.state == "complete");
    return read.keeps;
  };
  CHECK(keeps("HTTP/1.1 200 OK\r\n", ""));
  CHECK_FALSE(keeps("HTTP/1.1 200 OK\r\n", "Connection: close\r\n"));
  CHECK_FALSE(keeps("HTTP/1.1 200 OK\r\n", "connection: x, Close\r\n"));
  CHECK_FALSE(keeps("HTTP/1.0 200 OK\r\n", ""));
  CHECK(keeps("HTTP/1.0 200 OK\r\n", "Connection: keep-alive\r\n"));
}

TEST_CASE("AnswerParser: what follows a complete answer is not its own") {
  const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  for (const std::string extra : {"k", "HTTP/1.1 500 No\r\n\r\n"}) {
    const Read read = read_all_ways(text + extra);
    CHECK(read.state == "complete");
    CHECK(read.body == "ok");
    CHECK(read.taken == text.size());
  }
  CHECK(read_all_ways(std::string(kChunked) + "0\r\n\r\nextra").taken ==
        std::string(kChunked).size() + 5);
}

TEST_CASE("AnswerParser: nothing, half of something, and what is no HTTP have their own names") {
  CHECK(failure_of("") == "empty answer");
  CHECK(failure_of("HTTP/1.1 20") == "empty answer");
  CHECK(failure_of("HTTP/1.1 200 OK\r\nContent-Ty") == "incomplete answer");
  CHECK(failure_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n") == "incomplete answer");
  CHECK(failure_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell") == "incomplete answer");
  CHECK(failure_of(std::string(kChunked) + "5\r\nhel") == "incomplete answer");
  CHECK(failure_of(std::string(kChunked) + "5\r\nhello\r\n") == "incomplete answer");
  CHECK(failure_of(std::string(kChunked) + "0\r\n") == "incomplete answer");
  CHECK(failure_of("hello") == "empty answer");
  CHECK(failure_of("hello, world") == "malformed answer");
  CHECK(failure_of("HTTP/2.0 200 OK\r\n") == "malformed answer");
  CHECK(failure_of("HTTP/1.1 2xx OK\r\n\r\n", false) == "malformed answer");
  CHECK(failure_of("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", false) == "malformed answer");
  CHECK(failure_of("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", false) == "malformed answer");
  CHECK(failure_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", false) ==
        "malformed answer");
  CHECK(failure_of(std::string(kChunked) + "zzzzz\r\n", false) == "malformed answer");
  CHECK(failure_of(std::string(kChunked) + "zz\r\n") == "malformed answer");
  CHECK(failure_of(std::string(kChunked) + "5\r\nhello!\r\n0\r\n\r\n", false) ==
        "malformed answer");
}

TEST_CASE("AnswerParser: what can be no answer is seen before it ends") {
  CHECK(read("hello, world", {}, false).state == "malformed answer");
  CHECK(read("hello, world, hello", {5}, false).state == "malformed answer");
}

TEST_CASE("AnswerParser: a head of 256 KB is read, a larger one is not") {
  const std::string start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: ";
  const auto head_of = [&](std::size_t size) {
    return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
  };
  std::vector<std::size_t> pieces;
  for (std::size_t at = 1'400; at < AnswerParser::kLargestHead; at += 1'400) pieces.push_back(at);
  for (const auto& cuts : {std::vector<std::size_t>{}, pieces}) {
    CHECK(read(head_of(AnswerParser::kLargestHead), cuts, false).state == "complete");
    CHECK(read(head_of(AnswerParser::kLargestHead + 1), cuts, false).state == "malformed answer");
  }
  // Nor one that never ends, in a line or between chunks.
  for (const std::string& endless : {std::string("HTTP/1.1 200 OK\r\nX: "),
                                     std::string(kChunked) + "1;", std::string("HTTP/1.1 200 ")})
    CHECK(read(endless + std::string(AnswerParser::kLargestHead + 1, 'x'), pieces, false).state ==
          "malformed answer");
}

TEST_CASE("AnswerParser: a body is counted and not kept, unless it is wanted and not too large") {
  const std::string piece(1 << 20, 'x');
  for (const bool wanted : {false, true}) {
    AnswerParser parser;
    parser.begin({false, wanted, false, nullptr});
    parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 17825792\r\n\r\n");
    for (int i = 0; i < 16; ++i) parser.feed(piece);
    CHECK(parser.body_bytes() == 16 << 20);
    CHECK(parser.state() == AnswerParser::State::reading);
    CHECK(parser.body().size() == (wanted ? 16 << 20 : 0));
    parser.feed(piece);
    if (wanted) {
      CHECK(parser.state() == AnswerParser::State::failed);
      CHECK(parser.failure() == "answer too large to look at");
    } else {
      CHECK(parser.state() == AnswerParser::State::complete);
      CHECK(parser.body_bytes() == 17 << 20);
    }
  }
}

TEST_CASE("AnswerParser: one answer leaves nothing for the next") {
  AnswerParser parser;
  parser.begin({true, true, false, nullptr});
  parser.feed("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhel");
  parser.begin({false, true, false, nullptr});
  CHECK(parser.head().empty());
  CHECK(parser.feed("HTTP/1.1 404 No\r\nX: y\r\nContent-Length: 1\r\n\r\n!") == 45);
  CHECK(parser.state() == AnswerParser::State::complete);
  CHECK(parser.status() == 404);
  CHECK(parser.head().empty());
  CHECK(parser.body() == "!");
  CHECK(parser.may_keep_connection());
}

TEST_CASE("AnswerParser: events are counted in a stream of events, and nowhere else") {
  const std::string body = "data: one\n\ndata: two\r\n\r\n: note\n\n";
  const auto stream = [&](const std::string& type) {
    return read_all_ways("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n\r\n" + body, true);
  };
  CHECK(stream("text/event-stream").events == 2);
  CHECK(stream("Text/Event-Stream; charset=utf-8").events == 2);
  CHECK(stream("text/event-streams").events == 0);
  CHECK(stream("text/plain").events == 0);
  const Read chunked = read_all_ways(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
      "7\r\ndata: a\r\n2\r\n\n\n\r\n0\r\n\r\n");
  CHECK(chunked.events == 1);
}
