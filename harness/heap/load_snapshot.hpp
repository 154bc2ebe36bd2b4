#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "harness/base/result.hpp"
#include "harness/heap/heap_graph.hpp"

namespace leakcheck::heap {

struct LoadOptions {
  unsigned threads = 0;  ///< 0: as many as the machine has, two at most
  /// Called now and then on the calling thread. Units: bytes; total is 0 for a stream.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

/// Reads a .heapsnapshot of Node.js 18 to 26 or Chrome: a file, a FIFO, "-" for stdin, or any of
/// them compressed with zstd (told by its first bytes). A regular file is held open and read again
/// for strings and edge names; of a stream these are kept in memory.
/// Errors: ErrorKind::io with the byte offset: not there, empty, cut off, malformed, a number or
///         index out of its range, no `meta`, more than kMostNodes nodes.
/// Cost:   CPU 0.28 to 0.43 s for 113 MB of 1.6 million nodes, on a busy machine; memory of the
///         columns, never what a header alone asks for.
Result<HeapGraph> load_snapshot(const std::filesystem::path& path, const LoadOptions& options = {});

/// The same of a text in memory, which is kept for the strings.
Result<HeapGraph> load_snapshot_text(std::string text, const LoadOptions& options = {});

}  // namespace leakcheck::heap
