// bench_receiver PORT: a server that answers every HTTP/1.1 GET with 13 bytes, and notes when each
// request came. Prints "ready"; when its stdin ends, the times in microseconds since the first, one
// a line. What a generator says of itself is checked by this.
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!";
constexpr std::string_view kEnd = "\r\n\r\n";

std::int64_t now_us() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000 + time.tv_nsec / 1000;
}

void watch(int loop, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
}

int listen_on(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd, 4096) != 0)
    return -1;
  return fd;
}

/// Requests have no body, and one write brings a whole one: what a generator sends. False when the
/// connection is over.
bool answer(int fd, std::vector<std::int64_t>& times) {
  char block[8192];
  const ssize_t count = ::recv(fd, block, sizeof block, 0);
  if (count <= 0) return false;
  std::string_view text(block, static_cast<std::size_t>(count));
  const std::int64_t came = now_us();
  for (std::size_t end; (end = text.find(kEnd)) != std::string_view::npos;) {
    times.push_back(came);
    if (::send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) return false;
    text.remove_prefix(end + kEnd.size());
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = argc > 1 ? listen_on(std::atoi(argv[1])) : -1;
  const int loop = ::epoll_create1(EPOLL_CLOEXEC);
  if (listener < 0 || loop < 0) {
    std::perror("bench_receiver");
    return 3;
  }
  watch(loop, listener);
  watch(loop, STDIN_FILENO);
  std::vector<std::int64_t> times;
  times.reserve(1 << 20);
  std::puts("ready");
  std::fflush(stdout);
  for (bool asked = false; !asked;) {
    epoll_event events[256];
    const int count = ::epoll_wait(loop, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == STDIN_FILENO) {
        asked = true;
      } else if (fd == listener) {
        const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted >= 0) watch(loop, accepted);
      } else if (!answer(fd, times)) {
        ::close(fd);
      }
    }
  }
  for (const std::int64_t time : times)
    std::printf("%lld\n", static_cast<long long>(time - times.front()));
  return 0;
}
