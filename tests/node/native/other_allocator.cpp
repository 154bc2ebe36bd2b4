// An allocator of its own, as jemalloc is one, in as little as will do: nothing is ever reused. A
// block of it that glibc's free() or malloc_usable_size() gets to see ends the program.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <atomic>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

constexpr size_t kArena = size_t{1} << 30;
std::atomic<size_t> used;
char* arena() {
  static char* const place = static_cast<char*>(mmap(
      nullptr, kArena, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  return place;
}
bool is_ours(void* block) {
  return static_cast<char*>(block) > arena() && static_cast<char*>(block) < arena() + kArena;
}

}  // namespace

EXPORT size_t malloc_usable_size(void* block) noexcept {
  if (block == nullptr) return 0;
  if (!is_ours(block)) abort();
  size_t size = 0;
  memcpy(&size, static_cast<char*>(block) - 64, sizeof size);
  return size;
}

EXPORT void* malloc(size_t size) noexcept {
  const size_t rounded = (size + 127) / 64 * 64;
  const size_t at = used.fetch_add(rounded);
  if (at + rounded > kArena) return nullptr;
  memcpy(arena() + at, &size, sizeof size);
  return arena() + at + 64;
}

EXPORT void free(void* block) noexcept {
  if (block != nullptr && !is_ours(block)) abort();
}

EXPORT void* calloc(size_t count, size_t size) noexcept {
  return malloc(count * size);
}

EXPORT void* realloc(void* block, size_t size) noexcept {
  void* moved = malloc(size);
  const size_t before = malloc_usable_size(block);
  if (block != nullptr) memcpy(moved, block, before < size ? before : size);
  return moved;
}

// As tcmalloc and mimalloc do.
EXPORT void* __libc_malloc(size_t) __attribute__((alias("malloc")));
EXPORT void __libc_free(void*) __attribute__((alias("free")));
