#include "harness/load/failure.hpp"

#include <curl/curl.h>
#include <doctest/doctest.h>

#include <cerrno>
#include <string>

using leakcheck::load::TransferEnd;

namespace {

TransferEnd ended(int code, long system_error = 0) {
  TransferEnd end;
  end.code = code;
  end.system_error = system_error;
  end.sent = true;
  return end;
}

std::string name(const TransferEnd& end) {
  return std::string(leakcheck::load::name_failure(end));
}

}  // namespace

TEST_CASE("failure: why there was no connection") {
  CHECK(name(ended(CURLE_COULDNT_CONNECT, ECONNREFUSED)) == "connection refused");
  CHECK(name(ended(CURLE_COULDNT_CONNECT, ECONNRESET)) == "connection reset");
  CHECK(name(ended(CURLE_COULDNT_CONNECT, EADDRNOTAVAIL)) == "no free local port");
  CHECK(name(ended(CURLE_COULDNT_CONNECT, EHOSTUNREACH)) == "host unreachable");
  CHECK(name(ended(CURLE_COULDNT_CONNECT, 0)) == "connection failed");
  CHECK(name(ended(CURLE_COULDNT_RESOLVE_HOST)) == "name not resolved");
  CHECK(name(ended(CURLE_PEER_FAILED_VERIFICATION)) == "certificate not trusted");
  CHECK(name(ended(CURLE_SSL_CONNECT_ERROR)) == "TLS failure");

  auto no_descriptor = ended(CURLE_COULDNT_CONNECT, EMFILE);
  no_descriptor.no_descriptor = true;
  CHECK(name(no_descriptor) == "descriptor limit reached");
}

TEST_CASE("failure: why there was no whole answer") {
  CHECK(name(ended(CURLE_OPERATION_TIMEDOUT)) == "timeout");
  CHECK(name(ended(CURLE_GOT_NOTHING)) == "empty answer");
  CHECK(name(ended(CURLE_PARTIAL_FILE)) == "incomplete answer");
  CHECK(name(ended(CURLE_SEND_ERROR, EPIPE)) == "connection reset");
  CHECK(name(ended(CURLE_RECV_ERROR, ECONNRESET)) == "connection reset");
  CHECK(name(ended(CURLE_RECV_ERROR)) == "malformed answer");
  CHECK(name(ended(CURLE_WEIRD_SERVER_REPLY)) == "malformed answer");
  CHECK(name(ended(CURLE_UNSUPPORTED_PROTOCOL)) == "malformed answer");
  CHECK(name(ended(CURLE_FTP_WEIRD_PASS_REPLY)) == "transfer failed");
}

TEST_CASE("failure: a kept connection that died before the answer began is closed, not reset") {
  auto again = ended(CURLE_ABORTED_BY_CALLBACK);
  again.again = true;
  CHECK(name(again) == "connection closed");
  again.code = CURLE_COULDNT_CONNECT;
  CHECK(name(again) == "connection closed");
  again.code = CURLE_OPERATION_TIMEDOUT;
  CHECK(name(again) == "timeout");

  for (const int code : {CURLE_SEND_ERROR, CURLE_RECV_ERROR}) {
    auto stale = ended(code, ECONNRESET);
    stale.stale = true;
    CHECK(name(stale) == "connection closed");
  }
}

TEST_CASE("failure: another scheme is the url's fault, as long as nothing was sent") {
  auto unsent = ended(CURLE_UNSUPPORTED_PROTOCOL);
  unsent.sent = false;
  CHECK(name(unsent) == "malformed url");
  CHECK(name(ended(CURLE_URL_MALFORMAT)) == "malformed url");
}

TEST_CASE("failure: what only the full path meets") {
  CHECK(name(ended(CURLE_TOO_MANY_REDIRECTS)) == "too many redirects");
  CHECK(name(ended(CURLE_HTTP2_STREAM)) == "HTTP/2 stream reset");
  CHECK(name(ended(CURLE_HTTP2)) == "HTTP/2 failure");
  CHECK(name(ended(CURLE_READ_ERROR)) == "file not readable");
  auto redirected = ended(CURLE_URL_MALFORMAT);
  redirected.redirected = true;
  CHECK(name(redirected) == "malformed redirect");
  redirected.code = CURLE_UNSUPPORTED_PROTOCOL;
  CHECK(name(redirected) == "malformed redirect");
}

TEST_CASE("failure: it was the proxy") {
  auto end = ended(CURLE_COULDNT_CONNECT, ECONNREFUSED);
  end.by_proxy = true;
  end.sent = false;
  CHECK(name(end) == "proxy not reached");
  end.code = CURLE_COULDNT_RESOLVE_PROXY;
  CHECK(name(end) == "proxy not reached");
  end.code = CURLE_RECV_ERROR;  // in place of a tunnel
  CHECK(name(end) == "refused by the proxy");
  end.sent = true;
  end.system_error = ECONNRESET;
  CHECK(name(end) == "connection reset");
}
