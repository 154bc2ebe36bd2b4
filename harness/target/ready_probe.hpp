#pragma once

#include <functional>
#include <memory>
#include <string>

#include "harness/base/event_loop.hpp"
#include "harness/model/scenario.hpp"
#include "harness/target/ports.hpp"

namespace leakcheck::target {

/// Asks again and again, without blocking, whether somebody answers on an address: connects, and
/// for HTTP reads the status line. Destroying it ends the asking.
class ReadyProbe {
 public:
  virtual ~ReadyProbe() = default;
  /// What the last try saw, for the message when time is out: "nobody listens", "GET /healthz
  /// answers 500".
  virtual std::string last_seen() const = 0;

  /// TCP only for https: the certificate is the load engine's business.
  static Result<std::unique_ptr<ReadyProbe>> start_tcp(const std::string& host, int port,
                                                       EventLoop& loop,
                                                       std::function<void()> on_ready);
  static Result<std::unique_ptr<ReadyProbe>> start_http(const Address& address,
                                                        const model::HttpReady& expected,
                                                        EventLoop& loop,
                                                        std::function<void()> on_ready);
};

}  // namespace leakcheck::target
