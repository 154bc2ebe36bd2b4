#include "harness/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "harness/base/unique_fd.hpp"

namespace leakcheck {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// A new temporary file beside `path`; its name is put into `name`.
Result<UniqueFd> open_beside(const fs::path& path, std::string& name) {
  std::error_code error;
  fs::create_directories(folder_of(path), error);
  if (error)
    return fail(ErrorKind::report,
                "cannot make the folder " + folder_of(path).string() + ": " + error.message(),
                "choose a path below a folder that you may write to");
  if (fs::is_directory(path, error))
    return fail(ErrorKind::report, "cannot write " + path.string() + ": it is a folder",
                "give the name of a file in it");
  name = (folder_of(path) / ("." + path.filename().string() + ".XXXXXX")).string();
  UniqueFd fd(mkostemp(name.data(), O_CLOEXEC));
  if (!fd)
    return fail_errno(ErrorKind::report, "cannot write " + path.string(), errno,
                      "choose a path below a folder that you may write to");
  return fd;
}

int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

Result<std::string> load_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error))
    return fail(ErrorKind::io, "cannot read " + path.string() + ": it is a folder");
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail_errno(ErrorKind::io, "cannot read " + path.string(), errno);
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) return fail_errno(ErrorKind::io, "cannot read " + path.string(), errno);
  return std::move(text).str();
}

Result<void> write_file(const fs::path& path, std::string_view content, unsigned mode) {
  std::string temporary;
  auto fd = open_beside(path, temporary);
  if (!fd) return tl::make_unexpected(fd.error());
  int error = write_all(fd->get(), content);
  if (error == 0 && ::fchmod(fd->get(), mode) != 0) error = errno;
  if (error == 0 && ::fsync(fd->get()) != 0) error = errno;
  fd->reset();
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    return fail_errno(ErrorKind::report, "cannot write " + path.string(), error,
                      error == ENOSPC ? "free some space on that disk" : "");
  }
  return {};
}

Result<void> check_writable(const fs::path& path) {
  std::string temporary;
  const auto fd = open_beside(path, temporary);
  if (!fd) return tl::make_unexpected(fd.error());
  ::unlink(temporary.c_str());
  return {};
}

Result<void> make_private_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) fs::permissions(path, fs::perms::owner_all, error);
  if (error)
    return fail(ErrorKind::io, "cannot make the folder " + path.string() + ": " + error.message(),
                "choose another with --out");
  return {};
}

}  // namespace leakcheck
