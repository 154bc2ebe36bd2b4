#pragma once

#include <string>
#include <string_view>

namespace leakcheck::heap {

/// What a file is by its first bytes.
struct FileKind {
  bool is_zstd = false;
  std::string what;  ///< what it is instead of a snapshot, as a sentence; "": it may be one
  std::string hint;
};

FileKind tell_file_kind(std::string_view beginning);

}  // namespace leakcheck::heap
