#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "harness/load/event_stream.hpp"

namespace leakcheck::load {

/// Reads an answer of HTTP/1.x as its bytes come, however they are cut; 1xx answers before it are
/// passed over. Boost.Beast's incremental parser. It keeps an unfinished line and what is wanted,
/// and nothing else.
class AnswerParser {
 public:
  static constexpr std::size_t kLargestHead = 256 << 10;
  static constexpr std::size_t kLargestKeptBody = 16 << 20;

  struct Wants {
    bool head = false;
    bool body = false;
    bool no_body = false;           ///< HEAD: there is none, whatever the head says
    EventStream* events = nullptr;  ///< gets the body, if it is a text/event-stream
  };
  enum class State { reading, complete, failed };

  AnswerParser();
  ~AnswerParser();
  AnswerParser(AnswerParser&&) noexcept;
  AnswerParser& operator=(AnswerParser&&) noexcept;

  /// Forgets the answer before.
  void begin(const Wants& wants);
  /// Takes the next bytes. Returns how many of them belong to the answer: all, or what came before
  /// its end.
  std::size_t feed(std::string_view bytes);
  /// The other end has closed the connection, in order.
  void end();

  State state() const;
  std::string_view failure() const;  ///< its name in errors, once it failed
  /// Whether the head is complete (status() and is_event_stream() hold then).
  bool has_head() const;
  bool is_event_stream() const;
  int status() const;
  /// Whether the connection may carry another request, as this complete answer says.
  bool may_keep_connection() const;
  std::string_view head() const;  ///< "Name: value\r\n" …, if wanted
  std::string_view body() const;  ///< without chunks, if wanted
  std::int64_t body_bytes() const;

 private:
  struct Reading;
  std::unique_ptr<Reading> reading_;
};

}  // namespace leakcheck::load
