#pragma once

#include <atomic>
#include <cstdint>

/// The file in which a process counts, named by its pid: one page, written by malloc_library.cpp
/// inside the service and read by MallocCounter. Both are of one build.
namespace leakcheck::native {

inline constexpr std::uint64_t kPageMark = 0x314c4c414d434cULL;  ///< "LCMALL1" in memory
inline constexpr std::size_t kPageSize = 4096;
inline constexpr std::size_t kCacheLine = 64;

/// A thread's own cache line while there are enough (kOwnShards), as in any usual service; what
/// comes after them shares the rest. A shard alone means nothing: a block may be freed by another
/// thread than the one that got it.
struct alignas(kCacheLine) Shard {
  std::atomic<std::int64_t> live_bytes;
  std::atomic<std::int64_t> live_blocks;
};

inline constexpr std::uint32_t kShards = kPageSize / kCacheLine - 1;
inline constexpr std::uint32_t kOwnShards = kShards - 8;

enum class PageState : std::uint32_t {
  unfinished,
  counting,
  other_allocator,  ///< malloc() is not glibc's: we stay out
};

struct alignas(kCacheLine) CounterPage {
  std::uint64_t mark;
  std::int32_t pid;
  std::atomic<PageState> state;
  std::atomic<std::uint32_t> shards_taken;
  alignas(kCacheLine) Shard shards[kShards];
};
static_assert(sizeof(CounterPage) == kPageSize);
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

}  // namespace leakcheck::native
