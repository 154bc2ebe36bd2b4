#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "harness/base/result.hpp"
#include "harness/base/unique_fd.hpp"

namespace leakcheck::heap {

/// Bytes in order, to their end.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads some bytes, `size` at most. 0: the end. Errors: ErrorKind::io.
  virtual Result<std::size_t> read(char* to, std::size_t size) = 0;
  /// How much was taken from the file or pipe; less than was given when that is compressed.
  virtual std::uint64_t taken() const = 0;
};

/// Where a snapshot comes from.
struct SnapshotSource {
  std::unique_ptr<ByteSource> bytes;
  std::shared_ptr<const UniqueFd> file;  ///< when it can be read again: a regular file, as it is
  std::uint64_t size = 0;                ///< of the regular file; 0 of a stream
};

/// Opens a file, a FIFO, or "-" for stdin; what is compressed with zstd is decompressed.
/// Errors: ErrorKind::io: not there, a folder, empty, or by its first bytes something else.
Result<SnapshotSource> open_snapshot_source(const std::filesystem::path& path);

/// The file's bytes from `offset` on; the position of the descriptor is left alone.
std::unique_ptr<ByteSource> make_file_source(std::shared_ptr<const UniqueFd> file,
                                             std::uint64_t offset);

/// The bytes of `text`, decompressed if they are zstd's.
SnapshotSource make_text_source(std::string text);

/// The bytes that `compressed` has when they are decompressed.
/// Errors: of read(): ErrorKind::io: damaged or cut off.
std::unique_ptr<ByteSource> make_zstd_source(std::unique_ptr<ByteSource> compressed);

}  // namespace leakcheck::heap
