#include "harness/target/unix_sockets.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "harness/base/unique_fd.hpp"

namespace leakcheck::target {
namespace {

namespace fs = std::filesystem;

constexpr unsigned long kAccepts = 0x10000;  // __SO_ACCEPTCON, as the kernel prints it

/// The same file, even if one path goes through a symbolic link.
bool is_same(const fs::path& bound, const fs::path& socket) {
  std::error_code ignored;
  if (bound.is_absolute())
    return bound == socket ||
           fs::weakly_canonical(bound, ignored) == fs::weakly_canonical(socket, ignored);
  const std::string end = "/" + bound.lexically_normal().string();
  return socket.string().ends_with(end);
}

}  // namespace

Result<SocketAddress> unix_address(const fs::path& socket) {
  SocketAddress out;
  auto& address = reinterpret_cast<sockaddr_un&>(out.storage);
  const std::string& path = socket.native();
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorKind::target,
                fmt::format("the path of target.socketPath has {} bytes, and sockets take {}: {}",
                            path.size(), sizeof address.sun_path - 1, path),
                "put the socket into a folder with a shorter path, such as /tmp");
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  out.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return out;
}

bool is_listened_on(const fs::path& socket) {
  const auto address = unix_address(socket);
  if (!address) return false;
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto* to = reinterpret_cast<const sockaddr*>(&address->storage);
  // EAGAIN: somebody who has too many waiting already.
  return ::connect(fd.get(), to, address->size) == 0 || errno == EAGAIN;
}

std::set<unsigned long> find_listening_inodes(const fs::path& socket) {
  std::set<unsigned long> inodes;
  std::ifstream table("/proc/net/unix");
  std::string line;
  std::getline(table, line);  // headings
  while (std::getline(table, line)) {
    // number: references protocol flags type state inode path
    std::istringstream words(line);
    std::string number, references, protocol, flags, type, state, path;
    unsigned long inode = 0;
    words >> number >> references >> protocol >> flags >> type >> state >> inode >> std::ws;
    if (!words || !std::getline(words, path) || path.starts_with('@')) continue;
    if ((std::stoul(flags, nullptr, 16) & kAccepts) != 0 && is_same(path, socket))
      inodes.insert(inode);
  }
  return inodes;
}

}  // namespace leakcheck::target
