#include "harness/heap/file_kind.hpp"

#include <array>
#include <cctype>

namespace leakcheck::heap {
namespace {

constexpr const char* kTake =
    "give a .heapsnapshot: v8.writeHeapSnapshot(), "
    "--heapsnapshot-signal, or DevTools' Memory tab";

struct Beginning {
  std::string_view bytes;
  const char* what;
  const char* hint;
};

using namespace std::string_view_literals;

constexpr std::array kBinary{
    Beginning{"\x1f\x8b"sv, "it is compressed with gzip", "unpack it first, with gunzip"},
    Beginning{"PK\x03\x04"sv, "it is a zip archive", "unpack it first, with unzip"},
    Beginning{"\xfd\x37zXZ"sv, "it is compressed with xz", "unpack it first, with unxz"},
    Beginning{"BZh"sv, "it is compressed with bzip2", "unpack it first, with bunzip2"},
    Beginning{"\x7f\x45LF"sv, "it is a program or a core dump, not a heap snapshot", kTake},
    Beginning{"<"sv, "it is HTML or XML, not a heap snapshot", kTake},
};

/// The first keys of what the same tools write. Shape: without white space.
constexpr std::array kJson{
    Beginning{"{\"nodes\":[{"sv, "it seems to be a CPU profile (.cpuprofile)", kTake},
    Beginning{"{\"head\":"sv, "it seems to be a sampling profile (.heapprofile)", kTake},
    Beginning{"{\"traceEvents\":"sv, "it seems to be a trace of Chrome", kTake},
    Beginning{"{\"header\":"sv, "it seems to be a diagnostic report of Node.js", kTake},
    Beginning{"["sv, "it is a JSON list, not a heap snapshot", kTake},
};

}  // namespace

FileKind tell_file_kind(std::string_view beginning) {
  if (beginning.empty())
    return {false, "it is empty",
            "take the snapshot again; a full disk, or a process that ends too "
            "early, leaves "
            "an empty file"};
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  // 0xFD2FB528, and the sixteen numbers of skippable frames.
  if (beginning.starts_with("\x28\xb5\x2f\xfd"sv) ||
      (beginning.size() >= 4 && (static_cast<unsigned char>(beginning[0]) & 0xF0U) == 0x50 &&
       beginning.substr(1).starts_with("\x2a\x4d\x18"sv)))
    return {true, "", ""};
  for (const auto& each : kBinary)
    if (beginning.starts_with(each.bytes)) return {false, each.what, each.hint};

  std::string dense;
  for (const char c : beginning)
    if (!is_space(static_cast<unsigned char>(c))) dense += c;
  for (const auto& each : kJson)
    if (dense.starts_with(each.bytes)) return {false, each.what, each.hint};
  if (dense.empty() || dense[0] != '{') return {false, "it is not JSON", kTake};
  return {};
}

}  // namespace leakcheck::heap
