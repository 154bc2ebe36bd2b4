#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.hpp"

namespace leakcheck::target {

/// Where a base URL points to.
struct Address {
  std::string scheme;  ///< http, https
  std::string host;    ///< without brackets
  int port = 0;
  std::string path;  ///< below which the service is, without a trailing slash; mostly ""
};

/// Errors: ErrorKind::scenario for anything that is not http(s)://host[:port][/path].
Result<Address> parse_address(std::string_view url);

/// A TCP port that nobody listens on now, on no address; not one that the kernel gives to outgoing
/// connections where there are others. Errors: ErrorKind::target.
Result<int> find_free_port();

/// Inodes of the sockets that listen on a TCP port. Source: /proc/net/tcp and tcp6.
std::set<unsigned long> find_listening_inodes(int port);

/// Processes that hold one of these sockets; only those we may look into.
std::vector<int> find_holders(const std::set<unsigned long>& inodes);

}  // namespace leakcheck::target
