#pragma once

#include <filesystem>

#include "harness/base/result.hpp"
#include "harness/base/unique_fd.hpp"

namespace leakcheck::agent {

/// A listening unix socket (0600) and the place of its name, which goes with it.
class SocketPlace {
 public:
  /// In `folder`, or in a private temporary folder where the path would be too long for a socket
  /// (107 bytes). Errors: ErrorKind::io.
  static Result<SocketPlace> listen(const std::filesystem::path& folder);

  SocketPlace(SocketPlace&& other) noexcept;
  SocketPlace& operator=(SocketPlace&&) = delete;
  ~SocketPlace();

  int fd() const { return fd_.get(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  SocketPlace() = default;

  UniqueFd fd_;
  std::filesystem::path path_;
  std::filesystem::path temporary_folder_;  ///< empty when the socket is in the run folder
};

}  // namespace leakcheck::agent
