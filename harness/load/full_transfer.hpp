#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "harness/load/exchange.hpp"
#include "harness/load/origin.hpp"
#include "harness/load/prepared_request.hpp"
#include "harness/load/transfer_group.hpp"

namespace leakcheck::load {

/// What holds for all requests of the full path.
struct FullOptions {
  Duration connect_timeout{};
  bool keep_alive = true;
  int requests_per_connection = 0;  ///< 0: as many as it lasts
  bool http2 = false;               ///< by ALPN for https, by prior knowledge for http
  std::string proxy;                ///< URL; "" for none
};

/// What the transfers of a client did so far.
struct TransferCounts {
  std::int64_t sent = 0;
  std::int64_t connections = 0;
  std::int64_t received_bytes = 0;
};

/// One virtual user's handle of libcurl's: makes one request at a time, each hop of it once, and
/// collects what is wanted of the answer. The handle remembers its options, and what a request
/// does not use is not set anew for it.
/// Thread: the loop's.
class FullTransfer {
 public:
  /// Called from within libcurl, so they only set timers.
  struct Hooks {
    std::function<TimePoint()> now;
    std::function<void()> written;          ///< of those that are to be aborted after a time
    std::function<void(TimePoint)> paused;  ///< a slow reader's, until then
  };

  FullTransfer(std::size_t user, const Origin& origin, const FullOptions& options,
               TransferGroup& group, TransferCounts& counts, Hooks hooks);
  ~FullTransfer();  ///< while it is not in the group
  FullTransfer(const FullTransfer&) = delete;
  FullTransfer& operator=(const FullTransfer&) = delete;

  EasyHandle easy() const { return easy_; }
  static std::size_t user_of(EasyHandle easy);
  Duration abort_after() const { return handling_.abort->after; }
  /// For a request that starts now.
  void prepare(std::shared_ptr<const PreparedRequest> request, const Handling& handling);
  /// What became of it. Units: `code` is a CURLcode.
  Exchange finish(int code);
  /// Before it is taken out of the group: its connection goes with it.
  void go_away();
  /// It was taken out of the group before its end.
  void cut_short() { take_back_unsent(); }

 private:
  struct Callbacks;  // what libcurl calls

  /// As the handle has them.
  struct Settings {
    Duration timeout{};
    int redirects = 0;
    bool compressed = false;
    std::int64_t send_rate = 0;
    bool own_connection = false;
    bool watches_upload = false;
    bool by_socket = false;
    bool is_https = false;
  };
  /// Of the request in flight.
  struct State {
    int sent = 0;             // requests that libcurl was let send: one for each hop
    bool again = false;       // it wanted to send one once more
    bool opened = false;      // a socket, since the last was sent
    bool on_new = false;      // that one went over a new connection
    bool head_began = false;  // of its answer
    bool head_complete = false;
    bool aborted = false;  // as its handling asks
    bool too_large = false;
    bool written = false;        // and told so
    long sent_bytes_before = 0;  // of the hops before the last
    std::size_t uploaded = 0;    // bytes of the body that libcurl has fetched
    std::int64_t body_bytes = 0;
    TimePoint body_began{};
  };

  void set_up();
  void set_up_reaching();
  void set(const Settings& wanted);
  void set_version();
  bool is_to_origin(const std::string& url) const;
  bool aborts(model::Abort::When when) const;
  std::int64_t abort_bytes() const { return handling_.abort->bytes.count; }
  bool may_send() const;
  void on_hop();
  void count_connection();
  bool must_wait();
  void on_written();
  std::string_view failure_of(int code);
  void take_back_unsent();

  const std::size_t user_;
  const Origin& origin_;
  const FullOptions& options_;
  TransferGroup& group_;
  TransferCounts& counts_;
  Hooks hooks_;
  EasyHandle easy_;
  Settings settings_;
  int on_connection_ = 0;  // requests that the present connection has carried
  bool closes_ = false;    // that connection, after this request

  std::shared_ptr<const PreparedRequest> request_;
  Multipart multipart_;
  bool must_apply_ = false;  // the handle no longer has what the request says
  Handling handling_;
  State state_;
  std::string head_;
  std::string body_;
};

}  // namespace leakcheck::load
