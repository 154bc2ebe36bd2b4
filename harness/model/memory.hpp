#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "harness/base/bytes.hpp"

namespace leakcheck::model {

/// One reading of process.memoryUsage(). Source: Node.js, process.memoryUsage().
struct Memory {
  Bytes rss;            ///< resident set of the process
  Bytes heap_total;     ///< reserved by V8's heap
  Bytes heap_used;      ///< used of it
  Bytes external;       ///< C++ objects bound to JavaScript ones; contains array_buffers
  Bytes array_buffers;  ///< ArrayBuffer, SharedArrayBuffer and Buffer contents

  friend bool operator==(const Memory&, const Memory&) = default;
};

/// Sums process by process (cluster workers).
Memory operator+(const Memory& a, const Memory& b);

/// What malloc gave and has not got back, counted in the process by harness/native.
struct NativeMemory {
  Bytes live;                    ///< malloc_usable_size of all live blocks
  std::int64_t allocations = 0;  ///< live blocks

  friend bool operator==(const NativeMemory&, const NativeMemory&) = default;
};

/// Sums process by process.
NativeMemory operator+(const NativeMemory& a, const NativeMemory& b);

/// One kind of memory that is judged or budgeted.
enum class Quantity { heap_used, heap_total, external, array_buffers, rss, native };

/// The kinds that the verdict judges after a collection. native contains external, which contains
/// array_buffers; it is judged where it was counted. rss is not among them: healthy services grow
/// by kilobytes a request there, so it takes a `max` budget only.
inline constexpr std::array kJudged = {Quantity::heap_used, Quantity::external,
                                       Quantity::array_buffers, Quantity::native};

bool is_judged(Quantity quantity);

/// Zero for `native`, which process.memoryUsage() does not tell.
Bytes amount(const Memory& memory, Quantity quantity);

/// The name that Node.js, the scenario and the JSON use: "heapUsed".
std::string_view to_string(Quantity quantity);

}  // namespace leakcheck::model
