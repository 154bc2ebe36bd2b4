#include <algorithm>

#include "harness/heap/classes.hpp"

namespace leakcheck::heap {
namespace {

constexpr std::size_t kMostCodePoints = 80;

struct Copies {
  std::uint32_t name = 0;
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;

  std::uint64_t wasted() const { return bytes - bytes / count; }
};

}  // namespace

std::string beginning_of(const std::string& text, std::size_t most_code_points) {
  std::size_t code_points = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) continue;
    if (code_points++ == most_code_points) return text.substr(0, at) + "…";
  }
  return text;
}

std::vector<DuplicateString> find_duplicate_strings(const Snapshot& snapshot, std::size_t most) {
  const HeapGraph& graph = snapshot.graph;
  const auto& names = graph.columns().names;
  // V8 writes the beginning of a long string only: copies have the same size, too.
  std::vector<std::uint32_t> counts(graph.string_count());
  std::vector<std::uint32_t> sizes(graph.string_count());
  for (std::uint32_t node = 0; node < graph.node_count(); ++node) {
    if (graph.type(NodeIndex{node}) != NodeType::string) continue;
    const std::uint32_t size = graph.columns().self_sizes[node];
    std::uint32_t& first_size = sizes[names[node]];
    if (first_size == 0) first_size = size;
    if (first_size == size && size != UINT32_MAX) ++counts[names[node]];
  }
  std::vector<Copies> found;
  for (std::uint32_t name = 0; name < counts.size(); ++name)
    if (counts[name] > 1)
      found.push_back({name, counts[name], std::uint64_t{counts[name]} * sizes[name]});
  const auto costs_more = [](const Copies& a, const Copies& b) {
    return a.wasted() != b.wasted() ? a.wasted() > b.wasted() : a.name < b.name;
  };
  most = std::min(most, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(most), found.end(),
                    costs_more);
  std::vector<DuplicateString> out;
  for (std::size_t i = 0; i < most; ++i)
    out.push_back({beginning_of(graph.text(StringIndex{found[i].name}), kMostCodePoints),
                   found[i].count, found[i].bytes});
  return out;
}

}  // namespace leakcheck::heap
