#include "harness/agent/connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace leakcheck::agent {
namespace {

constexpr std::size_t kBlock = 64UL * 1024;
constexpr std::size_t kMostUnsent = 1 << 20;  ///< a peer that does not read so much is gone

}  // namespace

Connection::Connection(UniqueFd fd, EventLoop& loop, Callbacks callbacks)
    : fd_(std::move(fd)), loop_(loop), callbacks_(std::move(callbacks)) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
    peer_pid_ = peer.pid;
    peer_is_ours_ = peer.uid == ::getuid();
  }
  loop_.watch(fd_.get(), EPOLLIN, [this](std::uint32_t events) { on_event(events); });
}

Connection::~Connection() {
  if (fd_) loop_.unwatch(fd_.get());
}

void Connection::on_event(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) write_some();
  if (fd_ && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !read_some()) close();
}

bool Connection::read_some() {
  std::array<char, kBlock> block;
  const ssize_t count = ::recv(fd_.get(), block.data(), block.size(), 0);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) return false;
  in_.append(block.data(), static_cast<std::size_t>(count));
  std::size_t begin = 0;
  for (std::size_t end; (end = in_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    callbacks_.on_line(std::string_view(in_).substr(begin, end - begin));
    if (!fd_) return true;  // the line ended this connection
  }
  in_.erase(0, begin);
  return in_.size() <= kLongestLine;
}

void Connection::send(std::string_view lines) {
  if (!fd_) return;
  out_ += lines;
  write_some();
}

void Connection::write_some() {
  while (!out_.empty()) {
    const ssize_t count = ::send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    // A broken connection is reported by the read that follows, once.
    if (count < 0) break;
    out_.erase(0, static_cast<std::size_t>(count));
  }
  if (out_.size() > kMostUnsent) out_.clear();
  loop_.change(fd_.get(), out_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

void Connection::close() {
  if (!fd_) return;
  loop_.unwatch(fd_.get());
  fd_.reset();
  callbacks_.on_closed();
}

}  // namespace leakcheck::agent
