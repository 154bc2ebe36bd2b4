#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "harness/base/unique_fd.hpp"

namespace leakcheck::test {

/// A request as it came over the socket.
struct Request {
  std::string head;  ///< without the empty line
  std::string method;
  std::string path;
  std::size_t body_bytes = 0;    ///< announced
  int number_on_connection = 0;  ///< from 1

  /// The value of a header; "" when it is not there. Shape: `name` in the case in which it is sent.
  std::string header(const std::string& name) const;
};

/// One connection, in the hands of a behaviour.
class Peer {
 public:
  Peer(int fd, std::atomic<int>& in_flight) : fd_(fd), in_flight_(in_flight) {}

  std::string read_body(const Request& request);
  /// False when the other end has gone.
  bool send(std::string_view text);
  /// A whole answer.
  void answer(int status, std::string_view body = "", std::string_view headers = "");
  void close();
  /// Closes with RST instead of FIN.
  void reset();
  bool is_open() const { return open_; }
  /// Reads until the other end goes. Returns 0 when it closed in order, else the errno.
  int wait_for_end();

 private:
  friend class SocketServer;
  bool read_head(std::string& head);
  bool fill();
  void begin_request();
  void end_request();  // before the first byte of an answer: the next request may follow at once

  int fd_;
  std::atomic<int>& in_flight_;
  bool is_in_flight_ = false;
  bool open_ = true;
  std::string unread_;
};

/// HTTP over loopback with any behaviour, kind or unkind: what a server of Node.js would not do.
/// Counts what it sees itself. Thread: one for each connection; a behaviour runs in it.
class SocketServer {
 public:
  using Behaviour = std::function<void(Peer&, const Request&)>;

  explicit SocketServer(Behaviour behaviour = [](Peer& peer, const Request& request) {
    peer.read_body(request);
    peer.answer(200, "ok");
  });
  ~SocketServer();
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::int64_t requests() const { return requests_; }
  std::int64_t connections() const { return connections_; }
  int most_in_flight() const { return most_in_flight_; }
  /// All requests, in the order in which they came.
  std::vector<Request> seen() const;
  std::map<std::string, int> seen_by_path() const;

 private:
  void accept_connections();
  void serve(int fd);

  Behaviour behaviour_;
  UniqueFd listener_;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> requests_{0};
  std::atomic<std::int64_t> connections_{0};
  std::atomic<int> in_flight_{0};
  std::atomic<int> most_in_flight_{0};
  mutable std::mutex mutex_;  // of all below
  std::vector<Request> seen_;
  std::set<int> open_;  // descriptors of connections
  std::vector<std::thread> threads_;
  std::thread acceptor_;  // adds to them
};

}  // namespace leakcheck::test
