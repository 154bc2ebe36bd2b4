#include "harness/load/web_socket_client.hpp"

#include <optional>

#include "harness/load/failure.hpp"
#include "harness/load/web_socket.hpp"

namespace leakcheck::load {
namespace {

enum class Phase {
  exchanging,  ///< from the start to the last message, connecting included
  holding,
  closing,
};

/// A talk in progress.
struct Talk {
  WebSocketTalk asked;
  Phase phase = Phase::exchanging;
  EventLoop::TimerId timer = 0;  // of the phase
  std::optional<Connector::Id> opening;
  std::unique_ptr<WebSocket> socket;
  std::size_t written = 0;  // messages
  int received = 0;
  std::int64_t body_bytes = 0;
  std::string last;
};

}  // namespace

struct WebSocketClient::State {
  State(EventLoop& event_loop, const Origin& whom, std::size_t users, Duration connect_timeout,
        Done when_done)
      : loop(event_loop),
        host(whom.host),
        connector(loop, whom, connect_timeout),
        queue(loop),
        talks(users),
        done(std::move(when_done)) {}

  ~State() {
    for (auto& talk : talks)
      if (talk) cut(*talk);
  }

  void cut(Talk& talk);
  void on_opened(std::size_t user, std::unique_ptr<Connection> connection,
                 std::string_view failure);
  void on_message(std::size_t user, std::string_view message);
  void send_next(std::size_t user);
  void on_sent(std::size_t user);
  void hold_when_done(std::size_t user);
  void end_hold(std::size_t user);
  void set_timer(std::size_t user, Duration delay, void (State::*then)(std::size_t));
  void time_out(std::size_t user) { finish(user, kTimeout); }
  void stop_waiting(std::size_t user) { finish(user, {}); }
  void finish(std::size_t user, std::string_view failure);

  EventLoop& loop;
  std::string host;
  Connector connector;
  WebSocket::Traffic traffic;
  HandlerQueue queue;
  std::vector<std::unique_ptr<Talk>> talks;  // by user
  Done done;
  std::int64_t connections = 0;
};

void WebSocketClient::State::cut(Talk& talk) {
  loop.cancel(talk.timer);
  if (talk.opening) connector.cancel(*talk.opening);
  talk.socket.reset();
}

void WebSocketClient::State::set_timer(std::size_t user, Duration delay,
                                       void (State::*then)(std::size_t)) {
  Talk& talk = *talks[user];
  loop.cancel(talk.timer);
  talk.timer = loop.call_after(delay, [this, user, then] { (this->*then)(user); });
}

void WebSocketClient::State::on_opened(std::size_t user, std::unique_ptr<Connection> connection,
                                       std::string_view failure) {
  Talk& talk = *talks[user];
  talk.opening.reset();
  if (!connection) return finish(user, failure);
  ++connections;
  WebSocket::Events events;
  events.on_open = [this, user] { send_next(user); };
  events.on_sent = [this, user] { on_sent(user); };
  events.on_message = [this, user](std::string_view message) { on_message(user, message); };
  // A service that closes before the hold is over did not do what the step asks of it.
  events.on_end = [this, user](std::string_view why) { finish(user, why); };
  talk.socket =
      std::make_unique<WebSocket>(queue, std::move(connection), traffic, std::move(events));
  talk.socket->open(host, talk.asked.target, talk.asked.headers);
}

void WebSocketClient::State::send_next(std::size_t user) {
  Talk& talk = *talks[user];
  if (talk.written == talk.asked.send.size()) return hold_when_done(user);
  talk.socket->send(std::move(talk.asked.send[talk.written]));
}

void WebSocketClient::State::on_sent(std::size_t user) {
  ++talks[user]->written;
  send_next(user);
}

void WebSocketClient::State::on_message(std::size_t user, std::string_view message) {
  Talk& talk = *talks[user];
  if (talk.received < talk.asked.receive) ++talk.received;
  talk.body_bytes += static_cast<std::int64_t>(message.size());
  talk.last.assign(message);
  hold_when_done(user);
}

void WebSocketClient::State::hold_when_done(std::size_t user) {
  Talk& talk = *talks[user];
  if (talk.phase != Phase::exchanging || talk.written < talk.asked.send.size() ||
      talk.received < talk.asked.receive)
    return;
  talk.phase = Phase::holding;
  if (talk.asked.hold <= Duration::zero()) return end_hold(user);
  set_timer(user, talk.asked.hold, &State::end_hold);
}

void WebSocketClient::State::end_hold(std::size_t user) {
  Talk& talk = *talks[user];
  if (talk.asked.end == model::HeldEnd::abandon) {
    talk.socket->reset_on_close();
    return finish(user, {});
  }
  talk.phase = Phase::closing;
  set_timer(user, talk.asked.timeout, &State::stop_waiting);
  talk.socket->close();
}

void WebSocketClient::State::finish(std::size_t user, std::string_view failure) {
  const std::unique_ptr<Talk> talk = std::move(talks[user]);
  cut(*talk);
  Exchange exchange;
  exchange.failure = failure;
  if (failure.empty()) exchange.status = 101;
  exchange.body = talk->last;
  exchange.body_bytes = talk->body_bytes;
  done(user, exchange);
}

WebSocketClient::WebSocketClient(EventLoop& loop, const Origin& origin, std::size_t users,
                                 Duration connect_timeout, Done done)
    : state_(std::make_unique<State>(loop, origin, users, connect_timeout, std::move(done))) {}

WebSocketClient::~WebSocketClient() = default;

void WebSocketClient::start(std::size_t user, WebSocketTalk talk) {
  State& state = *state_;
  state.talks[user] = std::make_unique<Talk>();
  state.talks[user]->asked = std::move(talk);
  state.set_timer(user, state.talks[user]->asked.timeout, &State::time_out);
  state.talks[user]->opening = state.connector.open(
      [&state, user](std::unique_ptr<Connection> connection, std::string_view failure) {
        state.on_opened(user, std::move(connection), failure);
      });
}

bool WebSocketClient::is_in_flight(std::size_t user) const {
  return state_->talks[user] != nullptr;
}

void WebSocketClient::cancel(std::size_t user) {
  if (const std::unique_ptr<Talk> talk = std::move(state_->talks[user])) state_->cut(*talk);
}

std::int64_t WebSocketClient::sent() const {
  return state_->traffic.upgrades;
}

std::int64_t WebSocketClient::connections() const {
  return state_->connections;
}

std::int64_t WebSocketClient::received_bytes() const {
  return state_->traffic.received_bytes;
}

}  // namespace leakcheck::load
