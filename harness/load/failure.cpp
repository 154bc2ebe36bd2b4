#include "harness/load/failure.hpp"

#include <curl/curl.h>

#include <cerrno>

namespace leakcheck::load {
namespace {

std::string_view name_connect_failure(const TransferEnd& end) {
  if (end.no_descriptor) return "descriptor limit reached";
  if (end.by_proxy) return "proxy not reached";
  switch (end.system_error) {
    case ECONNREFUSED:
      return "connection refused";
    case ECONNRESET:
      return kConnectionReset;
    case EADDRNOTAVAIL:
      return "no free local port";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "host unreachable";
    default:
      return "connection failed";
  }
}

}  // namespace

std::string_view name_failure(const TransferEnd& end) {
  if (end.code == CURLE_OPERATION_TIMEDOUT) return kTimeout;
  // libcurl would repeat these. After five times in a row it no longer wants to, and gives the
  // error.
  const bool closed =
      end.code == CURLE_SEND_ERROR || end.code == CURLE_RECV_ERROR || end.code == CURLE_GOT_NOTHING;
  if (end.again || (end.stale && closed)) return kConnectionClosed;
  if (end.by_proxy && closed && !end.sent) return "refused by the proxy";
  switch (end.code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "proxy not reached";
    case CURLE_PROXY:
      return "refused by the proxy";
    case CURLE_TOO_MANY_REDIRECTS:
      return "too many redirects";
    case CURLE_HTTP2:
      return "HTTP/2 failure";
    case CURLE_HTTP2_STREAM:
      return "HTTP/2 stream reset";
    case CURLE_READ_ERROR:
      return "file not readable";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "name not resolved";
    case CURLE_COULDNT_CONNECT:
      return name_connect_failure(end);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return "certificate not trusted";
    case CURLE_SSL_CONNECT_ERROR:
      return kTlsFailure;
    case CURLE_GOT_NOTHING:
      return kEmptyAnswer;
    case CURLE_PARTIAL_FILE:
      return kIncompleteAnswer;
    case CURLE_SEND_ERROR:
      return kConnectionReset;
    // Without an error of the system it was the chunked encoding that could not be read.
    case CURLE_RECV_ERROR:
      return end.system_error != 0 ? kConnectionReset : kMalformedAnswer;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_OUT_OF_MEMORY:  // also: headers of more than 300 KB
    case 100:                  // CURLE_TOO_LARGE, newer than some of our libcurls
      return kMalformedAnswer;
    // HTTP/0.9, which is any text, once the request was sent; before it, another scheme.
    case CURLE_UNSUPPORTED_PROTOCOL:
      if (end.redirected) return "malformed redirect";
      return end.sent ? kMalformedAnswer : kMalformedUrl;
    case CURLE_URL_MALFORMAT:
      return end.redirected ? "malformed redirect" : kMalformedUrl;
    default:
      return kTransferFailed;
  }
}

}  // namespace leakcheck::load
