#include "harness/load/fast_client.hpp"

#include <deque>
#include <utility>
#include <vector>

#include "harness/load/fast_user.hpp"

namespace leakcheck::load {
namespace {

/// As much as a TLS record holds at least; more of a large answer in one call costs less.
constexpr std::size_t kReceiveBytes = 64 << 10;

}  // namespace

struct FastClient::State {
  State(EventLoop& event_loop, const Origin& origin, std::size_t count, Options options, Done done);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void end_later(std::size_t user);
  void on_turn();

  EventLoop& loop;
  FastShared shared;
  std::deque<FastUser> users;  // which stay where they are
  std::vector<std::size_t> ended;
  EventLoop::TimerId turn = 0;
};

FastClient::State::State(EventLoop& event_loop, const Origin& origin, std::size_t count,
                         Options options, Done done)
    : loop(event_loop),
      shared{event_loop,
             Connector(event_loop, origin, options.connect_timeout),
             origin.url.starts_with("http:"),
             options,
             std::move(done),
             [this](std::size_t user) { end_later(user); },
             Deadlines(event_loop, count, [this](std::size_t user) { users[user].on_deadline(); }),
             std::vector<char>(kReceiveBytes)} {
  for (std::size_t user = 0; user < count; ++user) users.emplace_back(shared, user);
}

FastClient::State::~State() {
  loop.cancel(turn);
  users.clear();  // before what they share
}

void FastClient::State::end_later(std::size_t user) {
  ended.push_back(user);
  if (turn == 0) turn = loop.call_at(loop.now(), [this] { on_turn(); });
}

void FastClient::State::on_turn() {
  turn = 0;
  for (const std::size_t user : std::exchange(ended, {})) users[user].on_turn();
}

FastClient::FastClient(EventLoop& loop, const Origin& origin, std::size_t users, Options options,
                       Done done)
    : state_(std::make_unique<State>(loop, origin, users, options, std::move(done))) {}

FastClient::~FastClient() = default;

void FastClient::start(std::size_t user, const WireRequest& request, const Handling& handling) {
  state_->users[user].start(request, handling);
}

bool FastClient::is_in_flight(std::size_t user) const {
  return state_->users[user].is_in_flight();
}

void FastClient::cancel(std::size_t user) {
  state_->users[user].cancel();
}

std::int64_t FastClient::sent() const {
  return state_->shared.sent;
}

std::int64_t FastClient::connections() const {
  return state_->shared.connections;
}

std::int64_t FastClient::received_bytes() const {
  return state_->shared.received_bytes;
}

}  // namespace leakcheck::load
