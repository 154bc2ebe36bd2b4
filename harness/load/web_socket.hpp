#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/load/connection.hpp"

namespace leakcheck::load {

/// Where the handlers of Boost.Asio wait until our loop runs them.
/// Thread: the loop's.
class HandlerQueue {
 public:
  explicit HandlerQueue(EventLoop& loop);
  ~HandlerQueue();  ///< after all its sockets
  HandlerQueue(const HandlerQueue&) = delete;
  HandlerQueue& operator=(const HandlerQueue&) = delete;

 private:
  friend class WebSocket;
  struct State;
  std::unique_ptr<State> state_;
};

/// The client's end of one WebSocket, over an open connection. Boost.Beast speaks the protocol:
/// it answers pings and, on what breaks the protocol, closes the connection.
/// Thread: the loop's.
class WebSocket {
 public:
  /// Called from the loop, never from a call below; each may destroy the WebSocket.
  struct Events {
    std::function<void()> on_open;
    std::function<void()> on_sent;
    std::function<void(std::string_view message)> on_message;
    /// The last one: it is closed. The failure is a literal; empty: we wanted it to be.
    std::function<void(std::string_view failure)> on_end;
  };
  struct Traffic {
    std::int64_t upgrades = 0;        ///< requests of which a byte was written
    std::int64_t received_bytes = 0;  ///< of the connections, without TLS
  };
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// Units: bytes. A longer message is a failure.
  static constexpr std::size_t kLongestMessage = std::size_t{16} << 20;

  WebSocket(HandlerQueue& queue, std::unique_ptr<Connection> connection, Traffic& traffic,
            Events events);
  ~WebSocket();  ///< closes the connection, without a word
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  /// Once, first: asks for the upgrade.
  void open(const std::string& host, const std::string& target, const Headers& headers);
  /// A text message; the next one after on_sent.
  void send(std::string text);
  /// Once: says so to the other end and waits until it closes the connection. Whatever it does
  /// from now on is no failure.
  void close();
  /// Makes the end that the destructor brings a reset (RST).
  void reset_on_close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace leakcheck::load
