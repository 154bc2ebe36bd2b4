#include "harness/load/fast_user.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "harness/load/failure.hpp"

namespace leakcheck::load {
namespace {

/// A connection that rested for so long is not used again: servers close theirs (Node.js after 5
/// s), and a request that meets the closing is lost. Source: undici's keepAliveTimeout, 4 s, chosen
/// for the same reason.
constexpr Duration kLongestRest = std::chrono::seconds(4);

/// A large answer leaves the loop to the others after so many reads.
constexpr int kMostReads = 16;

/// A slow reader's receive buffer holds a tenth of a second, within what the kernel allows.
constexpr std::int64_t kSmallestBuffer = 2304;
constexpr std::int64_t kLargestBuffer = 65536;

void narrow(int fd, std::int64_t rate) {
  const int size = static_cast<int>(std::clamp(rate / 10, kSmallestBuffer, kLargestBuffer));
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

bool is_abort(const Handling& handling, model::Abort::When when) {
  return handling.abort && handling.abort->when == when;
}

}  // namespace

FastUser::FastUser(FastShared& shared, std::size_t number) : shared_(shared), number_(number) {}

FastUser::~FastUser() {
  cancel();
  drop();
}

// ---- the connection
// ------------------------------------------------------------------------------

void FastUser::start(const WireRequest& request, const Handling& handling) {
  request_ = request;
  handling_ = handling;
  written_ = 0;
  received_ = 0;
  send_failed_ = is_reading_ = false;
  stop_at_.reset();
  if (is_abort(handling, model::Abort::When::at_upload)) {
    const auto body = static_cast<std::size_t>(handling.abort->bytes.count);
    if (request.body_at + body <= request.text.size()) stop_at_ = request.body_at + body;
  }
  if (connection_ && !may_reuse()) drop();
  shared_.deadlines.set(number_, shared_.loop.now(), handling.timeout);
  if (connection_)
    begin();
  else
    open();
}

bool FastUser::may_reuse() {
  if (is_narrow_ && handling_.receive_rate == 0) return false;
  if (in_done_) return true;
  return shared_.loop.now() - rested_since_ < kLongestRest && is_quiet();
}

/// Whether nothing has come over the connection, not even its end. With TLS there may be something
/// to read that is no answer.
bool FastUser::is_quiet() {
  return connection_->receive(shared_.buffer).would_block;
}

void FastUser::open() {
  phase_ = Phase::opening;
  opening_ = shared_.connector.open(
      [this](std::unique_ptr<Connection> connection, std::string_view failure) {
        on_opened(std::move(connection), failure);
      });
}

void FastUser::on_opened(std::unique_ptr<Connection> connection, std::string_view failure) {
  if (!connection) return end(failure);
  connection_ = std::move(connection);
  ++shared_.connections;
  answers_ = 0;
  is_narrow_ = false;
  awaited_ = EPOLLIN;
  shared_.loop.watch(connection_->fd(), EPOLLIN,
                     [this](std::uint32_t events) { on_event(events); });
  begin();
}

void FastUser::drop() {
  if (!connection_) return;
  shared_.loop.unwatch(connection_->fd());
  connection_.reset();
}

void FastUser::wait_for(std::uint32_t events) {
  if (events == awaited_) return;
  awaited_ = events;
  shared_.loop.change(connection_->fd(), events);
}

// ---- the request
// ---------------------------------------------------------------------------------

void FastUser::begin() {
  phase_ = Phase::exchanging;
  if (handling_.send_rate > 0) send_pace_ = Pace(handling_.send_rate, shared_.loop.now());
  if (handling_.receive_rate > 0) {
    receive_pace_ = Pace(handling_.receive_rate, shared_.loop.now());
    narrow(connection_->fd(), handling_.receive_rate);
    is_narrow_ = true;
  }
  write_some();
}

/// How much of the request may be written by now.
std::size_t FastUser::write_end(TimePoint now) const {
  const std::size_t end = stop_at_.value_or(request_.text.size());
  if (handling_.send_rate == 0) return end;
  return std::min(end, static_cast<std::size_t>(send_pace_.allowed(now)));
}

void FastUser::write_some() {
  const bool is_paced = handling_.send_rate > 0;
  const TimePoint now = is_paced ? shared_.loop.now() : TimePoint();
  const std::size_t end = write_end(now);
  while (written_ < end) {
    const auto moved = connection_->send(request_.text.substr(written_, end - written_));
    if (moved.bytes > 0 && written_ == 0) ++shared_.sent;
    written_ += moved.bytes;
    if (moved.would_block) return wait_for(awaited_ | EPOLLOUT);
    if (!moved.failure.empty()) return on_send_failure(moved);
  }
  if ((awaited_ & EPOLLOUT) != 0) wait_for(awaited_ & ~std::uint32_t{EPOLLOUT});
  if (stop_at_ && written_ == *stop_at_) return end_later({}, true);
  if (written_ == request_.text.size()) return on_written();
  send_timer_ =
      shared_.loop.call_at(send_pace_.next(static_cast<std::int64_t>(written_), now), [this] {
        send_timer_ = 0;
        if (phase_ == Phase::exchanging) write_some();
      });
}

void FastUser::on_send_failure(const Connection::Moved& moved) {
  if (written_ == 0 && answers_ > 0 && shared_.is_plain) {
    // The server has just closed it. Nothing went out, so nothing goes out twice.
    drop();
    return open();
  }
  if (!shared_.is_plain)
    return end_later(answers_ > 0 && received_ == 0 ? kConnectionClosed : moved.failure);
  // An answer may have come before; the descriptor is ready in any case.
  send_failed_ = true;
  wait_for(EPOLLIN);
}

void FastUser::on_written() {
  if (!is_abort(handling_, model::Abort::When::after)) return;
  abort_timer_ = shared_.loop.call_after(handling_.abort->after, [this] {
    abort_timer_ = 0;
    end({}, true);
  });
}

// ---- the answer
// ----------------------------------------------------------------------------------

void FastUser::on_event(std::uint32_t events) {
  if (phase_ == Phase::idle) {
    // Its end, or what nobody asked for.
    if (!is_quiet()) drop();
    return;
  }
  if ((events & EPOLLOUT) != 0 && !send_failed_) {
    write_some();
    if (!connection_ || phase_ != Phase::exchanging) return;
  }
  if ((events & ~std::uint32_t{EPOLLOUT}) != 0) read_some((events & (EPOLLHUP | EPOLLERR)) != 0);
}

void FastUser::read_some(bool ignores_pace) {
  if (!is_reading_) {
    is_reading_ = true;
    if (handling_.stream != nullptr) events_ = {};
    parser_.begin({handling_.wants_head, handling_.wants_body, request_.answer_has_no_body,
                   handling_.stream != nullptr ? &events_ : nullptr});
  }
  const bool is_paced = handling_.receive_rate > 0 && !ignores_pace;
  const TimePoint now = is_paced ? shared_.loop.now() : TimePoint();
  for (int reads = 0; reads < kMostReads; ++reads) {
    std::size_t room = shared_.buffer.size();
    if (is_paced) {
      const std::int64_t allowed = receive_pace_.allowed(now) - received_;
      if (allowed <= 0) return pause_reading(now);
      room = std::min(room, static_cast<std::size_t>(allowed));
    }
    const auto moved = connection_->receive({shared_.buffer.data(), room});
    if (moved.would_block) return;
    if (moved.bytes == 0) return on_stream_end(moved);
    received_ += static_cast<std::int64_t>(moved.bytes);
    shared_.received_bytes += static_cast<std::int64_t>(moved.bytes);
    if (!take({shared_.buffer.data(), moved.bytes})) return;
    if (shared_.is_plain && moved.bytes < room) return;
  }
}

void FastUser::pause_reading(TimePoint now) {
  wait_for(awaited_ & ~std::uint32_t{EPOLLIN});
  if (receive_timer_ != 0) return;
  receive_timer_ = shared_.loop.call_at(receive_pace_.next(received_, now), [this] {
    receive_timer_ = 0;
    wait_for(awaited_ | EPOLLIN);
    read_some(false);
  });
}

/// Returns whether the answer goes on.
bool FastUser::take(std::string_view bytes) {
  const std::size_t used = parser_.feed(bytes);
  const bool goes_on = parser_.state() == AnswerParser::State::reading;
  if (goes_on && !parser_.has_head()) return true;
  if (is_cut_short()) {
    end({}, true);
    return false;
  }
  if (!goes_on)
    on_answer(bytes.size() - used);
  else if (phase_ == Phase::exchanging && has_events())
    hold();
  return goes_on;
}

/// Whether so much of the body has come that we go away, also when that was all of it: how the
/// network cut the bytes must not decide.
bool FastUser::is_cut_short() const {
  if (!is_abort(handling_, model::Abort::When::at_body)) return false;
  if (parser_.state() == AnswerParser::State::failed) return false;
  return parser_.body_bytes() >= handling_.abort->bytes.count;
}

bool FastUser::has_events() const {
  return handling_.stream != nullptr && parser_.is_event_stream() &&
         events_.events() >= handling_.stream->events;
}

void FastUser::on_stream_end(const Connection::Moved& moved) {
  if (moved.closed) parser_.end();
  const bool is_complete = parser_.state() == AnswerParser::State::complete;
  if (is_complete || phase_ == Phase::holding) return on_answer(0);
  if (received_ == 0 && answers_ > 0 && moved.failure != kTlsFailure) return end(kConnectionClosed);
  end(moved.closed ? parser_.failure() : moved.failure);
}

/// What is wrong with an answer that was read to its end.
std::string_view FastUser::find_fault(std::size_t left_over) const {
  if (phase_ == Phase::holding) return {};
  if (parser_.state() == AnswerParser::State::failed) return parser_.failure();
  if (left_over > 0) return kAnswerTooLong;
  if (handling_.stream == nullptr || has_events()) return {};
  if (parser_.is_event_stream()) return kEventStreamEnded;
  return parser_.status() / 100 == 2 ? kNoEventStream : std::string_view();
}

void FastUser::on_answer(std::size_t left_over) {
  const std::string_view fault = find_fault(left_over);
  if (!fault.empty()) return end(fault);
  ++answers_;
  const FastClient::Options& options = shared_.options;
  const bool has_had_enough =
      options.requests_per_connection > 0 && answers_ >= options.requests_per_connection;
  // One that comes before the whole request was written leaves the rest unsaid.
  const bool keeps = phase_ == Phase::exchanging && options.keep_alive && !has_had_enough &&
                     written_ == request_.text.size() && parser_.may_keep_connection();
  if (!keeps) drop();
  finish(told());
}

/// The stream has brought what it should: the connection stays for a while, and what comes is
/// passed over.
void FastUser::hold() {
  phase_ = Phase::holding;
  shared_.deadlines.clear(number_);
  hold_timer_ = shared_.loop.call_after(handling_.stream->hold, [this] {
    hold_timer_ = 0;
    if (handling_.stream->end == model::HeldEnd::abandon) connection_->reset_on_close();
    drop();
    finish(told());
  });
}

// ---- the end
// -------------------------------------------------------------------------------------

/// The answer as far as it has come.
Exchange FastUser::told() const {
  Exchange exchange;
  if (!is_reading_) return exchange;
  exchange.status = parser_.status();
  exchange.head = parser_.head();
  exchange.body = parser_.body();
  exchange.body_bytes = parser_.body_bytes();
  return exchange;
}

void FastUser::end(std::string_view failure, bool aborted) {
  end_later(failure, aborted, false);
  on_turn();
}

/// Nobody is told but in the loop's next turn: a user whose requests all fail at once must not keep
/// the loop to itself, and start() calls nobody back.
void FastUser::end_later(std::string_view failure, bool aborted, bool asks_for_turn) {
  drop();
  shared_.deadlines.clear(number_);
  forget_timers();
  phase_ = Phase::ended;
  outcome_ = told();
  outcome_.status = 0;
  outcome_.failure = failure;
  outcome_.aborted = aborted;
  if (asks_for_turn) shared_.end_later(number_);
}

void FastUser::on_turn() {
  if (phase_ == Phase::ended) finish(outcome_);
}

void FastUser::on_deadline() {
  if (phase_ == Phase::opening) shared_.connector.cancel(opening_);
  end(kTimeout);
}

void FastUser::cancel() {
  if (phase_ == Phase::idle) return;
  if (phase_ == Phase::opening) shared_.connector.cancel(opening_);
  drop();
  shared_.deadlines.clear(number_);
  forget_timers();
  phase_ = Phase::idle;
}

void FastUser::finish(const Exchange& exchange) {
  shared_.deadlines.clear(number_);
  forget_timers();
  phase_ = Phase::idle;
  if (connection_) wait_for(EPOLLIN);
  in_done_ = connection_ != nullptr;
  shared_.done(number_, exchange);
  in_done_ = false;
  if (phase_ == Phase::idle) rested_since_ = shared_.loop.now();
}

void FastUser::forget_timers() {
  for (EventLoop::TimerId* timer : {&send_timer_, &receive_timer_, &abort_timer_, &hold_timer_})
    if (*timer != 0) shared_.loop.cancel(std::exchange(*timer, 0));
}

}  // namespace leakcheck::load
