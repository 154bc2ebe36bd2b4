// Gets and gives back blocks as it is told, a step a line, and answers with the truth: the bytes
// and blocks that it holds. What it prints goes through no stream, for that would allocate.
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <new>

// Makes this a process of Node.js for the counter.
extern "C" __attribute__((visibility("default"))) void napi_module_register(void*) {}

namespace {

constexpr int kMostBlocks = 8000;
volatile size_t kTooMuch = SIZE_MAX / 4;  // the compiler is not to know

void* blocks[kMostBlocks];
std::atomic<int> count;
bool mistaken;  // something did not behave as the C library does

void keep(void* block) {
  blocks[count++] = block;
}
void expect(bool what) {
  mistaken = mistaken || !what;
}

void say_truth() {
  long bytes = 0;
  long live = 0;
  for (int i = 0; i < count; ++i) {
    if (blocks[i] == nullptr) continue;
    bytes += static_cast<long>(malloc_usable_size(blocks[i]));
    ++live;
  }
  char line[80];
  const int length =
      snprintf(line, sizeof line, mistaken ? "mistaken\n" : "%ld %ld\n", bytes, live);
  if (write(1, line, static_cast<size_t>(length)) != length) _exit(1);
}

void each_function() {
  keep(malloc(100));
  keep(calloc(10, 30));
  keep(malloc(0));
  keep(malloc(1 << 20));  // a mapping of its own
  void* place = nullptr;
  expect(posix_memalign(&place, 256, 1000) == 0);
  expect(reinterpret_cast<uintptr_t>(place) % 256 == 0);
  keep(place);
  keep(aligned_alloc(64, 640));
  keep(memalign(4096, 100));
  keep(valloc(10));
  keep(pvalloc(10));
  keep(reallocarray(nullptr, 7, 11));
  keep(strdup("a block that the C library gets for itself"));
  keep(::operator new(48));
  keep(::operator new(100, std::align_val_t(128)));
}

void change_size() {
  void* block = malloc(24);
  for (size_t size : {1000, 100000, 5000000, 300, 10}) block = realloc(block, size);
  keep(block);
  keep(realloc(nullptr, 77));
  keep(reallocarray(malloc(10), 100, 100));
  expect(realloc(malloc(500), 0) == nullptr);
}

void fail_to_get() {
  errno = 0;
  expect(malloc(kTooMuch) == nullptr && errno == ENOMEM);
  expect(calloc(kTooMuch, 16) == nullptr);
  void* block = malloc(64);
  strcpy(static_cast<char*>(block), "kept");
  expect(realloc(block, kTooMuch) == nullptr && strcmp(static_cast<char*>(block), "kept") == 0);
  keep(block);
  void* place = &place;
  expect(posix_memalign(&place, 3, 100) == EINVAL && place == &place);
  expect(posix_memalign(&place, 64, kTooMuch) == ENOMEM);
  expect(aligned_alloc(64, kTooMuch) == nullptr);
}

void leave_errno() {
  errno = 4711;
  keep(malloc(10));
  free(nullptr);
  free(malloc(3000));
  expect(errno == 4711);
}

void give_back() {
  for (int i = 0; i < count; ++i) {
    using FreeSized = void (*)(void*, size_t);
    const auto sized = reinterpret_cast<FreeSized>(dlsym(RTLD_DEFAULT, "free_sized"));
    if (i % 2 == 0 && sized != nullptr)
      sized(blocks[i], 1);
    else
      free(blocks[i]);
    blocks[i] = nullptr;
  }
  count = 0;
}

void* keep_ten(void*) {
  for (int i = 0; i < 10; ++i) keep(malloc(200));
  return nullptr;
}
void* free_all(void*) {
  give_back();
  return nullptr;
}
void* churn(void*) {
  void* mine[50];
  for (int round = 0; round < 2000; ++round) {
    for (void*& block : mine) block = malloc(32);
    for (void* block : mine) free(block);
  }
  return keep_ten(nullptr);
}

/// `threads` at once.
void run_threads(void* (*work)(void*), int threads) {
  pthread_t ids[16];
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 256 * 1024);  // so that glibc keeps them all for the next time
  for (int i = 0; i < threads; ++i) pthread_create(&ids[i], &small, work, nullptr);
  for (int i = 0; i < threads; ++i) pthread_join(ids[i], nullptr);
  pthread_attr_destroy(&small);
}

void* nothing(void*) {
  return nullptr;
}

/// A child that goes on without exec: says its pid, then the truth whenever it is asked.
void live_on_as_child() {
  const int child = fork();
  if (child != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int grandchild = fork();  // before either has allocated
  if (grandchild == 0) _exit(0);
  waitpid(grandchild, nullptr, 0);
  char line[32];
  int length = snprintf(line, sizeof line, "%d\n", getpid());
  if (write(1, line, static_cast<size_t>(length)) != length) _exit(1);
  for (int i = 0; i < 3; ++i) keep(malloc(1000));
  say_truth();
  pause();
}

void spawn_others() {
  for (int i = 0; i < 3; ++i) {
    const int child = vfork();
    if (child == 0) {
      execl("/bin/true", "true", static_cast<char*>(nullptr));
      _exit(127);
    }
    waitpid(child, nullptr, 0);
    if (fork() == 0) {
      execl("/bin/sh", "sh", "-c", ":", static_cast<char*>(nullptr));
      _exit(127);
    }
    wait(nullptr);
  }
}

void run_step(const char* step) {
  const auto is = [&](const char* name) { return strcmp(step, name) == 0; };
  if (is("each function")) each_function();
  if (is("change size")) change_size();
  if (is("fail to get")) fail_to_get();
  if (is("leave errno")) leave_errno();
  if (is("give back")) give_back();
  if (is("start threads")) run_threads(nothing, 8);
  if (is("give back in a thread")) run_threads(free_all, 1);
  if (is("a hundred threads"))
    for (int i = 0; i < 100; ++i) run_threads(keep_ten, 1);
  if (is("threads at once"))
    for (int i = 0; i < 10; ++i) run_threads(churn, 8);
  if (is("live on as child")) live_on_as_child();
  if (is("spawn others")) spawn_others();
  say_truth();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 && strcmp(argv[1], "exec") == 0)
    execl(argv[0], argv[0], argv[2], static_cast<char*>(nullptr));
  char line[80];
  size_t length = 0;
  char c = 0;
  while (read(0, &c, 1) == 1) {
    if (c != '\n' && length + 1 < sizeof line) {
      line[length++] = c;
      continue;
    }
    line[length] = '\0';
    length = 0;
    run_step(line);
  }
}
