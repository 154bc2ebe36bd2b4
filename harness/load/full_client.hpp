#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/load/full_transfer.hpp"

namespace leakcheck::load {

/// The full path: HTTP by libcurl for a number of virtual users, each with one request at a time.
/// What FastClient cannot do: HTTP/2, redirects, multipart, proxies, compression. No request goes
/// out twice, and with HTTP/2 no two users share a connection.
/// Thread: the loop's.
class FullClient {
 public:
  using Options = FullOptions;
  using Done = std::function<void(std::size_t user, const Exchange& exchange)>;

  FullClient(EventLoop& loop, Origin origin, std::size_t users, Options options, Done done);
  ~FullClient();
  FullClient(const FullClient&) = delete;
  FullClient& operator=(const FullClient&) = delete;

  /// Starts the user's request; Done is called later, never from here. It moves with the next
  /// flush(), or when Done returns.
  void start(std::size_t user, std::shared_ptr<const PreparedRequest> request,
             const Handling& handling);
  void flush();
  bool is_in_flight(std::size_t user) const { return users_[user].in_flight; }
  /// Ends the user's request at once; Done is not called.
  void cancel(std::size_t user);

  /// So far: requests written to a socket (each hop of a redirect is one; those in flight
  /// included), connections opened, bytes of answers (head and body, as they were sent).
  std::int64_t sent() const { return counts_.sent; }
  std::int64_t connections() const { return counts_.connections; }
  std::int64_t received_bytes() const { return counts_.received_bytes; }

 private:
  struct User {
    std::unique_ptr<FullTransfer> transfer;  // made with the first request
    TransferGroup* group = nullptr;
    bool in_flight = false;
    EventLoop::TimerId abort = 0;
    EventLoop::TimerId pause = 0;
  };

  void open(std::size_t user);
  void on_ended(std::size_t user, int result);
  void on_written(std::size_t user);
  void on_paused(std::size_t user, TimePoint until);
  void on_abort_due(std::size_t user);
  void cancel_timers(User& user);

  EventLoop& loop_;
  const Origin origin_;
  const Options options_;
  Done done_;
  TransferCounts counts_;
  std::size_t group_size_;
  std::vector<std::unique_ptr<TransferGroup>> groups_;  // made with the first user of each
  std::vector<User> users_;
};

}  // namespace leakcheck::load
