#include "harness/heap/load_snapshot.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "harness/base/file.hpp"
#include "harness/heap/lazy_text.hpp"
#include "harness/heap/snapshot_header.hpp"
#include "harness/heap/string_text.hpp"

namespace leakcheck::heap {
namespace {

constexpr const char* kAgain = "the file is cut off or damaged: take the snapshot again";

/// Reads the text of a snapshot from its beginning to its end.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) {}

  Result<GraphColumns> read() {
    if (!take('{')) return wrong("'{'");
    bool more = !take('}');
    while (more) {
      std::string_view key;
      if (!take_string(key) || !take(':')) return wrong("a section's name");
      if (auto read = read_section(key); !read) return tl::make_unexpected(read.error());
      more = take(',');
      if (!more && !take('}')) return wrong("',' or '}'");
    }
    return finish();
  }

 private:
  tl::unexpected<Error> wrong(const std::string& expected) const {
    return fail(ErrorKind::io, expected + " was expected at byte " + std::to_string(at_), kAgain);
  }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }

  bool take(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool take_string(std::string_view& string) {
    if (!take('"')) return false;
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return false;
    string = text_.substr(start, at_ - start);
    ++at_;
    return true;
  }

  bool take_number(std::uint64_t most, std::uint64_t& number) {
    skip_space();
    const std::size_t start = at_;
    number = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      number = number * 10 + static_cast<std::uint64_t>(text_[at_] - '0');
      if (number > most) return false;
    }
    return at_ > start;
  }

  bool skip_value() {
    std::size_t depth = 0;
    do {
      skip_space();
      if (at_ >= text_.size()) return false;
      const char c = text_[at_];
      std::string_view string;
      if (c == '"') {
        if (!take_string(string)) return false;
        continue;
      }
      if (c == '[' || c == '{') ++depth;
      if ((c == ']' || c == '}') && depth-- == 0) return false;
      if (c == ',' && depth == 0) return true;
      ++at_;
    } while (depth > 0 || (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}'));
    return true;
  }

  template <typename Row>
  Result<void> read_rows(std::uint32_t fields, const Row& row) {
    std::array<std::uint64_t, kMostFields> values{};
    if (!take('[')) return wrong("'['");
    if (take(']')) return {};
    do {
      for (std::uint32_t i = 0; i < fields; ++i) {
        if (i > 0 && !take(',')) return wrong("','");
        if (!take_number(1ULL << 53U, values[i])) return wrong("a number");
      }
      if (auto done = row(values); !done) return done;
    } while (take(','));
    return take(']') ? Result<void>() : wrong("',' or ']'");
  }

  Result<void> read_section(std::string_view key) {
    if (key == "snapshot") {
      skip_space();
      const std::size_t start = at_;
      if (!skip_value()) return wrong("the header's end");
      auto header = parse_header(text_.substr(start, at_ - start));
      if (!header) return tl::make_unexpected(header.error());
      header_ = std::move(*header);
      return {};
    }
    if (key == "nodes") return read_nodes();
    if (key == "edges") return read_edges();
    if (key == "locations" && header_.location.size > 0) return read_locations();
    if (key == "strings") return read_strings();
    return skip_value() ? Result<void>() : wrong("a section's end");
  }

  Result<void> read_nodes() {
    const auto& node = header_.node;
    if (node.size == 0) return wrong("the header before the nodes");
    return read_rows(node.size, [&](const auto& values) -> Result<void> {
      if (values[node.type] >= header_.node_types.size()) return wrong("a node's type");
      if (values[node.id] > UINT32_MAX || values[node.name] > UINT32_MAX)
        return wrong("a smaller number");
      const std::uint64_t detached =
          node.detachedness == kNoField ? 0 : std::min<std::uint64_t>(values[node.detachedness], 3);
      const auto type = static_cast<std::uint32_t>(header_.node_types[values[node.type]]);
      c_.types.push_back(static_cast<std::uint8_t>(type | (detached % 3) << 5U));
      c_.names.push_back(static_cast<std::uint32_t>(values[node.name]));
      c_.ids.push_back(static_cast<std::uint32_t>(values[node.id]));
      const std::uint64_t size = values[node.self_size];
      c_.self_sizes.push_back(
          static_cast<std::uint32_t>(std::min<std::uint64_t>(size, UINT32_MAX)));
      if (size >= UINT32_MAX)
        c_.large_sizes.emplace_back(static_cast<std::uint32_t>(c_.types.size() - 1), size);
      c_.first_edges.push_back(static_cast<std::uint32_t>(edges_));
      edges_ += values[node.edge_count];
      if (edges_ > UINT32_MAX || c_.types.size() > kMostNodes) return wrong("a smaller number");
      return {};
    });
  }

  Result<void> read_edges() {
    const auto& edge = header_.edge;
    if (edge.size == 0) return wrong("the header before the edges");
    return read_rows(edge.size, [&](const auto& values) -> Result<void> {
      if (values[edge.type] >= header_.edge_types.size()) return wrong("an edge's type");
      const std::uint64_t target = values[edge.target] / header_.node.size;
      if (values[edge.target] % header_.node.size != 0 || target >= header_.node_count)
        return wrong("an edge's target");
      if (values[edge.name] > UINT32_MAX) return wrong("a smaller number");
      const auto type = static_cast<std::uint32_t>(header_.edge_types[values[edge.type]]);
      c_.edges.push_back(static_cast<std::uint32_t>(target) | type << 28U);
      edge_names_.push_back(static_cast<std::uint32_t>(values[edge.name]));
      return {};
    });
  }

  Result<void> read_locations() {
    const auto& at = header_.location;
    return read_rows(at.size, [&](const auto& values) -> Result<void> {
      const std::uint64_t node = values[at.object] / header_.node.size;
      if (node >= header_.node_count) return wrong("a location's node");
      c_.locations.emplace_back(static_cast<std::uint32_t>(node),
                                Location{static_cast<std::uint32_t>(values[at.script]),
                                         static_cast<std::uint32_t>(values[at.line]),
                                         static_cast<std::uint32_t>(values[at.column])});
      return {};
    });
  }

  Result<void> read_strings() {
    if (!take('[')) return wrong("'['");
    if (take(']')) return {};
    do {
      std::string_view string;
      if (!take_string(string)) return wrong("a string");
      if (const auto table = find_weak_map_table(string))
        weak_map_names_.emplace(static_cast<std::uint32_t>(starts_.size()), *table);
      starts_.push_back(static_cast<std::uint64_t>(string.data() - text_.data()));
    } while (take(','));
    return take(']') ? Result<void>() : wrong("',' or ']'");
  }

  Result<GraphColumns> finish() {
    if (c_.types.empty() || starts_.empty()) return wrong("nodes and strings");
    if (c_.types.size() != header_.node_count || c_.edges.size() != header_.edge_count ||
        edges_ != c_.edges.size())
      return wrong("as many nodes and edges as the header says");
    c_.first_edges.push_back(static_cast<std::uint32_t>(edges_));
    for (const std::uint32_t name : c_.names)
      if (name >= starts_.size()) return wrong("a string for each name");
    std::stable_sort(c_.locations.begin(), c_.locations.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t node = 0; node < c_.types.size(); ++node)
      for (std::uint32_t e = c_.first_edges[node]; e < c_.first_edges[node + 1]; ++e) {
        const auto type = static_cast<EdgeType>((c_.edges[e] >> 28U) & 7U);
        if (type == EdgeType::element || type == EdgeType::hidden) continue;
        if (edge_names_[e] >= starts_.size()) return wrong("a string for each name");
        const auto name = weak_map_names_.find(edge_names_[e]);
        if (type == EdgeType::internal && name != weak_map_names_.end() &&
            name->second == c_.ids[node])
          c_.edges[e] |= 1U << 31U;
      }
    c_.extra_native_bytes = header_.extra_native_bytes;
    c_.text =
        std::make_unique<LazyText>(std::string(text_), std::move(starts_), std::move(edge_names_));
    return std::move(c_);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  SnapshotHeader header_;
  GraphColumns c_;
  std::uint64_t edges_ = 0;
  std::vector<std::uint32_t> edge_names_;
  std::vector<std::uint64_t> starts_;
  std::unordered_map<std::uint32_t, std::uint32_t> weak_map_names_;
};

}  // namespace

Result<HeapGraph> load_snapshot_text(std::string text, const LoadOptions&) {
  auto columns = TextReader(text).read();
  if (!columns) return tl::make_unexpected(columns.error());
  return HeapGraph(std::move(*columns));
}

Result<HeapGraph> load_snapshot(const std::filesystem::path& path, const LoadOptions&) {
  auto text = load_file(path);
  if (!text) return tl::make_unexpected(text.error());
  auto graph = load_snapshot_text(std::move(*text));
  if (!graph) return with_context(graph.error(), "cannot read " + path.string());
  return graph;
}

}  // namespace leakcheck::heap
