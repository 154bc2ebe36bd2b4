#include "harness/target/ready_probe.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <system_error>
#include <vector>

#include "harness/base/unique_fd.hpp"
#include "harness/target/tls_probe.hpp"
#include "harness/target/unix_sockets.hpp"

namespace leakcheck::target {
namespace {

constexpr std::size_t kLongestStatusLine = 8192;

Result<std::vector<SocketAddress>> resolve(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0)
    return fail(ErrorKind::target,
                fmt::format("the host {} of target.url cannot be resolved: {}", host,
                            ::gai_strerror(error)),
                "write http://127.0.0.1:{{ $port }}");
  std::vector<SocketAddress> out;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
    out.push_back(address);
  }
  ::freeaddrinfo(found);
  return out;
}

class Probe final : public ReadyProbe {
 public:
  Probe(std::vector<SocketAddress> addresses, EventLoop& loop, std::function<void()> on_ready)
      : addresses_(std::move(addresses)), loop_(loop), on_ready_(std::move(on_ready)) {}

  ~Probe() override {
    loop_.cancel(timer_);
    if (fd_) loop_.unwatch(fd_.get());
  }

  std::string last_seen() const override { return last_seen_; }

  void ask_http(const Address& address, const model::HttpReady& expected) {
    expected_ = expected;
    request_ = fmt::format(
        "GET {}{} HTTP/1.1\r\nHost: {}:{}\r\nUser-Agent: leakcheck\r\nAccept: */*\r\n"
        "Connection: close\r\n\r\n",
        address.path, expected.path, url_host(address), address.port);
  }

  void try_now() {
    const SocketAddress& address = addresses_[next_address_++ % addresses_.size()];
    answer_.clear();
    fd_.reset(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd_) return try_later(std::generic_category().message(errno));
    timer_ = loop_.call_after(kProbePatience, [this] { try_later("no answer within 5 s"); });
    const auto* to = reinterpret_cast<const sockaddr*>(&address.storage);
    if (::connect(fd_.get(), to, address.size) != 0 && errno != EINPROGRESS)
      return on_no_connection(errno);
    loop_.watch(fd_.get(), EPOLLOUT, [this](std::uint32_t) { on_connected(); });
  }

 private:
  void on_connected() {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return on_no_connection(error);
    if (!expected_) return succeed();
    if (::send(fd_.get(), request_.data(), request_.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request_.size()))
      return try_later("the connection breaks at once");
    loop_.watch(fd_.get(), EPOLLIN, [this](std::uint32_t) { on_answer(); });
  }

  /// ENOENT: the file of a unix socket is made when somebody listens.
  void on_no_connection(int error) {
    const bool nobody = error == ECONNREFUSED || error == ENOENT;
    try_later(nobody ? "nobody listens there" : std::generic_category().message(error));
  }

  void on_answer() {
    std::array<char, 1024> block;
    const ssize_t count = ::recv(fd_.get(), block.data(), block.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count > 0) answer_.append(block.data(), static_cast<std::size_t>(count));
    const auto end = answer_.find("\r\n");
    if (end == std::string::npos && count > 0 && answer_.size() < kLongestStatusLine) return;
    // "HTTP/1.1 200 OK"
    int status = 0;
    if (answer_.size() < 8 || answer_.rfind("HTTP/1.", 0) != 0 ||
        std::sscanf(answer_.c_str() + 8, " %3d", &status) != 1)
      return try_later("the answer is not HTTP");
    if (accepts(*expected_, status)) return succeed();
    try_later(fmt::format("GET {} answers {}", expected_->path, status));
  }

  void succeed() {
    stop();
    const auto on_ready = on_ready_;
    on_ready();  // may destroy this probe
  }

  void try_later(std::string why) {
    last_seen_ = std::move(why);
    stop();
    timer_ = loop_.call_after(pause_, [this] { try_now(); });
    pause_ = longer_pause(pause_);
  }

  void stop() {
    loop_.cancel(timer_);
    if (fd_) loop_.unwatch(fd_.get());
    fd_.reset();
  }

  std::vector<SocketAddress> addresses_;
  EventLoop& loop_;
  std::function<void()> on_ready_;
  std::optional<model::HttpReady> expected_;
  std::string request_;
  std::string answer_;
  std::string last_seen_ = "nobody listens there";
  std::size_t next_address_ = 0;
  UniqueFd fd_;
  EventLoop::TimerId timer_ = 0;
  std::chrono::milliseconds pause_ = kFirstProbePause;
};

}  // namespace

Result<std::unique_ptr<ReadyProbe>> ReadyProbe::start_tcp(const std::string& host, int port,
                                                          EventLoop& loop,
                                                          std::function<void()> on_ready) {
  auto addresses = resolve(host, port);
  if (!addresses) return tl::make_unexpected(addresses.error());
  auto probe = std::make_unique<Probe>(std::move(*addresses), loop, std::move(on_ready));
  probe->try_now();
  return probe;
}

Result<std::unique_ptr<ReadyProbe>> ReadyProbe::start_unix(const std::filesystem::path& socket,
                                                           EventLoop& loop,
                                                           std::function<void()> on_ready) {
  auto address = unix_address(socket);
  if (!address) return tl::make_unexpected(address.error());
  auto probe = std::make_unique<Probe>(std::vector{*address}, loop, std::move(on_ready));
  probe->try_now();
  return probe;
}

Result<std::unique_ptr<ReadyProbe>> ReadyProbe::start_http(const Address& address,
                                                           const model::HttpReady& expected,
                                                           EventLoop& loop,
                                                           std::function<void()> on_ready,
                                                           const Reach& reach) {
  std::vector<SocketAddress> addresses;
  if (reach.socket_path.empty()) {
    auto resolved = resolve(address.host, address.port);
    if (!resolved) return tl::make_unexpected(resolved.error());
    addresses = std::move(*resolved);
  } else {
    auto socket = unix_address(reach.socket_path);
    if (!socket) return tl::make_unexpected(socket.error());
    addresses.push_back(*socket);
  }
  if (address.scheme == "https")
    return start_tls_probe(address, expected, reach, loop, std::move(on_ready));
  auto probe = std::make_unique<Probe>(std::move(addresses), loop, std::move(on_ready));
  probe->ask_http(address, expected);
  probe->try_now();
  return probe;
}

}  // namespace leakcheck::target
