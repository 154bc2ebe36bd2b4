#include <algorithm>

#include "harness/series/formats.hpp"
#include "harness/series/json_walk.hpp"

namespace leakcheck::series {
namespace {

constexpr int kTries = 3;  // at braces in what stands before the object
/// A line with its time and heapUsed alone is shorter: there the vector grows once.
constexpr std::size_t kUsualLine = 64;
constexpr std::size_t kMostRoom = 1 << 22;  // readings made room for at once

bool is_about_memory(std::string_view line) {
  return line.find("heapUsed") != std::string_view::npos ||
         line.find("\"rss\"") != std::string_view::npos;
}

}  // namespace

Result<Draft> read_json_lines(std::string_view text, const std::string&) {
  Draft draft;
  draft.expected = std::min(text.size() / kUsualLine, kMostRoom);
  JsonWalk walk;
  const auto keep = [&](RawReading raw, std::string_view before) {
    if (!raw.has_time)
      if (const auto moment = read_leading_moment(before)) raw.put_time(*moment, 0);
    draft.add("", raw);
  };
  // A whole file that is one array.
  if (const std::size_t first = text.find_first_not_of(" \t\r\n");
      first != std::string_view::npos && text[first] == '[' &&
      walk.read(text.substr(first), [&](const RawReading& raw) { keep(raw, {}); })) {
    draft.lines = 1;
    return draft;
  }
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    ++draft.lines;
    const std::size_t end = line.rfind('}');
    std::size_t begin = line.find('{');
    bool done = false;
    for (int i = 0; i < kTries && !done && end != std::string_view::npos && begin < end; ++i) {
      done = walk.read(line.substr(begin, end + 1 - begin),
                       [&](const RawReading& raw) { keep(raw, line.substr(0, begin)); });
      begin = line.find('{', begin + 1);
    }
    if (done || line.find_first_not_of(" \t") == std::string_view::npos) continue;
    if (is_about_memory(line)) {
      draft.add_broken(draft.lines);
    } else {
      ++draft.unrelated;
    }
  }
  return draft;
}

}  // namespace leakcheck::series
