#include "harness/native/places.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>

namespace leakcheck::native {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "leakcheck-malloc-";
/// A folder is made before it is locked.
constexpr std::time_t kGraceSeconds = 60;

UniqueFd lock_folder(const fs::path& path) {
  UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder && ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) folder.reset();
  return folder;
}

void remove_abandoned(const fs::path& parent) {
  std::error_code error;
  std::vector<fs::path> abandoned;
  for (fs::directory_iterator it(parent, error), end; !error && it != end; it.increment(error)) {
    struct stat status {};
    if (it->path().filename().string().starts_with(kPrefix) &&
        ::lstat(it->path().c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
        status.st_uid == ::geteuid() && status.st_mtime + kGraceSeconds < std::time(nullptr))
      abandoned.push_back(it->path());
  }
  for (const fs::path& path : abandoned)
    if (const UniqueFd lock = lock_folder(path)) fs::remove_all(path, error);
}

}  // namespace

std::string why_not_loadable(const fs::path& folder) {
  const std::string text = folder.string();
  if (text.find_first_of(" \t\n:$") != std::string::npos)
    return fmt::format("LD_PRELOAD cannot hold the path {}", text);
  struct statvfs file_system {};
  if (::statvfs(text.c_str(), &file_system) != 0)
    return fmt::format("{} cannot be looked at", text);
  if ((file_system.f_flag & ST_NOEXEC) != 0) return fmt::format("{} is mounted noexec", text);
  return "";
}

Result<PrivateFolder> PrivateFolder::make(const fs::path& parent) {
  remove_abandoned(parent);
  std::string name = (parent / kPrefix).string() + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    return fail_errno(ErrorKind::io, "cannot make a folder in " + parent.string(), errno,
                      "set TMPDIR to a folder that you may write to");
  PrivateFolder out;
  out.path_ = name;
  out.lock_ = lock_folder(name);
  return out;
}

PrivateFolder::PrivateFolder(PrivateFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

PrivateFolder& PrivateFolder::operator=(PrivateFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

fs::path find_memory_folder(const fs::path& otherwise) {
  constexpr const char* kPlace = "/dev/shm";
  struct statfs file_system {};
  const bool usable = ::statfs(kPlace, &file_system) == 0 && file_system.f_type == TMPFS_MAGIC &&
                      ::access(kPlace, W_OK | X_OK) == 0;
  return usable ? fs::path(kPlace) : otherwise;
}

}  // namespace leakcheck::native
