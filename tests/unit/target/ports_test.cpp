#include "harness/target/ports.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "harness/base/unique_fd.hpp"

using namespace leakcheck;
using namespace leakcheck::target;

TEST_SUITE("Ports") {
  TEST_CASE("base URLs are taken apart") {
    const auto plain = parse_address("http://127.0.0.1:3000");
    REQUIRE(plain);
    CHECK(plain->host == "127.0.0.1");
    CHECK(plain->port == 3000);
    CHECK(plain->path.empty());

    const auto below = parse_address("https://[::1]:8443/api/v1/");
    REQUIRE(below);
    CHECK(below->scheme == "https");
    CHECK(below->host == "::1");
    CHECK(below->port == 8443);
    CHECK(below->path == "/api/v1");

    CHECK(parse_address("http://localhost")->port == 80);
    CHECK(parse_address("https://[::1]")->port == 443);
  }

  TEST_CASE("what is not a base URL is refused, with what to write instead") {
    for (const char* text : {"", "localhost:3000", "ftp://x", "http://", "http://x:0",
                             "http://x:99999", "http://x:80a", "http://:80"}) {
      CAPTURE(text);
      const auto address = parse_address(text);
      REQUIRE_FALSE(address);
      CHECK(address.error().kind == ErrorKind::scenario);
      CHECK(address.error().hint.find("127.0.0.1") != std::string::npos);
    }
  }

  TEST_CASE("a free port is not one that outgoing connections get, where there are others") {
    std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
    int first = 0;
    range >> first;
    if (first < 20100) return;  // this machine gives nearly all of them to connections
    std::set<int> ports;
    for (int i = 0; i < 20; ++i) ports.insert(*find_free_port());
    CHECK(ports.size() > 10);  // two runs at once are to get two ports
    CHECK(*ports.rbegin() < first);
  }

  TEST_CASE("a free port has no listener, and a listener on it is found with its process") {
    const auto port = find_free_port();
    REQUIRE(port);
    CHECK(find_listening_inodes(*port).empty());

    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(*port));
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(find_listening_inodes(*port).empty());
    REQUIRE(::listen(fd.get(), 1) == 0);
    const auto inodes = find_listening_inodes(*port);
    CHECK(inodes.size() == 1);
    CHECK(find_holders(inodes) == std::vector<int>{::getpid()});
    CHECK(find_holders({}).empty());
  }
}
