#include "harness/base/file.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>

namespace fs = std::filesystem;
using namespace leakcheck;

namespace {

constexpr const char* kChooseAnother = "choose a path below a folder that you may write to";

/// A folder of its own for one test; removed at its end.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "leakcheck-file-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path operator/(const std::string& name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(path_))
      all.insert(entry.path().filename().string());
    return all;
  }

 private:
  fs::path path_;
};

using Names = std::set<std::string>;

std::string text_of(const fs::path& path) {
  const auto text = load_file(path);
  REQUIRE_MESSAGE(text.has_value(), text.error().message);
  return *text;
}

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

template <typename T>
Error error_of(const Result<T>& result, ErrorKind kind) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().kind == kind);
  return result.error();
}

constexpr int kNotAllowed = 77;

/// Runs `body` in a child that may mount what it likes and is alone in seeing it. 0 is good; where
/// mounting is not allowed nothing is checked, and that is said.
void check_with_own_mounts(const std::function<int()>& body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const bool own = ::unshare(CLONE_NEWNS) == 0 &&
                     ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    ::_exit(own ? body() : kNotAllowed);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNotAllowed) {
    MESSAGE("not checked: this user may not mount");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

/// No file may grow past `bytes` while this lives: what a full disk is to a writer.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    old_handler_ = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, old_handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
  sighandler_t old_handler_ = SIG_DFL;
};

}  // namespace

TEST_CASE("File: what is written is read back byte for byte") {
  const Folder folder;
  std::string content(3'000'000, '\0');
  for (std::size_t at = 0; at < content.size(); ++at) content[at] = static_cast<char>(at * 31 >> 3);
  for (const std::string& each : {std::string(), std::string("a\r\n\0b", 5), content}) {
    REQUIRE(write_file(folder / "out", each).has_value());
    CHECK((text_of(folder / "out") == each));
  }
  CHECK(folder.names() == Names{"out"});
}

TEST_CASE("File: a file that cannot be read is named with the reason") {
  const Folder folder;
  CHECK(error_of(load_file(folder / "no"), ErrorKind::io).message ==
        "cannot read " + (folder / "no").string() + ": No such file or directory");
  CHECK(error_of(load_file(folder.path()), ErrorKind::io).message ==
        "cannot read " + folder.path().string() + ": it is a folder");
}

TEST_CASE("File: a read that fails half-way is an error, not a short text") {
  // Page 0 of a process is never mapped.
  const auto error = error_of(load_file("/proc/self/mem"), ErrorKind::io);
  CHECK(error.message == "cannot read /proc/self/mem: Input/output error");
}

TEST_CASE("File: missing folders are made") {
  const Folder folder;
  REQUIRE(write_file(folder / "a/b/c.xml", "x").has_value());
  CHECK(text_of(folder / "a/b/c.xml") == "x");
}

TEST_CASE("File: the mode is as asked, whatever the umask and the old file's were") {
  const Folder folder;
  const mode_t before = ::umask(0077);
  REQUIRE(write_file(folder / "open", "x").has_value());
  REQUIRE(write_file(folder / "private", "x", 0600).has_value());
  ::umask(before);
  CHECK(mode_of(folder / "open") == 0644);
  CHECK(mode_of(folder / "private") == 0600);
  REQUIRE(write_file(folder / "open", "y", 0600).has_value());
  CHECK(mode_of(folder / "open") == 0600);
}

TEST_CASE("File: an older file is replaced whole, also under another's eyes") {
  const Folder folder;
  REQUIRE(write_file(folder / "out", "a long first text").has_value());
  std::ifstream reader(folder / "out");
  REQUIRE(write_file(folder / "out", "short").has_value());
  CHECK(text_of(folder / "out") == "short");
  // Who had it open still reads the old one, not a mixture.
  std::string old;
  std::getline(reader, old);
  CHECK(old == "a long first text");
}

TEST_CASE("File: a symbolic link stays one, and the file that it points to is replaced") {
  const Folder folder;
  REQUIRE(write_file(folder / "runs/real", "old").has_value());
  fs::create_symlink("runs/real", folder / "link");
  fs::create_symlink("nowhere", folder / "dangling");
  REQUIRE(check_writable(folder / "link").has_value());
  REQUIRE(write_file(folder / "link", "new").has_value());
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(text_of(folder / "runs/real") == "new");
  // One that points nowhere is no more than a name.
  REQUIRE(write_file(folder / "dangling", "new").has_value());
  CHECK(text_of(folder / "dangling") == "new");
  CHECK(folder.names() == Names{"dangling", "link", "runs"});
}

TEST_CASE("File: a full disk leaves the old file and no temporary one") {
  const Folder folder;
  REQUIRE(write_file(folder / "out", "old").has_value());
  const std::string content(100'000, 'x');
  Result<void> written;
  {
    const SmallDisk disk(4096);
    written = write_file(folder / "out", content);
  }
  const auto error = error_of(written, ErrorKind::report);
  CHECK(error.message == "cannot write " + (folder / "out").string() + ": File too large");
  CHECK(error.hint == kChooseAnother);
  CHECK(text_of(folder / "out") == "old");
  CHECK(folder.names() == Names{"out"});
}

TEST_CASE("File: a disk that is full says that space is the cure") {
  const Folder folder;
  const auto fails_well = [&] {
    if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=16k") != 0) return kNotAllowed;
    if (!write_file(folder / "out", "old")) return 1;
    const auto written = write_file(folder / "out", std::string(100'000, 'x'));
    if (written || written.error().kind != ErrorKind::report) return 2;
    if (written.error().message !=
        "cannot write " + (folder / "out").string() + ": No space left on device")
      return 3;
    if (written.error().hint != "free some space on that disk") return 4;
    if (load_file(folder / "out").value_or("") != "old") return 5;
    return folder.names() == Names{"out"} ? 0 : 6;
  };
  check_with_own_mounts(fails_well);
}

TEST_CASE("File: a rename that fails removes the temporary file") {
  const Folder folder;
  REQUIRE(write_file(folder / "out", "old").has_value());
  const auto fails_well = [&] {
    // Nothing can be renamed onto a mount point.
    const std::string out = folder / "out";
    if (::mount(out.c_str(), out.c_str(), nullptr, MS_BIND, nullptr) != 0) return kNotAllowed;
    const auto written = write_file(out, "new");
    if (written || written.error().kind != ErrorKind::report) return 1;
    if (written.error().message != "cannot write " + out + ": Device or resource busy") return 2;
    if (load_file(out).value_or("") != "old") return 3;
    return folder.names() == Names{"out"} ? 0 : 4;
  };
  check_with_own_mounts(fails_well);
}

TEST_CASE("File: what can hold no report is refused before and when it is written") {
  const Folder folder;
  REQUIRE(write_file(folder / "file", "x").has_value());
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const auto refused = [](const fs::path& path, const std::string& message,
                          const std::string& hint) {
    for (const auto& result : {check_writable(path), write_file(path, "new")}) {
      const auto error = error_of(result, ErrorKind::report);
      CHECK(error.message == message);
      CHECK(error.hint == hint);
    }
  };
  const auto at = [&](const std::string& name) { return (folder / name).string(); };
  refused(at("file/out"), "cannot make the folder " + at("file") + ": Not a directory",
          kChooseAnother);
  refused(at("made/"), "cannot write " + at("made/") + ": it is a folder",
          "give the name of a file in it");
  refused("", "cannot write : it is a folder", "give the name of a file in it");
  // Not /dev/null, which it stands for: a broken check would replace the machine's own.
  refused(at("pipe"), "cannot write " + at("pipe") + ": it is there and is no regular file",
          "give the name of a file");
  refused("/proc/no/run.json", "cannot make the folder /proc/no: No such file or directory",
          kChooseAnother);
  refused(at(std::string(255, 'n')),
          "cannot write " + at(std::string(255, 'n')) + ": File name too long", kChooseAnother);
  CHECK(text_of(folder / "file") == "x");
  CHECK(fs::is_fifo(folder / "pipe"));
}

TEST_CASE("File: trying whether a file can be written leaves nothing but its folder") {
  const Folder folder;
  REQUIRE(check_writable(folder / "a/out.xml").has_value());
  CHECK(fs::is_empty(folder / "a"));
  REQUIRE(write_file(folder / "out", "old").has_value());
  REQUIRE(check_writable(folder / "out").has_value());
  CHECK(text_of(folder / "out") == "old");
  CHECK(folder.names() == Names{"a", "out"});
}

TEST_CASE("File: a private folder is for its owner only; one that was there keeps its mode") {
  const Folder folder;
  const mode_t before = ::umask(0);
  REQUIRE(make_private_folder(folder / "runs/one").has_value());
  fs::create_directory(folder / "open");
  ::chmod((folder / "open").c_str(), 0777);
  REQUIRE(make_private_folder(folder / "open").has_value());
  ::umask(before);
  CHECK(mode_of(folder / "runs/one") == 0700);
  CHECK(mode_of(folder / "open") == 0777);
}

TEST_CASE("File: a private folder that cannot be made is an error with a cure") {
  const Folder folder;
  REQUIRE(write_file(folder / "file", "x").has_value());
  for (const std::string name : {"file", "file/below"}) {
    const auto error = error_of(make_private_folder(folder / name), ErrorKind::io);
    CHECK(error.message ==
          "cannot make the folder " + (folder / name).string() + ": Not a directory");
    CHECK(error.hint == "choose another with --out");
  }
  CHECK(mode_of(folder / "file") == 0644);
}
