// Preloaded into the service with LD_PRELOAD: counts what malloc gives and gets back.
//
// It must not change what the program does, wherever LD_PRELOAD carries it: into shells, into
// programs with an allocator of their own, into ones of another libc. So it needs no library (not
// even libc: every symbol of it is weak and without a version, and may be missing), takes no locks,
// allocates nothing, and where anything is not as expected it passes calls on and counts nothing.
//
// It counts in processes of Node.js only, told by a symbol that add-ons need, and only when the
// allocator is glibc's. What was allocated before that is known is not counted, but its free is:
// the level is off by a constant of some kilobytes, growth is exact.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/native/counter_page.hpp"

#define EXPORT extern "C" __attribute__((visibility("default")))

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void __libc_free(void*);
int __register_atfork(void (*)(), void (*)(), void (*)(), void*);
void napi_module_register(void*);
}
#pragma weak __libc_malloc
#pragma weak __libc_calloc
#pragma weak __libc_realloc
#pragma weak __libc_free
#pragma weak __register_atfork
#pragma weak napi_module_register
#pragma weak __errno_location
#pragma weak dlsym
#pragma weak dladdr
#pragma weak open
#pragma weak close
#pragma weak mmap
#pragma weak munmap
#pragma weak unlink
#pragma weak write
#pragma weak getpid

namespace {

using namespace leakcheck::native;

constexpr std::size_t kLongestFolder = 3900;
constexpr const char kVariable[] = "LEAKCHECK_MALLOC=";

// ---- what would be called without us ------------------------------------------------------------

struct Allocator {
  void* (*malloc)(size_t);
  void* (*calloc)(size_t, size_t);
  void* (*realloc)(void*, size_t);
  void (*free)(void*);
  size_t (*usable_size)(void*);
};

Allocator next;
bool looking;  // dlsym() itself may allocate; it can do without

template <typename Function>
Function find_next(const char* name, Function otherwise) {
  void* found = dlsym != nullptr ? dlsym(RTLD_NEXT, name) : nullptr;
  return found != nullptr ? reinterpret_cast<Function>(found) : otherwise;
}

__attribute__((noinline, cold)) bool find_allocator() {
  if (looking) return false;
  looking = true;
  Allocator found{};
  found.free = find_next("free", &__libc_free);
  found.calloc = find_next("calloc", &__libc_calloc);
  found.realloc = find_next("realloc", &__libc_realloc);
  found.usable_size = find_next<size_t (*)(void*)>("malloc_usable_size", nullptr);
  found.malloc = find_next("malloc", &__libc_malloc);
  looking = false;
  if (found.malloc == nullptr || found.free == nullptr) return false;
  next = found;
  return true;
}

inline bool is_ready() {
  return __builtin_expect(next.malloc != nullptr, true) || find_allocator();
}

// ---- counting -----------------------------------------------------------------------------------

bool counting;
bool forked;  // and the child has no page of its own yet
CounterPage* page;
std::int64_t bytes_at_fork;
std::int64_t blocks_at_fork;
char folder[kLongestFolder];
const char kZeroes[kPageSize] = {};
__attribute__((tls_model("initial-exec"))) thread_local Shard* my_shard;

constexpr auto kRelaxed = std::memory_order_relaxed;

__attribute__((noinline, cold)) void open_page(PageState state);

__attribute__((noinline, cold)) Shard* take_shard() {
  if (forked) {
    const int before = errno;
    forked = false;
    open_page(PageState::counting);
    errno = before;
  }
  if (!counting) return nullptr;
  const std::uint32_t taken = page->shards_taken.fetch_add(1, kRelaxed);
  const std::uint32_t index =
      taken < kOwnShards ? taken : kOwnShards + (taken - kOwnShards) % (kShards - kOwnShards);
  return my_shard = &page->shards[index];
}

inline void add(std::int64_t bytes, std::int64_t blocks) {
  Shard* shard = my_shard;
  if (__builtin_expect(shard == nullptr, false) && (shard = take_shard()) == nullptr) return;
  if (__builtin_expect(shard < page->shards + kOwnShards, true)) {
    // Nobody else writes here, so nothing needs the bus to be locked.
    shard->live_bytes.store(shard->live_bytes.load(kRelaxed) + bytes, kRelaxed);
    shard->live_blocks.store(shard->live_blocks.load(kRelaxed) + blocks, kRelaxed);
  } else {
    shard->live_bytes.fetch_add(bytes, kRelaxed);
    shard->live_blocks.fetch_add(blocks, kRelaxed);
  }
}

inline void* added(void* block) {
  if (counting && block != nullptr) add(static_cast<std::int64_t>(next.usable_size(block)), 1);
  return block;
}

// ---- the page -----------------------------------------------------------------------------------

/// "folder/pid" into `path`.
void name_page(char* path, int pid) {
  char digits[16];
  int count = 0;
  for (; pid > 0; pid /= 10) digits[count++] = static_cast<char>('0' + pid % 10);
  std::size_t at = 0;
  for (; folder[at] != '\0'; ++at) path[at] = folder[at];
  path[at++] = '/';
  while (count > 0) path[at++] = digits[--count];
  path[at] = '\0';
}

/// Counts from now on in a new file: what lies there is of a process that is no more, or of what
/// this one was before it called exec. Without a file, nothing is counted.
void open_page(PageState state) {
  counting = false;
  char path[kLongestFolder + 16];
  const int pid = getpid();
  name_page(path, pid);
  unlink(path);
  const int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return;
  void* place = MAP_FAILED;
  // Written, not ftruncated: on a full disk the first count would else be a SIGBUS.
  if (write(file, kZeroes, kPageSize) == static_cast<ssize_t>(kPageSize))
    place = mmap(nullptr, kPageSize, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (place == MAP_FAILED) {
    unlink(path);
    return;
  }
  page = static_cast<CounterPage*>(place);
  page->mark = kPageMark;
  page->pid = pid;
  page->shards[0].live_bytes.store(bytes_at_fork, kRelaxed);
  page->shards[0].live_blocks.store(blocks_at_fork, kRelaxed);
  page->state.store(state, std::memory_order_release);
  counting = state == PageState::counting;
}

/// In the child of a fork, whose only thread this is. Most children call exec next: the file is
/// made when they allocate first. Those of vfork() share our memory, and rightly count for us.
void on_fork_in_child() {
  if (!counting || forked) return;
  bytes_at_fork = 0;
  blocks_at_fork = 0;
  for (const Shard& shard : page->shards) {
    bytes_at_fork += shard.live_bytes.load(kRelaxed);
    blocks_at_fork += shard.live_blocks.load(kRelaxed);
  }
  const int before = errno;
  munmap(page, kPageSize);
  errno = before;
  forked = true;
  my_shard = nullptr;
}

// ---- the start ----------------------------------------------------------------------------------

// Called through these, as the program calls them: what comes first in the program's scope.
void* (*volatile public_malloc)(size_t) = &malloc;
void (*volatile public_free)(void*) = &free;
bool probing;
bool probed;

/// Other allocators define __libc_malloc as well; what registers handlers of fork() is in libc
/// only.
bool is_in_glibc(void* (*function)(size_t)) {
  Dl_info where{};
  Dl_info libc{};
  const auto of_libc = find_next("__register_atfork", &__register_atfork);
  return dladdr(reinterpret_cast<void*>(function), &where) != 0 &&
         dladdr(reinterpret_cast<void*>(of_libc), &libc) != 0 && where.dli_fbase == libc.dli_fbase;
}

/// Whether the program's malloc() comes to us, and goes on from us to glibc.
bool is_allocator_glibc() {
  if (!is_ready() || next.usable_size == nullptr || !is_in_glibc(next.malloc)) return false;
  probing = true;
  void* block = public_malloc(1);
  probing = false;
  public_free(block);
  return probed;
}

bool find_folder(char** environment) {
  for (; *environment != nullptr; ++environment) {
    const char* entry = *environment;
    const char* expected = kVariable;
    for (; *expected != '\0' && *entry == *expected; ++entry) ++expected;
    if (*expected != '\0') continue;
    std::size_t length = 0;
    for (; entry[length] != '\0'; ++length) {
      if (length + 1 == sizeof folder) return false;
      folder[length] = entry[length];
    }
    return length > 0;
  }
  return false;
}

bool has_everything() {
  return open != nullptr && close != nullptr && write != nullptr && mmap != nullptr &&
         munmap != nullptr && unlink != nullptr && getpid != nullptr && dladdr != nullptr &&
         __errno_location != nullptr && __register_atfork != nullptr;
}

/// glibc gives its arguments to constructors; getenv() may not be ready for us yet.
__attribute__((constructor)) void start(int, char**, char** environment) {
  const bool is_glibc = __libc_malloc != nullptr && __libc_free != nullptr;
  if (!is_glibc || napi_module_register == nullptr || !has_everything()) return;
  if (!find_folder(environment)) return;
  const int before = errno;
  const bool ours = is_allocator_glibc();
  if (ours && __register_atfork(nullptr, nullptr, &on_fork_in_child, nullptr) != 0) return;
  open_page(ours ? PageState::counting : PageState::other_allocator);
  errno = before;
}

}  // namespace

// ---- what the program calls ---------------------------------------------------------------------

// reallocarray() is not here: that of glibc calls realloc(), which may be somebody else's.

EXPORT void* malloc(size_t size) noexcept {
  if (!is_ready()) return nullptr;
  if (__builtin_expect(probing, false)) probed = true;
  return added(next.malloc(size));
}

EXPORT void* calloc(size_t count, size_t size) noexcept {
  if (!is_ready()) return nullptr;
  return added(next.calloc(count, size));
}

EXPORT void free(void* block) noexcept {
  if (block == nullptr || !is_ready()) return;
  if (counting) add(-static_cast<std::int64_t>(next.usable_size(block)), -1);
  next.free(block);
}

EXPORT void* realloc(void* block, size_t size) noexcept {
  if (!is_ready()) return nullptr;
  if (!counting || block == nullptr) return added(next.realloc(block, size));
  const auto before = static_cast<std::int64_t>(next.usable_size(block));
  void* moved = next.realloc(block, size);
  if (moved != nullptr)
    add(static_cast<std::int64_t>(next.usable_size(moved)) - before, 0);
  else if (size == 0)  // glibc frees it; with any other size it has failed, and the block is kept
    add(-before, -1);
  return moved;
}

// Rare enough to be looked up each time, and not there everywhere.

EXPORT int posix_memalign(void** place, size_t alignment, size_t size) noexcept {
  const auto real = find_next<int (*)(void**, size_t, size_t)>("posix_memalign", nullptr);
  if (real == nullptr) return ENOMEM;
  const int problem = real(place, alignment, size);
  if (problem == 0) added(*place);
  return problem;
}

#define ALIGNED(name)                                                       \
  EXPORT void* name(size_t alignment, size_t size) noexcept {               \
    const auto real = find_next<void* (*)(size_t, size_t)>(#name, nullptr); \
    return real == nullptr ? nullptr : added(real(alignment, size));        \
  }
ALIGNED(aligned_alloc)
ALIGNED(memalign)

#define PAGED(name)                                                 \
  EXPORT void* name(size_t size) noexcept {                         \
    const auto real = find_next<void* (*)(size_t)>(#name, nullptr); \
    return real == nullptr ? nullptr : added(real(size));           \
  }
PAGED(valloc)
PAGED(pvalloc)

// C23: both are free() with something to check.

EXPORT void free_sized(void* block, size_t) noexcept {
  public_free(block);
}

EXPORT void free_aligned_sized(void* block, size_t, size_t) noexcept {
  public_free(block);
}
