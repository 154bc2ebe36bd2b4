#include "harness/target/ports.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "harness/base/unique_fd.hpp"
#include "harness/target/processes.hpp"

namespace leakcheck::target {
namespace {

namespace fs = std::filesystem;

constexpr int kLowestPort = 20000;  ///< above the ports of well-known services
constexpr int kPortTries = 100;
constexpr int kListen = 0x0A;  // TCP_LISTEN, as the kernel prints it

void read_table(const char* path, int port, std::set<unsigned long>& inodes) {
  std::ifstream table(path);
  std::string line;
  std::getline(table, line);  // headings
  while (std::getline(table, line)) {
    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout;
    unsigned long inode = 0;
    words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >>
        inode;
    const auto colon = local.rfind(':');
    if (!words || colon == std::string::npos) continue;
    if (std::stoi(state, nullptr, 16) == kListen &&
        std::stoi(local.substr(colon + 1), nullptr, 16) == port)
      inodes.insert(inode);
  }
}

bool holds_one(const fs::path& descriptors, const std::set<unsigned long>& inodes) {
  std::error_code error;
  // Not a range-for: its ++ throws when the process ends while we read.
  for (fs::directory_iterator it(descriptors, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    std::error_code closed;
    const std::string link = fs::read_symlink(it->path(), closed).string();
    if (closed || link.rfind("socket:[", 0) != 0) continue;
    if (inodes.count(std::strtoul(link.c_str() + 8, nullptr, 10)) > 0) return true;
  }
  return false;
}

/// Binds a port (0: any) on 127.0.0.1, and lets it go; 0 when it is taken.
int try_port(int port) {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  socklen_t size = sizeof address;
  if (!fd || ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return 0;
  return ntohs(address.sin_port);
}

/// The first of the ports that the kernel gives to outgoing connections.
int first_ephemeral_port() {
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  int first = 0;
  return range >> first ? first : 32768;
}

tl::unexpected<Error> not_an_address(std::string_view url) {
  return fail(ErrorKind::scenario, fmt::format("target.url \"{}\" is not a base URL", url),
              "write http://127.0.0.1:{{ $port }}");
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  Address out;
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return not_an_address(url);
  out.scheme = url.substr(0, scheme_end);
  if (out.scheme != "http" && out.scheme != "https") return not_an_address(url);
  std::string_view rest = url.substr(scheme_end + 3);
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos) {
    out.path = rest.substr(slash);
    while (!out.path.empty() && out.path.back() == '/') out.path.pop_back();
    rest = rest.substr(0, slash);
  }
  out.port = out.scheme == "http" ? 80 : 443;
  const auto colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos) {
    const std::string_view digits = rest.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (error != std::errc() || end != digits.data() + digits.size() || out.port < 1 ||
        out.port > 65535)
      return not_an_address(url);
    rest = rest.substr(0, colon);
  }
  if (rest.size() > 2 && rest.front() == '[' && rest.back() == ']')
    rest = rest.substr(1, rest.size() - 2);
  if (rest.empty()) return not_an_address(url);
  out.host = rest;
  return out;
}

Result<int> find_free_port() {
  // Somebody may take the port before the service does. So not one of those that outgoing
  // connections get: another run's load opens thousands of them.
  const int end = first_ephemeral_port();
  std::random_device random;
  for (int tries = 0; tries < kPortTries; ++tries) {
    const bool room = end - kLowestPort >= kPortTries && tries < kPortTries / 2;
    std::uniform_int_distribution<int> below(kLowestPort, std::max(kLowestPort, end - 1));
    const int port = try_port(room ? below(random) : 0);
    // Free on 127.0.0.1 may still be taken on ::1, and the service may want both.
    if (port != 0 && find_listening_inodes(port).empty()) return port;
  }
  return fail_errno(ErrorKind::target, "cannot find a free port on 127.0.0.1", errno);
}

std::set<unsigned long> find_listening_inodes(int port) {
  std::set<unsigned long> inodes;
  read_table("/proc/net/tcp", port, inodes);
  read_table("/proc/net/tcp6", port, inodes);
  return inodes;
}

std::vector<int> find_holders(const std::set<unsigned long>& inodes) {
  std::vector<int> out;
  if (inodes.empty()) return out;
  for (const int pid : list_processes())
    if (holds_one(fs::path("/proc") / std::to_string(pid) / "fd", inodes)) out.push_back(pid);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace leakcheck::target
