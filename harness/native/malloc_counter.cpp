#include "harness/native/malloc_counter.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <sstream>

#include "harness/base/file.hpp"
#include "harness/base/unique_fd.hpp"
#include "harness/native/counter_page.hpp"
#include "harness/native/embedded_library.hpp"
#include "harness/native/executable.hpp"

namespace leakcheck::native {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLibraryName = "libleakcheck-malloc.so";
constexpr std::size_t kHeadSize = 64 * 1024;
constexpr int kMostReads = 5;

std::string read_some(const fs::path& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  std::string text(most, '\0');
  file.read(text.data(), static_cast<std::streamsize>(most));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

using RawPage = std::array<std::uint64_t, kPageSize / sizeof(std::uint64_t)>;

/// Words of the page; the same ones twice, if they can be had: a word may be written as we read.
std::optional<RawPage> read_page(const fs::path& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  RawPage page{};
  RawPage before{};
  for (int i = 0; file && i < kMostReads; ++i) {
    if (::pread(file.get(), page.data(), kPageSize, 0) != static_cast<ssize_t>(kPageSize)) break;
    if ((i > 0 && page == before) || i + 1 == kMostReads) return page;
    before = page;
  }
  return std::nullopt;
}

template <typename T>
T field(const RawPage& page, std::size_t offset) {
  T out;
  std::memcpy(&out, reinterpret_cast<const char*>(page.data()) + offset, sizeof out);
  return out;
}

/// The state of a process's page; `unfinished` when there is none of this process.
PageState state_of(const std::optional<RawPage>& page, int pid) {
  if (!page || field<std::uint64_t>(*page, offsetof(CounterPage, mark)) != kPageMark ||
      field<std::int32_t>(*page, offsetof(CounterPage, pid)) != pid)
    return PageState::unfinished;
  return field<PageState>(*page, offsetof(CounterPage, state));
}

/// Whether the kernel took rights from whoever started it: the loader then passes LD_PRELOAD over.
bool is_secure(const std::string& auxiliary_vector) {
  for (std::size_t at = 0; at + 16 <= auxiliary_vector.size(); at += 16) {
    std::array<std::uint64_t, 2> entry{};
    std::memcpy(entry.data(), auxiliary_vector.data() + at, 16);
    if (entry[0] == AT_SECURE) return entry[1] != 0;
  }
  return false;
}

bool has_variable_with(const std::string& environment, const std::string& name,
                       const std::string& part) {
  std::istringstream entries(environment);
  for (std::string entry; std::getline(entries, entry, '\0');)
    if (entry.starts_with(name + "=") && entry.find(part) != std::string::npos) return true;
  return false;
}

/// "libjemalloc.so.2", when a library that is known to bring its own malloc() is mapped.
std::string find_allocator(const std::string& maps) {
  std::istringstream lines(maps);
  for (std::string line; std::getline(lines, line);) {
    const auto slash = line.rfind('/');
    if (slash == std::string::npos) continue;
    const std::string name = line.substr(slash + 1);
    for (const char* known : {"jemalloc", "tcmalloc", "mimalloc", "hoard", "snmalloc", "asan"})
      if (name.find(known) != std::string::npos) return name;
  }
  return "";
}

}  // namespace

Result<std::unique_ptr<MallocCounter>> MallocCounter::prepare(const fs::path& run_folder) {
  std::error_code error;
  const fs::path run = fs::absolute(run_folder, error);
  std::unique_ptr<MallocCounter> out(new MallocCounter);
  auto pages = PrivateFolder::make(find_memory_folder(run));
  if (!pages) pages = PrivateFolder::make(run);
  if (!pages) return tl::make_unexpected(pages.error());
  out->pages_ = std::move(*pages);

  fs::path folder = run;
  std::string reasons = why_not_loadable(run);
  if (!reasons.empty()) {
    folder.clear();
    for (const fs::path& place : {fs::temp_directory_path(error), fs::path("/tmp"),
                                  fs::path("/var/tmp"), fs::path("/dev/shm")}) {
      std::string why = why_not_loadable(place);
      auto made = why.empty() ? PrivateFolder::make(place) : fail(ErrorKind::io, std::move(why));
      if (made) {
        out->private_ = std::move(*made);
        folder = out->private_.path();
        break;
      }
      reasons += ", " + made.error().message;
    }
  }
  if (folder.empty())
    return fail(ErrorKind::io, "malloc cannot be counted: " + reasons,
                "choose a run folder with --out that programs may be run from, without blanks, "
                "colons and dollar signs in its path");
  out->library_ = folder / kLibraryName;
  if (const auto written = write_file(out->library_, embedded_library(), 0700); !written)
    return with_context(written.error(), "malloc cannot be counted");
  return out;
}

MallocCounter::~MallocCounter() {
  std::error_code ignored;
  if (!library_.empty()) fs::remove(library_, ignored);
}

std::vector<std::pair<std::string, std::string>> MallocCounter::environment() const {
  return {{"LD_PRELOAD", library_.string()}, {"LEAKCHECK_MALLOC", pages_.path().string()}};
}

std::optional<model::NativeMemory> MallocCounter::read(int pid) const {
  const auto page = read_page(pages_.path() / std::to_string(pid));
  if (state_of(page, pid) != PageState::counting) return std::nullopt;
  model::NativeMemory out;
  for (std::size_t i = 0; i < kShards; ++i) {
    const std::size_t shard = offsetof(CounterPage, shards) + i * sizeof(Shard);
    out.live.count += field<std::int64_t>(*page, shard + offsetof(Shard, live_bytes));
    out.allocations += field<std::int64_t>(*page, shard + offsetof(Shard, live_blocks));
  }
  return out;
}

std::string MallocCounter::why_off(int pid) const {
  const fs::path process = "/proc/" + std::to_string(pid);
  const auto page = read_page(pages_.path() / std::to_string(pid));
  const PageState state = state_of(page, pid);
  if (state == PageState::counting) return "";
  const std::string maps = read_all(process / "maps");
  if (state == PageState::other_allocator) {
    const std::string name = find_allocator(maps);
    return fmt::format(
        "its memory does not come from glibc's malloc but from {}: measure without that allocator",
        name.empty() ? "another allocator" : name);
  }
  std::error_code error;
  if (!fs::exists(process, error)) return "the process has ended";
  if (is_secure(read_all(process / "auxv")) || ::access((process / "exe").c_str(), R_OK) != 0)
    return "it runs with other rights than it was started with (setuid, or setcap on its program), "
           "and the loader then ignores LD_PRELOAD: measure a copy of the program without them";
  const Executable program = parse_executable(read_some(process / "exe", kHeadSize));
  if (program.is_elf && !program.is_for_this_machine())
    return "its program is for another kind of processor than leakcheck's";
  if (program.is_static())
    return "its program is linked statically, and loads no libraries: measure with a Node.js that "
           "is linked to glibc";
  if (program.is_musl())
    return "its Node.js is linked to musl, whose malloc is not counted: measure with a Node.js "
           "that "
           "is linked to glibc";
  if (maps.find(library_.string()) == std::string::npos) {
    const std::string environment = read_all(process / "environ");
    if (!has_variable_with(environment, "LD_PRELOAD", library_.string()))
      return "LD_PRELOAD was replaced or taken out on the way to it: keep what it holds in the "
             "command, the script or the process manager that starts the service";
    return fmt::format("the loader could not load {}: its standard error may say why",
                       library_.string());
  }
  if (!has_variable_with(read_all(process / "environ"), "LEAKCHECK_MALLOC", pages_.path().string()))
    return "LEAKCHECK_MALLOC was taken out of its environment on the way: let it through";
  return fmt::format("it is no process of Node.js, or could not write to {}",
                     pages_.path().string());
}

}  // namespace leakcheck::native
