#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "harness/base/event_loop.hpp"
#include "harness/model/scenario.hpp"
#include "harness/target/ports.hpp"

namespace leakcheck::target {

/// How an address is reached.
struct Reach {
  std::filesystem::path socket_path;  ///< unix socket; empty: TCP
  model::Tls tls;
};

/// Asks again and again, without blocking, whether somebody answers on an address: connects, and
/// for HTTP reads the status line. Destroying it ends the asking.
class ReadyProbe {
 public:
  virtual ~ReadyProbe() = default;
  /// What the last try saw, for the message when time is out: "nobody listens", "GET /healthz
  /// answers 500".
  virtual std::string last_seen() const = 0;

  static Result<std::unique_ptr<ReadyProbe>> start_tcp(const std::string& host, int port,
                                                       EventLoop& loop,
                                                       std::function<void()> on_ready);
  /// The same for a unix socket. Errors: ErrorKind::target for a path that is too long.
  static Result<std::unique_ptr<ReadyProbe>> start_unix(const std::filesystem::path& socket,
                                                        EventLoop& loop,
                                                        std::function<void()> on_ready);
  static Result<std::unique_ptr<ReadyProbe>> start_http(const Address& address,
                                                        const model::HttpReady& expected,
                                                        EventLoop& loop,
                                                        std::function<void()> on_ready,
                                                        const Reach& reach = {});
};

}  // namespace leakcheck::target
