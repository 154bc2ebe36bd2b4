#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/base/clock.hpp"
#include "harness/model/load_spec.hpp"

namespace leakcheck::load {

/// How one request is to be made, and what is wanted of its answer.
struct Handling {
  Duration timeout{};  ///< from its start to the last byte of the answer
  bool wants_head = false;
  bool wants_body = false;
  std::optional<model::Abort>
      abort;                   ///< this very request is cut short; its share is not looked at
  std::int64_t send_rate = 0;  ///< bytes per second; 0: as fast as it goes
  std::int64_t receive_rate = 0;
  int redirects = 0;                       ///< followed at most; full path only
  bool compressed = false;                 ///< full path only
  const model::SseStep* stream = nullptr;  ///< the answer is a stream of events, which does not end
};

/// What became of one request. The texts live as long as the callback that gets it.
struct Exchange {
  int status = 0;               ///< of a complete answer; 0: there was none
  std::string_view failure{};   ///< what went wrong then, by its name in errors; a literal
  bool aborted = false;         ///< we cut it short, as Handling::abort asks; no failure then
  std::string_view head{};      ///< "Name: value\r\n" …, without the status line; if wanted
  std::string_view body{};      ///< decoded (chunks, compression); if wanted
  std::int64_t body_bytes = 0;  ///< the same, counted in any case
};

}  // namespace leakcheck::load
