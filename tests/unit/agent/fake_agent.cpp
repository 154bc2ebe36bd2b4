#include "fake_agent.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstring>

using namespace leakcheck;

namespace {

constexpr std::chrono::seconds kPatience{10};

/// Gives a descriptor to the process at the other end of `through`.
void pass(int through, int fd) {
  char byte = 'x';
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fd)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  ::sendmsg(through, &message, 0);
}

/// The descriptor that was passed; -1 when the other end had none.
int take(int through) {
  char byte = 0;
  iovec part{&byte, 1};
  int fd = -1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fd)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(through, &message, MSG_CMSG_CLOEXEC) != 1) return -1;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr) std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return fd;
}

}  // namespace

FakeAgent::FakeAgent(const std::string& socket_path, EventLoop& loop) : loop_(loop) {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  pid_ = ::fork();
  if (pid_ == 0) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      pass(theirs.get(), fd);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(pid_, &status, 0) == pid_);
  fd_.reset(take(ours.get()));
  REQUIRE(fd_);
}

FakeAgent::FakeAgent(const std::string& socket_path, EventLoop& loop, Thread thread)
    : loop_(loop), pid_(::getpid()), thread_(thread.id) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
  fd_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  REQUIRE(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

FakeAgent::~FakeAgent() = default;

void FakeAgent::send(const std::string& line) {
  const std::string text = line + "\n";
  CHECK(::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
        static_cast<ssize_t>(text.size()));
}

void FakeAgent::say_hello(const std::string& node, int protocol) {
  send(R"({"type":"hello","protocol":)" + std::to_string(protocol) + R"(,"agent":"0.1.0","pid":)" +
       std::to_string(pid_) + R"(,"thread":)" + std::to_string(thread_) + R"(,"ppid":1,"node":")" +
       node + R"(","v8":"11.3","argv":["node","server.js"],"canCollect":true})");
}

void FakeAgent::say_sample(long heap_used, long seen, double gc_ms, double delay_ms) {
  const std::string heap = std::to_string(heap_used);
  const std::string gc = std::to_string(gc_ms);
  const std::string delay = std::to_string(delay_ms);
  send(R"({"type":"sample","memory":{"rss":1000,"heapTotal":2000,"heapUsed":)" + heap +
       R"(,"external":30,"arrayBuffers":4},"seen":)" + std::to_string(seen) +
       R"(,"gc":{"count":2,"major":1,"totalMs":)" + gc + R"(,"maxMs":)" + gc +
       R"(},"delay":{"p50Ms":)" + delay + R"(,"p99Ms":)" + delay + R"(,"maxMs":)" + delay +
       R"(},"handles":5})");
}

void FakeAgent::say_collected(int id, double ms, long heap_used, long seen) {
  send(R"({"type":"collected","id":)" + std::to_string(id) + R"(,"ms":)" + std::to_string(ms) +
       R"(,"memory":{"rss":1000,"heapTotal":2000,"heapUsed":)" + std::to_string(heap_used) +
       R"(,"external":30,"arrayBuffers":4},"seen":)" + std::to_string(seen) + "}");
}

bool FakeAgent::read_some() {
  std::array<char, 4096> block;
  const ssize_t count = ::recv(fd_.get(), block.data(), block.size(), 0);
  if (count > 0) in_.append(block.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && errno == EAGAIN);
}

std::string FakeAgent::wait_for(const std::string& type) {
  const TimePoint deadline = loop_.now() + kPatience;
  const std::string wanted = R"("type":")" + type + '"';
  for (bool open = true;;) {
    const auto end = in_.find('\n');
    if (end != std::string::npos) {
      const std::string line = in_.substr(0, end);
      in_.erase(0, end + 1);
      if (line.find(wanted) != std::string::npos) return line;
      continue;
    }
    if (!open || loop_.now() > deadline) return "";
    loop_.run_once(loop_.now() + std::chrono::milliseconds(2));
    open = read_some();
  }
}

bool FakeAgent::wait_for_end() {
  return loop_.run_until([&] { return !read_some(); }, loop_.now() + kPatience);
}

std::vector<std::string> FakeAgent::take_lines() {
  for (std::size_t before = in_.size() + 1; before != in_.size();) {
    before = in_.size();
    read_some();
  }
  std::vector<std::string> out;
  for (std::size_t end; (end = in_.find('\n')) != std::string::npos; in_.erase(0, end + 1))
    out.push_back(in_.substr(0, end));
  return out;
}

void FakeAgent::close() {
  fd_.reset();
}
