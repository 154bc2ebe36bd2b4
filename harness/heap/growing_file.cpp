#include "harness/heap/growing_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "harness/base/file.hpp"

namespace leakcheck::heap {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWriteAtOnce = 1U << 20U;

}  // namespace

GrowingFile::~GrowingFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> GrowingFile::open(const fs::path& path) {
  if (auto writable = check_writable(path); !writable) return writable;
  asked_ = path_ = path;
  std::error_code error;
  // A link stays a link, as write_file() has it.
  if (fs::is_symlink(path, error) && fs::exists(path, error)) path_ = fs::canonical(path, error);
  const fs::path name = "." + path_.filename().string() + ".XXXXXX";
  std::string temporary = (path_.parent_path() / name).string();
  fd_.reset(::mkostemp(temporary.data(), O_CLOEXEC));  // 0600
  if (!fd_) return refuse(errno);
  temporary_ = std::move(temporary);
  return {};
}

void GrowingFile::write(std::string_view bytes) {
  waiting_ += bytes;
  if (waiting_.size() >= kWriteAtOnce) flush();
}

Result<void> GrowingFile::finish() {
  flush();
  if (error_ == 0 && ::fsync(fd_.get()) != 0) error_ = errno;
  fd_.reset();
  if (error_ == 0 && ::rename(temporary_.c_str(), path_.c_str()) != 0) error_ = errno;
  if (error_ != 0) return refuse(error_);
  temporary_.clear();
  return {};
}

tl::unexpected<Error> GrowingFile::refuse(int error) const {
  return fail_errno(ErrorKind::report, "cannot write " + asked_.string(), error,
                    "choose a path below a folder that you may write to, with enough room");
}

void GrowingFile::flush() {
  std::string_view rest = waiting_;
  while (!rest.empty() && error_ == 0) {
    const ssize_t written = ::write(fd_.get(), rest.data(), rest.size());
    if (written >= 0)
      rest.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      error_ = errno;
  }
  waiting_.clear();
}

}  // namespace leakcheck::heap
