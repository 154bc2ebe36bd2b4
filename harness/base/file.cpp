#include "harness/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "harness/base/unique_fd.hpp"

namespace leakcheck {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

constexpr off_t kMostRoom = 1 << 30;      // bytes made room for at once when a file is read
constexpr std::size_t kRoomBehind = 256;  // for the padding of a parser, without a copy

constexpr const char* kChooseAnother = "choose a path below a folder that you may write to";

std::string cure(int error_number) {
  return error_number == ENOSPC || error_number == EDQUOT ? "free some space on that disk"
                                                          : kChooseAnother;
}

/// Where a file goes, and the temporary file beside it that becomes it.
struct Place {
  fs::path path;
  std::string temporary;
  UniqueFd fd;
};

Result<Place> open_place(const fs::path& asked) {
  std::error_code error;
  fs::create_directories(folder_of(asked), error);
  if (error)
    return fail(ErrorKind::report,
                "cannot make the folder " + folder_of(asked).string() + ": " + error.message(),
                cure(error.value()));
  const auto status = fs::status(asked, error);
  if (fs::is_directory(status) || !asked.has_filename())
    return fail(ErrorKind::report, "cannot write " + asked.string() + ": it is a folder",
                "give the name of a file in it");
  // rename() would put a file in the place of /dev/null.
  if (fs::exists(status) && !fs::is_regular_file(status))
    return fail(ErrorKind::report,
                "cannot write " + asked.string() + ": it is there and is no regular file",
                "give the name of a file");
  Place place{asked, "", UniqueFd()};
  // A link stays a link: it may be the one that a web server shows, or /dev/stdout.
  if (fs::exists(status) && fs::is_symlink(asked, error)) place.path = fs::canonical(asked, error);
  const fs::path temporary = "." + place.path.filename().string() + ".XXXXXX";
  place.temporary = (folder_of(place.path) / temporary).string();
  place.fd.reset(mkostemp(place.temporary.data(), O_CLOEXEC));
  if (!place.fd)
    return fail_errno(ErrorKind::report, "cannot write " + asked.string(), errno, cure(errno));
  return place;
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
  const auto refuse = [&](int error_number) {
    return fail_errno(ErrorKind::io, "cannot read " + path.string(), error_number);
  };
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return refuse(errno);
  std::string text;
  struct stat status {};
  // A guess: what grows or has no size (/proc, a pipe) is read to its end all the same.
  if (::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= kMostRoom)
    text.reserve(static_cast<std::size_t>(status.st_size) + kRoomBehind);
  std::array<char, 65'536> part{};
  for (;;) {
    const ssize_t got = ::read(fd.get(), part.data(), part.size());
    if (got == 0) return text;
    if (got > 0) {
      text.append(part.data(), static_cast<std::size_t>(got));
    } else if (errno == EISDIR) {
      return fail(ErrorKind::io, "cannot read " + path.string() + ": it is a folder");
    } else if (errno != EINTR) {
      return refuse(errno);
    }
  }
}

Result<void> write_file(const fs::path& path, std::string_view content, unsigned mode) {
  auto place = open_place(path);
  if (!place) return tl::make_unexpected(place.error());
  int error = write_all(place->fd.get(), content);
  if (error == 0 && ::fchmod(place->fd.get(), mode) != 0) error = errno;
  if (error == 0 && ::fsync(place->fd.get()) != 0) error = errno;
  place->fd.reset();
  if (error == 0 && ::rename(place->temporary.c_str(), place->path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(place->temporary.c_str());
    return fail_errno(ErrorKind::report, "cannot write " + path.string(), error, cure(error));
  }
  return {};
}

Result<void> check_writable(const fs::path& path) {
  const auto place = open_place(path);
  if (!place) return tl::make_unexpected(place.error());
  ::unlink(place->temporary.c_str());
  return {};
}

Result<void> make_private_folder(const fs::path& path) {
  std::error_code error;
  const bool made = fs::create_directories(path, error);
  if (!error && made) fs::permissions(path, fs::perms::owner_all, error);
  if (error)
    return fail(ErrorKind::io, "cannot make the folder " + path.string() + ": " + error.message(),
                "choose another with --out");
  return {};
}

}  // namespace leakcheck
