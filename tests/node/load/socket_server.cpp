#include "tests/node/load/socket_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace leakcheck::test {

std::string Request::header(const std::string& name) const {
  const auto at = head.find("\r\n" + name + ":");
  if (at == std::string::npos) return "";
  auto begin = at + name.size() + 3;
  while (begin < head.size() && head[begin] == ' ') ++begin;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

bool Peer::fill() {
  std::array<char, 65536> buffer;
  const auto count = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (count <= 0) return false;
  unread_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

bool Peer::read_head(std::string& head) {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos)
    if (!fill()) return false;
  head = unread_.substr(0, end);
  unread_.erase(0, end + 4);
  return true;
}

std::string Peer::read_body(const Request& request) {
  while (unread_.size() < request.body_bytes)
    if (!fill()) break;
  std::string body = unread_.substr(0, request.body_bytes);
  unread_.erase(0, body.size());
  return body;
}

void Peer::begin_request() {
  is_in_flight_ = true;
  ++in_flight_;
}

void Peer::end_request() {
  if (std::exchange(is_in_flight_, false)) --in_flight_;
}

void Peer::close() {
  end_request();
  open_ = false;
}

bool Peer::send(std::string_view text) {
  end_request();
  while (!text.empty()) {
    const auto count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) {
      open_ = false;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void Peer::answer(int status, std::string_view body, std::string_view headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Any\r\n";
  text += headers;
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  text += body;
  send(text);
}

void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

int Peer::wait_for_end() {
  std::array<char, 65536> buffer;
  for (;;) {
    const auto count = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return count == 0 ? 0 : errno;
  }
}

SocketServer::SocketServer(Behaviour behaviour)
    : behaviour_(std::move(behaviour)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), any, size) != 0 || ::listen(listener_.get(), 1024) != 0 ||
      ::getsockname(listener_.get(), any, &size) != 0)
    throw std::runtime_error("the test's server cannot listen");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_connections(); });
}

SocketServer::~SocketServer() {
  stopping_ = true;
  ::shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
}

void SocketServer::accept_connections() {
  while (!stopping_) {
    const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++connections_;
    const std::lock_guard lock(mutex_);
    open_.insert(fd);
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

void SocketServer::serve(int fd) {
  Peer peer(fd, in_flight_);
  Request request;
  while (peer.is_open() && peer.read_head(request.head)) {
    peer.begin_request();
    const int in_flight = in_flight_;
    for (int most = most_in_flight_;
         in_flight > most && !most_in_flight_.compare_exchange_weak(most, in_flight);) {
    }
    ++requests_;
    ++request.number_on_connection;
    const auto space = request.head.find(' ');
    request.method = request.head.substr(0, space);
    request.path = request.head.substr(space + 1, request.head.find(' ', space + 1) - space - 1);
    const std::string length = request.header("Content-Length");
    request.body_bytes = length.empty() ? 0 : std::stoul(length);
    {
      const std::lock_guard lock(mutex_);
      seen_.push_back(request);
    }
    behaviour_(peer, request);
    peer.end_request();
  }
  const std::lock_guard lock(mutex_);
  open_.erase(fd);
  ::close(fd);
}

std::vector<Request> SocketServer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

std::map<std::string, int> SocketServer::seen_by_path() const {
  std::map<std::string, int> out;
  for (const Request& request : seen()) ++out[request.path];
  return out;
}

}  // namespace leakcheck::test
