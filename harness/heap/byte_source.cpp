#include "harness/heap/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/heap/file_kind.hpp"

namespace leakcheck::heap {
namespace {

/// Enough of the beginning to tell what a file is.
constexpr std::size_t kBeginning = 64;

class FileSource : public ByteSource {
 public:
  FileSource(std::shared_ptr<const UniqueFd> file, std::uint64_t offset)
      : file_(std::move(file)), offset_(offset) {}

  Result<std::size_t> read(char* to, std::size_t size) override {
    for (;;) {
      const ssize_t got = ::pread(file_->get(), to, size, static_cast<off_t>(offset_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0)
        return fail_errno(ErrorKind::io, "reading at byte " + std::to_string(offset_), errno);
      offset_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
  }
  std::uint64_t taken() const override { return offset_; }

 private:
  std::shared_ptr<const UniqueFd> file_;
  std::uint64_t offset_;
};

/// A pipe or the like, of which the beginning was already read.
class PipeSource : public ByteSource {
 public:
  PipeSource(std::shared_ptr<const UniqueFd> pipe, std::string beginning)
      : pipe_(std::move(pipe)), beginning_(std::move(beginning)) {}

  Result<std::size_t> read(char* to, std::size_t size) override {
    if (!beginning_.empty()) {
      const std::size_t part = std::min(size, beginning_.size());
      std::memcpy(to, beginning_.data(), part);
      beginning_.erase(0, part);
      taken_ += part;
      return part;
    }
    for (;;) {
      const ssize_t got = ::read(pipe_->get(), to, size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0)
        return fail_errno(ErrorKind::io, "reading at byte " + std::to_string(taken_), errno);
      taken_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
  }
  std::uint64_t taken() const override { return taken_; }

 private:
  std::shared_ptr<const UniqueFd> pipe_;
  std::string beginning_;
  std::uint64_t taken_ = 0;
};

class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}

  Result<std::size_t> read(char* to, std::size_t size) override {
    const std::size_t part = std::min(size, text_.size() - at_);
    std::memcpy(to, text_.data() + at_, part);
    at_ += part;
    return part;
  }
  std::uint64_t taken() const override { return at_; }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

/// The beginning of what the descriptor gives, shorter only at the end.
Result<std::string> read_beginning(int fd) {
  std::string beginning(kBeginning, '\0');
  std::size_t size = 0;
  while (size < kBeginning) {
    const ssize_t got = ::read(fd, beginning.data() + size, kBeginning - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EISDIR)
      return fail(ErrorKind::io, "it is a folder", "give the .heapsnapshot file in it");
    if (got < 0) return fail_errno(ErrorKind::io, "reading it failed", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  beginning.resize(size);
  return beginning;
}

}  // namespace

std::unique_ptr<ByteSource> make_file_source(std::shared_ptr<const UniqueFd> file,
                                             std::uint64_t offset) {
  return std::make_unique<FileSource>(std::move(file), offset);
}

Result<SnapshotSource> open_snapshot_source(const std::filesystem::path& path) {
  const int fd = path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                             : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return fail_errno(ErrorKind::io, "it cannot be opened", errno,
                      errno == ENOENT ? "check the path; Node.js writes Heap.*.heapsnapshot into "
                                        "the folder it was started in"
                                      : "");
  auto file = std::make_shared<const UniqueFd>(UniqueFd(fd));
  struct stat status {};
  // A file that stdin stands in the middle of is read as a pipe is.
  const bool regular =
      ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && ::lseek(fd, 0, SEEK_CUR) == 0;
  auto beginning = read_beginning(fd);
  if (!beginning) return tl::make_unexpected(std::move(beginning.error()));
  const FileKind kind = tell_file_kind(*beginning);
  if (!kind.what.empty()) return fail(ErrorKind::io, kind.what, kind.hint);

  SnapshotSource source;
  if (regular) {
    source.bytes = make_file_source(file, 0);
    source.size = static_cast<std::uint64_t>(status.st_size);
    if (!kind.is_zstd) source.file = std::move(file);
  } else {
    source.bytes = std::make_unique<PipeSource>(std::move(file), std::move(*beginning));
  }
  if (kind.is_zstd) source.bytes = make_zstd_source(std::move(source.bytes));
  return source;
}

SnapshotSource make_text_source(std::string text) {
  const bool is_zstd = tell_file_kind(std::string_view(text).substr(0, kBeginning)).is_zstd;
  SnapshotSource source;
  source.bytes = std::make_unique<TextSource>(std::move(text));
  if (is_zstd) source.bytes = make_zstd_source(std::move(source.bytes));
  return source;
}

}  // namespace leakcheck::heap
