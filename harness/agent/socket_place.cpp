#include "harness/agent/socket_place.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace leakcheck::agent {
namespace {

constexpr int kBacklog = 128;
constexpr const char* kName = "agent.sock";

}  // namespace

Result<SocketPlace> SocketPlace::listen(const std::filesystem::path& folder) {
  SocketPlace place;
  std::error_code error;
  place.path_ = std::filesystem::absolute(folder, error) / kName;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (place.path_.string().size() >= sizeof address.sun_path) {
    std::string name = (std::filesystem::temp_directory_path(error) / "leakcheck-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      return fail_errno(ErrorKind::io, "cannot make a folder for the agent's socket", errno,
                        "set TMPDIR to a folder that you may write to");
    place.temporary_folder_ = name;
    place.path_ = place.temporary_folder_ / kName;
  }
  const std::string path = place.path_.string();
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorKind::io, "the path of the agent's socket is too long: " + path,
                "set TMPDIR to a shorter path");
  std::memcpy(address.sun_path, path.data(), path.size());

  place.fd_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  ::unlink(path.c_str());
  if (!place.fd_ ||
      ::bind(place.fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 || ::listen(place.fd_.get(), kBacklog) != 0)
    return fail_errno(ErrorKind::io, "cannot listen on the agent's socket " + path, errno,
                      "choose a run folder on a local disk with --out");
  return place;
}

SocketPlace::SocketPlace(SocketPlace&& other) noexcept
    : fd_(std::move(other.fd_)),
      path_(std::exchange(other.path_, {})),
      temporary_folder_(std::exchange(other.temporary_folder_, {})) {}

SocketPlace::~SocketPlace() {
  std::error_code ignored;
  if (fd_) std::filesystem::remove(path_, ignored);
  if (!temporary_folder_.empty()) std::filesystem::remove_all(temporary_folder_, ignored);
}

}  // namespace leakcheck::agent
