// Any bytes as an answer: nothing breaks, and what is read does not depend on how they are cut.
// The first byte says what is wanted, the second where to cut; the others come over the wire.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "harness/load/answer_parser.hpp"

using leakcheck::load::AnswerParser;
using leakcheck::load::EventStream;

namespace {

/// All that can be asked of a parser at the end, as one text.
struct Reading {
  AnswerParser parser;
  EventStream events;
  std::size_t taken = 0;

  explicit Reading(unsigned flags) {
    parser.begin({(flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0,
                  (flags & 8) != 0 ? &events : nullptr});
  }
  void feed(std::string_view bytes) {
    if (parser.state() == AnswerParser::State::reading) taken += parser.feed(bytes);
  }
  std::string finish() {
    if (parser.state() != AnswerParser::State::failed && parser.has_head() &&
        (parser.status() < 100 || parser.status() > 999))
      return "a status of " + std::to_string(parser.status());
    parser.end();
    std::string out = std::to_string(static_cast<int>(parser.state())) + ' ';
    if (parser.state() == AnswerParser::State::failed)
      return out + std::string(parser.failure());  // how far it came may differ
    out += std::to_string(taken) + ' ' + std::to_string(parser.status());
    out += parser.may_keep_connection() ? " keep " : " close ";
    out += std::to_string(parser.body_bytes()) + ' ' + std::to_string(events.events());
    out += '\n';
    out += parser.head();
    out += '\n';
    out += parser.body();
    return out;
  }
};

std::string read_cut(unsigned flags, std::string_view bytes, std::size_t first, std::size_t then) {
  Reading reading(flags);
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = at == 0 ? first : then;
    reading.feed(bytes.substr(at, size));
    at += size;
  }
  return reading.finish();
}

void expect_same(const std::string& whole, const std::string& cut, const char* how) {
  if (whole == cut) return;
  std::fprintf(stderr, "%s\n--- whole\n%s\n--- cut\n%s\n", how, whole.c_str(), cut.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const unsigned flags = data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string whole = read_cut(flags, bytes, bytes.size() + 1, 1);
  const std::size_t cut = 1 + data[1] % (bytes.size() + 1);
  expect_same(whole, read_cut(flags, bytes, cut, bytes.size() + 1), "cut in two");
  expect_same(whole, read_cut(flags, bytes, cut, 1 + data[1] / 16), "cut in many");
  expect_same(whole, read_cut(flags, bytes, 1, 1), "byte by byte");
  return 0;
}
