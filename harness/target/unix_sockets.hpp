#pragma once

#include <sys/socket.h>

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "harness/base/result.hpp"

namespace leakcheck::target {

/// An address as the kernel takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// Errors: ErrorKind::target for a path that is too long for the kernel.
Result<SocketAddress> unix_address(const std::filesystem::path& socket);

/// Whether somebody takes connections there now: a file that a dead server has left does not.
bool is_listened_on(const std::filesystem::path& socket);

/// Inodes of the sockets that listen on this path; also those that were given a path relative to
/// their process's folder, if it ends alike. Source: /proc/net/unix.
std::set<unsigned long> find_listening_inodes(const std::filesystem::path& socket);

}  // namespace leakcheck::target
