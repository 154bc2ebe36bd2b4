#include "tests/node/load/nginx.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "harness/base/file.hpp"
#include "harness/base/unique_fd.hpp"

namespace leakcheck::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// {0}: folder, {1} to {4}: ports, {5} and {6}: certificate and key.
constexpr const char* kConfiguration = R"(
daemon off;
master_process off;
error_log {0}/error.log;
pid {0}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  log_format counted '$connection $request_uri';
  access_log {0}/access.log counted;
  client_body_temp_path {0}/body;
  proxy_temp_path {0}/proxy;
  fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi;
  scgi_temp_path {0}/scgi;
  client_max_body_size 100m;
  keepalive_requests 100000;
  gzip on;
  gzip_min_length 1;
  gzip_types text/plain;
  default_type text/plain;
  ssl_certificate {5};
  ssl_certificate_key {6};
  server {{
    listen 127.0.0.1:{1};
    listen 127.0.0.1:{2} ssl;
    listen 127.0.0.1:{3} ssl http2;
    listen 127.0.0.1:{4} http2;
    listen unix:{0}/nginx.sock;
    root {0};
    location = /plain {{ return 200 "hello, world\n"; }}
    location = /moved {{ return 302 /plain; }}
    location = /circle {{ return 302 /circle; }}
    location = /drop {{ return 444; }}
    location = /error {{ return 503; }}
    location = /few {{ keepalive_timeout 0; return 200 "last\n"; }}
  }}
}}
)";

bool is_free(int port) {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

bool listens(int port) {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

/// The first of four in a row, below those of outgoing connections.
int find_ports() {
  for (int port = 20'000 + ::getpid() % 2'000 * 4;; port = port < 32'000 ? port + 4 : 20'000)
    if (is_free(port) && is_free(port + 1) && is_free(port + 2) && is_free(port + 3)) return port;
}

}  // namespace

Nginx::Nginx() : port_(find_ports()) {
  std::string name = fs::temp_directory_path() / "leakcheck-nginx-XXXXXX";
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  folder_ = name;
  fs::permissions(folder_, fs::perms::all);  // as root, nginx serves as somebody else
  REQUIRE(write_file(folder_ / "file.txt", std::string(200'000, 'n')));
  REQUIRE(write_file(
      folder_ / "nginx.conf",
      fmt::format(fmt::runtime(kConfiguration), folder_.string(), port_, port_ + 1, port_ + 2,
                  port_ + 3, certificate_.file().string(), certificate_.key().string())));
  pid_ = ::fork();
  if (pid_ == 0) {
    const std::string errors = folder_ / "error.log";
    const std::string configuration = folder_ / "nginx.conf";
    ::setenv("PATH", (std::string(::getenv("PATH")) + ":/usr/sbin").c_str(), 1);
    ::execlp("nginx", "nginx", "-p", folder_.c_str(), "-e", errors.c_str(), "-c",
             configuration.c_str(), nullptr);
    ::_exit(127);
  }
  bool ready = false;
  for (int tries = 0; tries < 1'000 && !ready; ++tries) {
    std::this_thread::sleep_for(10ms);
    ready = listens(port_ + 3);
  }
  REQUIRE_MESSAGE(ready, "nginx does not start: ", load_file(folder_ / "error.log").value_or(""));
}

Nginx::~Nginx() {
  end();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Nginx::end() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

Nginx::Seen Nginx::stop() {
  end();
  Seen seen;
  std::set<std::string> connections;
  std::ifstream log(folder_ / "access.log");
  for (std::string line; std::getline(log, line); ++seen.requests)
    connections.insert(line.substr(0, line.find(' ')));
  seen.connections = static_cast<int>(connections.size());
  return seen;
}

}  // namespace leakcheck::test
