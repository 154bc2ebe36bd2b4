#pragma once

#include <filesystem>
#include <string>

#include "tests/node/load/node_server.hpp"

namespace leakcheck::test {

/// nginx in a folder of its own, on ports of its own: HTTP/1.1, TLS, HTTP/2 over TLS and in the
/// clear. Ended with the object.
class Nginx {
 public:
  Nginx();
  ~Nginx();
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  const Certificate& certificate() const { return certificate_; }
  std::string http() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string https() const { return "https://127.0.0.1:" + std::to_string(port_ + 1); }
  std::string http2() const { return "https://127.0.0.1:" + std::to_string(port_ + 2); }
  std::string http2_clear() const { return "http://127.0.0.1:" + std::to_string(port_ + 3); }
  std::filesystem::path socket() const { return folder_ / "nginx.sock"; }

  struct Seen {
    int requests = 0;
    int connections = 0;
  };
  /// By its access log; ends it.
  Seen stop();

 private:
  void end();

  Certificate certificate_;
  std::filesystem::path folder_;
  int port_ = 0;
  int pid_ = 0;
};

}  // namespace leakcheck::test
