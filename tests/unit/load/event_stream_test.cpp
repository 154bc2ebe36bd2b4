#include "harness/load/event_stream.hpp"

#include <doctest/doctest.h>

#include <string>

using leakcheck::load::EventStream;

namespace {

/// However the stream is cut.
std::int64_t count(const std::string& stream) {
  EventStream whole;
  whole.feed(stream);
  EventStream bytes;
  for (const char& c : stream) bytes.feed({&c, 1});
  CHECK(bytes.events() == whole.events());
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    EventStream halves;
    halves.feed(std::string_view(stream).substr(0, cut));
    halves.feed(std::string_view(stream).substr(cut));
    CHECK(halves.events() == whole.events());
  }
  return whole.events();
}

}  // namespace

TEST_CASE("EventStream: an event is a block with data that an empty line ends") {
  CHECK(count("") == 0);
  CHECK(count("data: one") == 0);
  CHECK(count("data: one\n") == 0);
  CHECK(count("data: one\n\n") == 1);
  CHECK(count("data: one\ndata: more\n\ndata: two\n\n") == 2);
  CHECK(count("event: x\nid: 7\ndata: one\nretry: 5\n\n") == 1);
  CHECK(count("\n\n\n\ndata:\n\n\n\n") == 1);
}

TEST_CASE("EventStream: comments, and blocks without data, are no events") {
  CHECK(count(": note\n\n") == 0);
  CHECK(count("id: 7\n\n") == 0);
  CHECK(count("event: data\n\n") == 0);
  CHECK(count("dat: a\n\ndatas: a\n\n data: a\n\nDATA: a\n\nxdata: a\n\n") == 0);
  CHECK(count(": note\n\nid: 7\n\ndata: one\n\n") == 1);
}

TEST_CASE("EventStream: lines end with LF, CR or both") {
  CHECK(count("data: one\r\n\r\ndata: two\r\n\r\n") == 2);
  CHECK(count("data: one\r\rdata: two\r\r") == 2);
  CHECK(count("data: one\r\n\ndata: two\n\r\n") == 2);
  CHECK(count("data: one\r\n") == 0);
}

TEST_CASE("EventStream: a field without a colon, and a byte order mark") {
  CHECK(count("data\n\n") == 1);
  CHECK(count("\xEF\xBB\xBF"
              "data: one\n\n") == 1);
  CHECK(count("\n\xEF\xBB\xBF"
              "data: one\n\n") == 0);
}
