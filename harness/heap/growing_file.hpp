#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "harness/base/result.hpp"
#include "harness/base/unique_fd.hpp"

namespace leakcheck::heap {

/// A file that is written bit by bit, 0600, and is there only when it is whole.
class GrowingFile {
 public:
  GrowingFile() = default;
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  /// Errors: those of check_writable().
  Result<void> open(const std::filesystem::path& path);
  /// What fails is said by finish().
  void write(std::string_view bytes);
  /// Puts the file in its place. Errors: ErrorKind::report, with the path.
  Result<void> finish();

 private:
  tl::unexpected<Error> refuse(int error) const;
  void flush();

  std::filesystem::path asked_;
  std::filesystem::path path_;
  std::string temporary_;
  UniqueFd fd_;
  std::string waiting_;
  int error_ = 0;
};

}  // namespace leakcheck::heap
