#pragma once

#include <string_view>

namespace leakcheck::load {

inline constexpr std::string_view kTimeout = "timeout";
inline constexpr std::string_view kTimeLimit = "aborted at the time limit";
inline constexpr std::string_view kMalformedUrl = "malformed url";
inline constexpr std::string_view kConnectionReset = "connection reset";
inline constexpr std::string_view kConnectionClosed = "connection closed";  ///< a kept one
inline constexpr std::string_view kTlsFailure = "TLS failure";
inline constexpr std::string_view kEmptyAnswer = "empty answer";
inline constexpr std::string_view kIncompleteAnswer = "incomplete answer";
inline constexpr std::string_view kMalformedAnswer = "malformed answer";
inline constexpr std::string_view kAnswerTooLong = "answer longer than its length";
inline constexpr std::string_view kNoEventStream = "no event stream";
inline constexpr std::string_view kEventStreamEnded = "event stream ended";
inline constexpr std::string_view kTransferFailed = "transfer failed";
inline constexpr std::string_view kAnswerTooLarge = "answer too large to look at";
inline constexpr std::string_view kNoHttp2 = "answered over HTTP/1.1";

/// How libcurl says that a transfer ended without a complete answer.
struct TransferEnd {
  int code = 0;                ///< CURLcode, not CURLE_OK
  long system_error = 0;       ///< errno; 0: none
  bool sent = false;           ///< the request went out
  bool stale = false;          ///< on a connection kept from an earlier request; nothing came back
  bool again = false;          ///< libcurl wanted to send it a second time, and was not let
  bool no_descriptor = false;  ///< no socket could be opened: too many are open
  bool by_proxy = false;       ///< through one
  bool redirected = false;     ///< to where nothing was sent yet
};

/// The failure's name in LoadSummary::errors; a literal.
std::string_view name_failure(const TransferEnd& end);

}  // namespace leakcheck::load
