#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/load/answer_parser.hpp"
#include "harness/load/connection.hpp"
#include "harness/load/deadlines.hpp"
#include "harness/load/fast_client.hpp"
#include "harness/load/pace.hpp"

namespace leakcheck::load {

/// What the virtual users of a FastClient share.
struct FastShared {
  EventLoop& loop;
  Connector connector;
  bool is_plain = true;  ///< no TLS
  FastClient::Options options;
  FastClient::Done done;
  std::function<void(std::size_t user)> end_later;  ///< calls on_turn() in the loop's next turn
  Deadlines deadlines;
  std::vector<char> buffer;  ///< what was just received
  std::int64_t sent = 0;
  std::int64_t connections = 0;
  std::int64_t received_bytes = 0;
};

/// One virtual user of the fast path: its connection, and its request in flight.
class FastUser {
 public:
  FastUser(FastShared& shared, std::size_t number);
  ~FastUser();
  FastUser(const FastUser&) = delete;
  FastUser& operator=(const FastUser&) = delete;

  void start(const WireRequest& request, const Handling& handling);
  bool is_in_flight() const { return phase_ != Phase::idle; }
  void cancel();
  void on_deadline();
  void on_turn();

 private:
  enum class Phase {
    idle,
    opening,     // its connection
    exchanging,  // request for answer
    holding,     // a stream of events that has brought enough
    ended,       // in the loop's next turn
  };

  bool may_reuse();
  bool is_quiet();
  void open();
  void on_opened(std::unique_ptr<Connection> connection, std::string_view failure);
  void begin();
  void drop();
  void wait_for(std::uint32_t events);

  std::size_t write_end(TimePoint now) const;
  void write_some();
  void on_send_failure(const Connection::Moved& moved);
  void on_written();
  void on_event(std::uint32_t events);
  void read_some(bool ignores_pace);
  void pause_reading(TimePoint now);
  bool take(std::string_view bytes);
  bool is_cut_short() const;
  bool has_events() const;
  void on_stream_end(const Connection::Moved& moved);
  std::string_view find_fault(std::size_t left_over) const;
  void on_answer(std::size_t left_over);
  void hold();

  Exchange told() const;
  void end(std::string_view failure, bool aborted = false);
  void end_later(std::string_view failure, bool aborted = false, bool asks_for_turn = true);
  void finish(const Exchange& exchange);
  void forget_timers();

  FastShared& shared_;
  const std::size_t number_;
  Phase phase_ = Phase::idle;

  std::unique_ptr<Connection> connection_;
  Connector::Id opening_ = 0;
  std::uint32_t awaited_ = 0;  // epoll events
  int answers_ = 0;            // on this connection
  bool is_narrow_ = false;     // its receive buffer was made small
  bool in_done_ = false;       // its last answer is just being told
  TimePoint rested_since_{};

  WireRequest request_;
  Handling handling_;
  std::size_t written_ = 0;
  std::optional<std::size_t> stop_at_;  // of what is written: the upload is cut there
  bool send_failed_ = false;
  std::int64_t received_ = 0;
  AnswerParser parser_;
  EventStream events_;
  bool is_reading_ = false;  // the parser has begun with this request's answer
  Pace send_pace_;
  Pace receive_pace_;
  EventLoop::TimerId send_timer_ = 0;
  EventLoop::TimerId receive_timer_ = 0;
  EventLoop::TimerId abort_timer_ = 0;
  EventLoop::TimerId hold_timer_ = 0;
  Exchange outcome_;  // of Phase::ended
};

}  // namespace leakcheck::load
