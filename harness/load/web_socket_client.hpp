#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/load/connection.hpp"
#include "harness/load/exchange.hpp"

namespace leakcheck::load {

/// A WebSocket step, rendered.
struct WebSocketTalk {
  std::string target;  ///< "/chat?room=5"
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> send;  ///< text messages, one after the other
  int receive = 0;                ///< messages to wait for, in all
  Duration hold{};                ///< then
  model::HeldEnd end = model::HeldEnd::close;
  Duration timeout{};  ///< without the hold
};

/// WebSocket connections of virtual users, each with one at a time. Boost.Beast speaks the protocol
/// over our Connection.
/// Thread: the loop's.
class WebSocketClient {
 public:
  /// Exchange: status 101 when all went as asked; the body is the last message, body_bytes those of
  /// all messages.
  using Done = std::function<void(std::size_t user, const Exchange& exchange)>;

  WebSocketClient(EventLoop& loop, const Origin& origin, std::size_t users,
                  Duration connect_timeout, Done done);
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  /// Done is called later, never from here.
  void start(std::size_t user, WebSocketTalk talk);
  bool is_in_flight(std::size_t user) const;
  void cancel(std::size_t user);

  std::int64_t sent() const;  ///< upgrade requests written
  std::int64_t connections() const;
  std::int64_t received_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leakcheck::load
