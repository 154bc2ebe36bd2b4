#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "harness/target/ready_probe.hpp"

namespace leakcheck::target {

// What both kinds of probe have in common.

inline constexpr std::chrono::milliseconds kFirstProbePause{10};
inline constexpr std::chrono::milliseconds kLongestProbePause{100};
inline constexpr std::chrono::seconds kProbePatience{5};  ///< for one answer

inline std::chrono::milliseconds longer_pause(std::chrono::milliseconds pause) {
  return std::min(kLongestProbePause, pause * 2);
}
/// The host as a URL has it: IPv6 in brackets.
inline std::string url_host(const Address& address) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return is_ipv6 ? "[" + address.host + "]" : address.host;
}
inline bool accepts(const model::HttpReady& expected, int status) {
  return expected.status_code ? status == *expected.status_code : status >= 200 && status < 400;
}

/// The probe for https, by libcurl, which is looked after every few milliseconds.
std::unique_ptr<ReadyProbe> start_tls_probe(const Address& address,
                                            const model::HttpReady& expected, const Reach& reach,
                                            EventLoop& loop, std::function<void()> on_ready);

}  // namespace leakcheck::target
