#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/base/unique_fd.hpp"

namespace leakcheck::native {

/// Why LD_PRELOAD cannot load a file from this folder: "" when it can. Blanks and colons split the
/// variable, "$" is expanded in it; a file system that is mounted noexec refuses to map code.
std::string why_not_loadable(const std::filesystem::path& folder);

/// A folder of ours alone (0700), which goes with this object. What a leakcheck that was killed has
/// left in the same place is removed: as long as one lives, it holds a lock on its folder.
class PrivateFolder {
 public:
  /// Errors: ErrorKind::io.
  static Result<PrivateFolder> make(const std::filesystem::path& parent);

  PrivateFolder() = default;
  PrivateFolder(PrivateFolder&& other) noexcept;
  PrivateFolder& operator=(PrivateFolder&& other) noexcept;
  ~PrivateFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  UniqueFd lock_;
};

/// Where a page that is written all the time costs nobody a write to the disk: /dev/shm, if it is
/// to be had, else `otherwise`.
std::filesystem::path find_memory_folder(const std::filesystem::path& otherwise);

}  // namespace leakcheck::native
