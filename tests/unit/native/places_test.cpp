#include "harness/native/places.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <chrono>

#include "harness/base/file.hpp"
#include "harness/native/embedded_library.hpp"
#include "harness/native/executable.hpp"

namespace leakcheck::native {
namespace {

namespace fs = std::filesystem;

struct Scratch {
  fs::path folder;
  Scratch() {
    std::string name = (fs::temp_directory_path() / "leakcheck-unit-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  ~Scratch() { fs::remove_all(folder); }
};

void make_old(const fs::path& path) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(1));
}

TEST_CASE("why_not_loadable: names what LD_PRELOAD would split or expand") {
  for (const char* path : {"/a b", "/a:b", "/$ORIGIN", "/a\tb", "/a\nb"})
    CHECK(why_not_loadable(path) == std::string("LD_PRELOAD cannot hold the path ") + path);
  CHECK(why_not_loadable("/nowhere/at/all") == "/nowhere/at/all cannot be looked at");
  // On Linux, /proc is mounted noexec wherever anybody took care; if it is not, it is loadable.
  const std::string why = why_not_loadable("/proc");
  CHECK((why == "" || why == "/proc is mounted noexec"));
  CHECK(why_not_loadable(Scratch().folder.parent_path()) == "");
}

TEST_CASE("PrivateFolder: its owner's alone, and gone with the object") {
  Scratch scratch;
  fs::path path;
  {
    auto made = PrivateFolder::make(scratch.folder);
    REQUIRE(made);
    PrivateFolder folder;
    folder = std::move(*made);
    path = folder.path();
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    REQUIRE(write_file(path / "1", "x"));
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE(
    "PrivateFolder: what a killed leakcheck has left is removed, what a live one has is not") {
  Scratch scratch;
  const auto alive = PrivateFolder::make(scratch.folder);
  REQUIRE(alive);
  const fs::path abandoned = scratch.folder / "leakcheck-malloc-abandoned";
  const fs::path young = scratch.folder / "leakcheck-malloc-young";
  const fs::path stranger = scratch.folder / "somebody-elses";
  for (const fs::path& path : {abandoned, young, stranger}) REQUIRE(write_file(path / "1", "x"));
  for (const fs::path& path : {alive->path(), abandoned, stranger}) make_old(path);
  REQUIRE(PrivateFolder::make(scratch.folder));
  CHECK_FALSE(fs::exists(abandoned));
  CHECK(fs::exists(alive->path()));
  CHECK(fs::exists(young / "1"));
  CHECK(fs::exists(stranger / "1"));
}

TEST_CASE("PrivateFolder: a place that cannot be written says so") {
  const auto made = PrivateFolder::make("/nowhere/at/all");
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == ErrorKind::io);
  CHECK(made.error().message.find("cannot make a folder in /nowhere/at/all") == 0);
  CHECK(made.error().hint == "set TMPDIR to a folder that you may write to");
}

TEST_CASE("embedded_library: a library for this machine that needs no other") {
  const std::string_view library = embedded_library();
  const auto head = parse_executable(library);
  CHECK(head.is_for_this_machine());
  CHECK(head.is_static());  // no loader of its own either
  for (const char* needed : {"libc.so", "libstdc++", "libgcc", "libasan", "GLIBC_"})
    CHECK_MESSAGE(library.find(needed) == std::string_view::npos, needed);
}

}  // namespace
}  // namespace leakcheck::native
