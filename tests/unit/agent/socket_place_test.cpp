#include "harness/agent/socket_place.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <optional>

namespace fs = std::filesystem;
using namespace leakcheck;
using agent::SocketPlace;

namespace {

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "leakcheck-unit-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
};

unsigned mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

}  // namespace

TEST_SUITE("SocketPlace") {
  TEST_CASE("a socket for its owner only, which goes with it") {
    const Folder folder;
    fs::path path;
    {
      const auto place = SocketPlace::listen(folder.path);
      REQUIRE(place);
      path = place->path();
      CHECK(path == folder.path / "agent.sock");
      CHECK(fs::is_socket(path));
      CHECK(mode_of(path) == 0600);
    }
    CHECK_FALSE(fs::exists(path));
  }

  TEST_CASE("a moved one takes the place along") {
    const Folder folder;
    auto first = SocketPlace::listen(folder.path);
    REQUIRE(first);
    const fs::path path = first->path();
    std::optional<SocketPlace> second(std::move(*first));
    first = fail(ErrorKind::io, "gone");
    CHECK(fs::is_socket(path));
    second.reset();
    CHECK_FALSE(fs::exists(path));
  }

  TEST_CASE("a socket that an earlier run left is replaced") {
    const Folder folder;
    std::ofstream(folder.path / "agent.sock") << "left over";
    const auto place = SocketPlace::listen(folder.path);
    REQUIRE(place);
    CHECK(fs::is_socket(place->path()));
  }

  TEST_CASE("where the path is too long, a private temporary folder, which goes with it") {
    const Folder folder;
    const fs::path deep = folder.path / std::string(120, 'd');
    fs::create_directories(deep);
    fs::path path;
    {
      const auto place = SocketPlace::listen(deep);
      REQUIRE(place);
      path = place->path();
      CHECK(path.string().size() < 108);
      CHECK(fs::is_socket(path));
      CHECK(mode_of(path.parent_path()) == 0700);
    }
    CHECK_FALSE(fs::exists(path.parent_path()));
  }

  TEST_CASE("a path of exactly the longest length is used, one more is not") {
    const Folder folder;
    const std::size_t left =
        107 - folder.path.string().size() - 2 - std::string("agent.sock").size();
    for (const std::size_t extra : {std::size_t{0}, std::size_t{1}}) {
      const fs::path exact = folder.path / std::string(left + extra, 'd');
      fs::create_directories(exact);
      const auto place = SocketPlace::listen(exact);
      REQUIRE(place);
      CHECK((place->path().parent_path() == exact) == (extra == 0));
    }
  }

  TEST_CASE("a folder that is not there is an error with its path, and leaves nothing") {
    const auto place = SocketPlace::listen("/no/such/folder");
    REQUIRE_FALSE(place);
    CHECK(place.error().kind == ErrorKind::io);
    CHECK(place.error().message.find("/no/such/folder/agent.sock") != std::string::npos);
    CHECK_FALSE(place.error().hint.empty());
  }
}
