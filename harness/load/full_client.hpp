#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "harness/base/event_loop.hpp"
#include "harness/load/prepared_request.hpp"
#include "harness/load/tally.hpp"
#include "harness/load/transfer_group.hpp"

namespace leakcheck::load {

/// HTTP/1.1 for a number of virtual users, each with one request at a time. No redirect is
/// followed, no proxy used, no answer kept, and no request goes out twice.
/// Thread: the loop's.
class FullClient {
 public:
  struct Options {
    Duration timeout{};  ///< from the start of a request to the last byte of its answer
    bool keep_alive = true;
  };
  using Done = std::function<void(std::size_t user, const Exchange& exchange)>;

  FullClient(EventLoop& loop, std::size_t users, Options options, Done done);
  ~FullClient();
  FullClient(const FullClient&) = delete;
  FullClient& operator=(const FullClient&) = delete;

  /// Starts the user's request; Done is called later, never from here. It moves with the next
  /// flush(), or when Done returns.
  void start(std::size_t user, std::shared_ptr<const PreparedRequest> request);
  void flush();
  bool is_in_flight(std::size_t user) const;
  /// Ends the user's request at once; Done is not called.
  void cancel(std::size_t user);

  /// Requests written to a socket so far, those in flight included.
  std::int64_t sent() const { return sent_; }

 private:
  struct Callbacks;  // what libcurl calls
  struct Slot {
    FullClient* client = nullptr;
    TransferGroup* group = nullptr;
    EasyHandle easy = nullptr;
    std::size_t user = 0;
    std::shared_ptr<const PreparedRequest> request;
    bool in_flight = false;
    bool sent = false;           // libcurl was let send it
    bool again = false;          // and wanted to do it once more
    bool head_complete = false;  // of the answer
  };

  void set_up(Slot& slot);
  void on_ended(Slot& slot, int result);
  static Exchange exchange_of(const Slot& slot, int result);
  void take_back_unsent(Slot& slot);

  Options options_;
  Done done_;
  std::int64_t sent_ = 0;
  std::vector<std::unique_ptr<TransferGroup>> groups_;
  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace leakcheck::load
