#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/node/load/node_process.hpp"

namespace leakcheck::test {

/// A certificate for 127.0.0.1 and localhost that nobody has signed but itself, in a folder that
/// goes with it. Made by the openssl tool.
class Certificate {
 public:
  Certificate();
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  std::filesystem::path key() const { return folder_ / "key.pem"; }
  std::filesystem::path file() const { return folder_ / "cert.pem"; }

 private:
  std::filesystem::path folder_;
};

/// counting_server.cjs in a process of its own.
class NodeServer {
 public:
  /// With a certificate it speaks TLS.
  explicit NodeServer(int longest_rest_ms = 5'000, const Certificate* certificate = nullptr);

  const std::string& url() const { return url_; }

  struct Counts {
    std::int64_t requests = -1;
    std::int64_t connections = -1;
  };
  /// Ends it.
  Counts count();

 private:
  std::optional<NodeProcess> process_;
  std::string url_;
};

}  // namespace leakcheck::test
