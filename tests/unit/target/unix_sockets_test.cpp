#include "harness/target/unix_sockets.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/unique_fd.hpp"
#include "harness/target/ports.hpp"
#include "harness/target/ready_probe.hpp"

namespace fs = std::filesystem;
using namespace leakcheck;
using namespace leakcheck::target;

namespace {

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "leakcheck-unit-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
};

UniqueFd bind_to(const fs::path& socket) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = unix_address(socket);
  REQUIRE(address);
  REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address->storage), address->size) ==
          0);
  return fd;
}

}  // namespace

TEST_SUITE("UnixSockets") {
  TEST_CASE("who listens is found with the process, also through a link and a blank in the path") {
    const Folder folder;
    const fs::path socket = folder.path / "a b.sock";
    CHECK_FALSE(is_listened_on(socket));
    const UniqueFd fd = bind_to(socket);
    CHECK(find_listening_inodes(socket).empty());
    CHECK_FALSE(is_listened_on(socket));
    REQUIRE(::listen(fd.get(), 1) == 0);
    const auto inodes = find_listening_inodes(socket);
    CHECK(inodes.size() == 1);
    CHECK(find_holders(inodes) == std::vector<int>{::getpid()});
    CHECK(is_listened_on(socket));
    CHECK(find_listening_inodes(folder.path / "b.sock").empty());
    fs::create_directory_symlink(folder.path, folder.path / "link");
    CHECK(find_listening_inodes(folder.path / "link" / "a b.sock") == inodes);
  }

  TEST_CASE("a file that a dead server has left is not listened on") {
    const Folder folder;
    const fs::path socket = folder.path / "stale.sock";
    {
      const UniqueFd fd = bind_to(socket);
      REQUIRE(::listen(fd.get(), 1) == 0);
    }
    CHECK(fs::exists(socket));
    CHECK_FALSE(is_listened_on(socket));
    CHECK(find_listening_inodes(socket).empty());
  }

  TEST_CASE("a server that accepts nothing still listens") {
    const Folder folder;
    const fs::path socket = folder.path / "busy.sock";
    const UniqueFd fd = bind_to(socket);
    REQUIRE(::listen(fd.get(), 0) == 0);
    for (int i = 0; i < 4; ++i) CHECK(is_listened_on(socket));
  }

  TEST_CASE("a path that is too long for the kernel is refused, with a cure") {
    const fs::path socket = "/tmp/" + std::string(103, 'x');
    const auto address = unix_address(socket);
    REQUIRE_FALSE(address);
    CHECK(address.error().kind == ErrorKind::target);
    CHECK(address.error().message.find("has 108 bytes, and sockets take 107") != std::string::npos);
    CHECK(address.error().hint.find("/tmp") != std::string::npos);
    CHECK(unix_address("/tmp/" + std::string(102, 'x')));
    EventLoop loop;
    CHECK_FALSE(ReadyProbe::start_unix(socket, loop, [] {}));
  }
}

TEST_SUITE("ReadyProbe") {
  TEST_CASE("unix socket: ready as soon as somebody listens, however late") {
    const Folder folder;
    const fs::path socket = folder.path / "late.sock";
    EventLoop loop;
    bool ready = false;
    const auto probe = ReadyProbe::start_unix(socket, loop, [&] { ready = true; });
    REQUIRE(probe);
    loop.run_until([&] { return ready; }, loop.now() + std::chrono::milliseconds(60));
    CHECK_FALSE(ready);
    CHECK((*probe)->last_seen() == "nobody listens there");
    const UniqueFd fd = bind_to(socket);
    REQUIRE(::listen(fd.get(), 1) == 0);
    CHECK(loop.run_until([&] { return ready; }, loop.now() + std::chrono::seconds(10)));
  }
}
