#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/load/cookie_jar.hpp"
#include "harness/load/exchange.hpp"
#include "harness/load/fast_client.hpp"
#include "harness/load/flow_plan.hpp"
#include "harness/load/full_client.hpp"
#include "harness/load/origin.hpp"
#include "harness/load/web_socket_client.hpp"

namespace leakcheck::load {

/// Renders what virtual users send, and hands it to the client that can carry it: the fast path,
/// the full path, or WebSocket. Only those are there that some step needs.
/// Thread: the loop's.
class RequestSender {
 public:
  using Done = std::function<void(std::size_t user, const Exchange& exchange)>;

  RequestSender(EventLoop& loop, const model::LoadSpec& spec, const Origin& origin,
                const Needs& needs, const Done& done);

  /// Starts a request; Done is called later. Returns why it could not be made, by its name in
  /// errors; that lives as long as the plan. `aborted`: this one is cut short, as its step asks.
  std::string_view send(std::size_t user, const PlannedRequest& request, RequestValues& values,
                        const CookieJar& cookies, bool aborted);
  std::string_view send(std::size_t user, const PlannedWebSocket& socket, RequestValues& values,
                        const CookieJar& cookies);
  /// Moves what was started outside of Done.
  void flush();

  /// Takes the cookies of an answer to the user's last request, and says whether there were any.
  bool take_cookies(std::size_t user, std::string_view head, CookieJar& into) const;

  bool is_in_flight(std::size_t user) const;
  /// Ends the user's request at once; Done is not called.
  void cancel(std::size_t user);

  /// So far: requests written to a socket, connections opened, bytes of answers.
  std::int64_t sent() const;
  std::int64_t upgrades() const;  ///< of these, for WebSockets
  std::int64_t connections() const;
  std::int64_t received_bytes() const;

 private:
  struct Sent {
    std::string text;           // the request, or its target, when it was rendered for this once
    std::string_view target{};  // path and query; in `text` or in the plan
  };

  std::string_view send_with(std::size_t user, const PlannedRequest& request, RequestValues& values,
                             const CookieJar& cookies, const Handling& handling);
  std::string_view send_fast(std::size_t user, const PlannedRequest& request, RequestValues& values,
                             const CookieJar& cookies, const Handling& handling);
  std::string_view send_full(std::size_t user, const PlannedRequest& request, RequestValues& values,
                             const CookieJar& cookies, const Handling& handling);
  CookieSource source_of(const CookieJar& cookies) const;  // empty when the jar is

  bool is_https_;
  std::vector<Sent> sent_;
  std::unique_ptr<FastClient> fast_;
  std::unique_ptr<FullClient> full_;
  std::unique_ptr<WebSocketClient> web_sockets_;
};

}  // namespace leakcheck::load
