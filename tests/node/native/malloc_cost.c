// What the malloc counter costs: nanoseconds for each block got and freed. By hand:
//   cmake --build BUILD --target malloc_cost
//   BUILD/tests/malloc_cost
//   LEAKCHECK_MALLOC=/dev/shm LD_PRELOAD=LIBRARY BUILD/tests/malloc_cost
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// Makes this a process of Node.js for the counter.
void napi_module_register(void* module) {
  (void)module;
}

enum { kBlocks = 1000, kRounds = 4000, kTries = 15, kThreads = 4 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

// A mixture of sizes as a service has it: most below 256 bytes, one in 64 of 4 KB.
static size_t size_of(unsigned number) {
  return number % 64 == 0 ? 4096 : 16 + number * 37 % 240;
}

// One block after the other: glibc's quickest path.
static double pairs(void) {
  const double start = now();
  for (unsigned i = 0; i < kBlocks * kRounds; ++i) {
    void* volatile block = malloc(size_of(i));
    free(block);
  }
  return (now() - start) / (kBlocks * (double)kRounds);
}

// A thousand blocks at once: past glibc's per-thread cache.
static double batches(void) {
  static __thread void* blocks[kBlocks];
  const double start = now();
  for (unsigned round = 0; round < kRounds; ++round) {
    for (unsigned i = 0; i < kBlocks; ++i) blocks[i] = malloc(size_of(i));
    for (unsigned i = 0; i < kBlocks; ++i) free(blocks[i]);
  }
  return (now() - start) / (kBlocks * (double)kRounds);
}

static double least(double (*work)(void)) {
  double out = work();
  for (int i = 1; i < kTries; ++i) {
    const double it = work();
    if (it < out) out = it;
  }
  return out;
}

static void* in_thread(void* argument) {
  *(double*)argument = batches();
  return NULL;
}

static double threads(void) {
  pthread_t ids[kThreads];
  double times[kThreads];
  double sum = 0;
  for (int i = 0; i < kThreads; ++i) pthread_create(&ids[i], NULL, in_thread, &times[i]);
  for (int i = 0; i < kThreads; ++i) {
    pthread_join(ids[i], NULL);
    sum += times[i] / kThreads;
  }
  return sum;
}

int main(void) {
  printf("pairs %.2f ns, batches %.2f ns, batches in %d threads %.2f ns\n", least(pairs),
         least(batches), kThreads, least(threads));
}
