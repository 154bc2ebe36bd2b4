#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "harness/base/event_loop.hpp"
#include "harness/load/exchange.hpp"
#include "harness/load/origin.hpp"

namespace leakcheck::load {

/// A request as it goes over the wire.
struct WireRequest {
  std::string_view text;            ///< head and body; lives until the request has ended
  std::size_t body_at = 0;          ///< where the body begins in it
  bool answer_has_no_body = false;  ///< HEAD
};

/// The fast path: HTTP/1.1 to one origin for a number of virtual users, each with one connection
/// and one request at a time. libcurl opens connections (TCP, TLS, unix sockets) and moves bytes;
/// Boost.Beast reads answers; what goes out is the caller's text. No request goes out twice.
/// Thread: the loop's.
class FastClient {
 public:
  struct Options {
    Duration connect_timeout{};
    bool keep_alive = true;
    int requests_per_connection = 0;  ///< 0: as many as it lasts
  };
  using Done = std::function<void(std::size_t user, const Exchange& exchange)>;

  FastClient(EventLoop& loop, const Origin& origin, std::size_t users, Options options, Done done);
  ~FastClient();
  FastClient(const FastClient&) = delete;
  FastClient& operator=(const FastClient&) = delete;

  /// Starts the user's request; Done is called later, never from here.
  void start(std::size_t user, const WireRequest& request, const Handling& handling);
  bool is_in_flight(std::size_t user) const;
  /// Ends the user's request at once and closes its connection; Done is not called.
  void cancel(std::size_t user);

  /// So far: requests of which a byte was written (those in flight included), connections opened,
  /// bytes of answers.
  std::int64_t sent() const;
  std::int64_t connections() const;
  std::int64_t received_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leakcheck::load
