// bench_timer RATE SECONDS: wakes up so often, by a timerfd and epoll, and does nothing. Prints how
// late it was, in microseconds, as JSON: as even as a generator on this machine could be.
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

}  // namespace

int main(int argc, char** argv) {
  const long rate = argc > 2 ? std::atol(argv[1]) : 0;
  const long seconds = argc > 2 ? std::atol(argv[2]) : 0;
  if (rate < 1 || seconds < 1) {
    std::fprintf(stderr, "usage: bench_timer RATE SECONDS\n");
    return 2;
  }
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  const int loop = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  if (timer < 0 || loop < 0 || ::epoll_ctl(loop, EPOLL_CTL_ADD, timer, &event) != 0) {
    std::perror("bench_timer");
    return 3;
  }
  std::vector<std::int64_t> late;
  late.reserve(static_cast<std::size_t>(rate * seconds));
  const std::int64_t begin = now() + kSecond / 10;
  for (long i = 0; i < rate * seconds; ++i) {
    const std::int64_t due = begin + i * kSecond / rate;
    itimerspec when{};
    when.it_value.tv_sec = due / kSecond;
    when.it_value.tv_nsec = due % kSecond;
    ::timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, nullptr);
    while (now() < due) ::epoll_wait(loop, &event, 1, -1);
    late.push_back(now() - due);
  }
  std::sort(late.begin(), late.end());
  const auto at = [&](double share) {
    const auto place = static_cast<std::size_t>(share * static_cast<double>(late.size() - 1));
    return static_cast<double>(late[place]) / 1000;
  };
  std::printf("{\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"max\":%.1f}\n", at(0.5), at(0.9), at(0.99),
              at(1));
  return 0;
}
