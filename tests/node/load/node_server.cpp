#include "tests/node/load/node_server.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <sstream>
#include <vector>

namespace leakcheck::test {

Certificate::Certificate() {
  std::string name = std::filesystem::temp_directory_path() / "leakcheck-certificate-XXXXXX";
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  folder_ = name;
  REQUIRE(run_quietly({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                       "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                       "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                       "-keyout", key(), "-out", file()}) == 0);
}

Certificate::~Certificate() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

NodeServer::NodeServer(int longest_rest_ms, const Certificate* certificate) {
  std::vector<std::string> arguments = {std::to_string(longest_rest_ms)};
  if (certificate != nullptr) {
    arguments.push_back(certificate->key());
    arguments.push_back(certificate->file());
  }
  process_.emplace("counting_server.cjs", arguments);
  url_ =
      (certificate != nullptr ? "https://127.0.0.1:" : "http://127.0.0.1:") + process_->read_line();
}

NodeServer::Counts NodeServer::count() {
  process_->end_input();
  Counts counts;
  std::istringstream(process_->read_line()) >> counts.requests >> counts.connections;
  return counts;
}

}  // namespace leakcheck::test
