#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "harness/base/event_loop.hpp"
#include "harness/load/origin.hpp"

namespace leakcheck::load {

class Connector;

/// One open connection (TCP, TLS or unix socket), non-blocking. Watching its descriptor is its
/// owner's; TLS may hold bytes that the descriptor does not show, so read until it would block.
class Connection {
 public:
  struct Moved {
    std::size_t bytes = 0;
    bool would_block = false;
    bool closed = false;         ///< by the other end, in order
    int system_error = 0;        ///< errno of a failure
    std::string_view failure{};  ///< its name in errors, a literal; empty: none
  };

  ~Connection();  ///< closes it
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Moved send(std::string_view bytes);
  Moved receive(std::span<char> into);
  int fd() const;
  /// Makes closing a reset (RST), as when a client vanishes.
  void reset_on_close();

 private:
  friend class Connector;
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Opens connections to one origin, any number at a time. libcurl's CONNECT_ONLY.
/// Thread: the loop's.
class Connector {
 public:
  /// Either a connection or the failure's name.
  using Opened = std::function<void(std::unique_ptr<Connection>, std::string_view failure)>;
  using Id = std::uint64_t;

  Connector(EventLoop& loop, Origin origin, Duration timeout);
  ~Connector();  ///< after all its connections
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  /// Opened is called later, never from here.
  Id open(Opened opened);
  void cancel(Id id);  ///< no-op for one that was called back

 private:
  friend class Connection;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leakcheck::load
