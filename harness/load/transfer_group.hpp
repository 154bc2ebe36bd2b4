#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <unordered_map>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/load/prepared_request.hpp"

namespace leakcheck::load {

/// A few transfers that libcurl runs on our loop (its multi socket interface), with the
/// connections that they keep. Small, because a transfer's cost grows with its neighbours.
class TransferGroup {
 public:
  static constexpr std::size_t kMost = 16;  ///< transfers in a group; Source: LOAD measurements

  /// A transfer has ended, is out of the group and may be started again at once; of those that
  /// stay: is in it until cancel().
  /// Units: `result` is a CURLcode.
  using Ended = std::function<void(EasyHandle easy, int result)>;

  enum class WhenEnded {
    leaves,
    stays,  ///< with its connection, which is the caller's then (CONNECT_ONLY)
  };

  TransferGroup(EventLoop& loop, Ended ended, WhenEnded when_ended = WhenEnded::leaves);
  ~TransferGroup();  ///< after all transfers were removed; closes the connections
  TransferGroup(const TransferGroup&) = delete;
  TransferGroup& operator=(const TransferGroup&) = delete;

  /// The handle's connections are closed here. Once, before its first start.
  void adopt(EasyHandle easy);
  /// For a connection of a handle that was adopted; below 0 when there is none to be had.
  int open_socket(int family, int type, int protocol);
  /// Starts a transfer; it moves with the next flush(), or when Ended returns.
  void start(EasyHandle easy);
  /// Goes on with a transfer that paused in a callback of its own.
  void resume(EasyHandle easy);
  /// Moves all that were started, in one go.
  void flush();
  /// Ends a transfer at once and closes its connection; Ended is not called.
  void cancel(EasyHandle easy);

  /// Whether the last attempt to open a socket failed for want of a descriptor.
  bool out_of_descriptors() const { return out_of_descriptors_; }

 private:
  struct Callbacks;  // what libcurl calls
  struct Socket {
    std::uint32_t wanted = 0;   // epoll events that libcurl waits for
    std::uint32_t watched = 0;  // those that the loop has; a superset is put right when it fires
    bool is_ours = false;       // we close it; otherwise libcurl does, right after it lets go
  };
  struct EndedTransfer {
    EasyHandle easy;
    int result;
  };

  void want(int fd, std::uint32_t events);
  void forget(int fd);
  void on_socket(int fd, std::uint32_t events);
  void on_timer();
  void act(int fd, int events);
  void collect_ended();
  void settle();
  void arm_timer();

  EventLoop& loop_;
  Ended on_ended_;
  WhenEnded when_ended_;
  void* multi_;
  std::unordered_map<int, Socket> sockets_;
  std::vector<EndedTransfer> ended_;
  bool started_ = false;  // some transfer waits for flush()
  bool out_of_descriptors_ = false;
  std::exception_ptr thrown_;  // in a callback of libcurl, which must not see it

  TimePoint due_ = TimePoint::max();  // when libcurl wants to be called
  bool due_told_ = false;
  TimePoint armed_for_ = TimePoint::max();
  EventLoop::TimerId timer_ = 0;
  EventLoop::TimerId turn_ = 0;  // the rest of the ended transfers, in the loop's next turn
};

}  // namespace leakcheck::load
