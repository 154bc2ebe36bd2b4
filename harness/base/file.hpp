#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "harness/base/result.hpp"

namespace leakcheck {

/// The whole file as text. Errors: ErrorKind::io, with the path.
Result<std::string> load_file(const std::filesystem::path& path);

/// Writes the file whole or not at all: temporary file beside it, fsync, rename. Missing folders
/// are made; a symbolic link to a file is followed; `mode` is not cut by the umask.
/// Errors: ErrorKind::report, with the path and the cure; the temporary file is removed. What is
///         there and is no file (a folder, /dev/stdout, a pipe) is refused.
Result<void> write_file(const std::filesystem::path& path, std::string_view content,
                        unsigned mode = 0644);

/// Whether write_file() could succeed there: the folder is made and a temporary file tried, which
/// is removed.
/// Errors: ErrorKind::report, with the path and the cure.
Result<void> check_writable(const std::filesystem::path& path);

/// Makes the folder (and its parents), for its owner only (0700). One that is there already keeps
/// its mode: `--out .` must not lock others out of it, and what is put into it is 0600 by itself.
/// Errors: ErrorKind::io.
Result<void> make_private_folder(const std::filesystem::path& path);

}  // namespace leakcheck
