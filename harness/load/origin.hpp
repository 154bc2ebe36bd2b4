#pragma once

#include <filesystem>
#include <string>

#include "harness/model/scenario.hpp"

namespace leakcheck::load {

/// Whom the load calls: the part of the target's url before its path, and how to get there.
struct Origin {
  std::string url;                    ///< "https://127.0.0.1:8443"
  std::string host;                   ///< as the Host header has it: "127.0.0.1:8443"
  std::filesystem::path socket_path;  ///< unix socket; empty: TCP
  model::Tls tls;
};

}  // namespace leakcheck::load
