#include "harness/heap/load_snapshot.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness/heap/byte_source.hpp"
#include "harness/heap/finish_graph.hpp"
#include "harness/heap/graph_rows.hpp"
#include "harness/heap/input.hpp"
#include "harness/heap/lazy_text.hpp"
#include "harness/heap/row_blocks.hpp"
#include "harness/heap/snapshot_header.hpp"
#include "harness/heap/string_table.hpp"

namespace leakcheck::heap {
namespace {

constexpr std::size_t kLongestKey = 256;
constexpr std::size_t kLongestHeader = 1U << 20U;

/// Room for `rows`, by doubling up to what the header says.
template <typename Column>
void make_room(Column& column, std::uint64_t rows, std::uint64_t most) {
  if (rows > column.capacity())
    column.reserve(std::min(most, std::max<std::uint64_t>(2 * column.capacity(), rows)));
  if (rows > column.size()) column.resize(rows);
}

tl::unexpected<Error> refuse(const std::string& what, std::uint64_t offset) {
  return tl::make_unexpected(damaged(what, offset));
}

/// Reads a snapshot section by section, in the order of the file.
class SnapshotReader {
 public:
  SnapshotReader(SnapshotSource source, const LoadOptions& options)
      : file_(std::move(source.file)),
        size_(source.size),
        options_(options),
        input_(std::move(source.bytes)) {
    const unsigned most = std::min(std::max(1U, std::thread::hardware_concurrency()), 2U);
    threads_ = options.threads == 0 ? most : std::min(options.threads, 16U);
  }

  Result<GraphColumns> read() {
    if (!input_.take('{')) return input_.expected("'{'");
    if (!input_.take('}')) {
      do {
        auto key = input_.take_key(kLongestKey);
        if (!key) return tl::make_unexpected(std::move(key.error()));
        if (!input_.take(':')) return input_.expected("':'");
        if (auto done = read_section(*key); !done) return tl::make_unexpected(done.error());
      } while (input_.take(','));
      if (!input_.take('}')) return input_.expected("',' or '}'");
    }
    if (input_.peek() >= 0) return refuse("something stands behind the snapshot", input_.offset());
    if (input_.failure()) return tl::make_unexpected(*input_.failure());
    report_progress(input_.taken());
    return finish();
  }

 private:
  Result<void> read_section(const std::string& key) {
    const std::array<std::pair<const char*, Result<void> (SnapshotReader::*)()>, 5> sections{{
        {"snapshot", &SnapshotReader::read_header},
        {"nodes", &SnapshotReader::read_nodes},
        {"edges", &SnapshotReader::read_edges},
        {"locations", &SnapshotReader::read_locations},
        {"strings", &SnapshotReader::read_strings},
    }};
    for (std::size_t i = 0; i < sections.size(); ++i) {
      if (key != sections[i].first) continue;
      if (seen_[i]) return refuse("a second section \"" + key + '"', input_.offset());
      if (i > 0 && !seen_[0])
        return tl::make_unexpected(
            Error{ErrorKind::io,
                  "the section \"" + key + "\" at byte " + std::to_string(input_.offset()) +
                      " stands before \"snapshot\", which says what its numbers mean",
                  "give a .heapsnapshot as Node.js or Chrome wrote it"});
      seen_[i] = true;
      return (this->*sections[i].second)();
    }
    return input_.take_value();
  }

  Result<void> read_header() {
    std::string json;
    const std::uint64_t offset = (input_.peek(), input_.offset());
    if (auto taken = input_.take_value(&json, kLongestHeader); !taken) return taken;
    auto header = parse_header(json);
    if (!header) {
      header.error().message += ", at byte " + std::to_string(offset);
      return tl::make_unexpected(std::move(header.error()));
    }
    header_ = std::move(*header);
    if (header_.node_count > kMostNodes)
      return fail(ErrorKind::io,
                  "it has " + std::to_string(header_.node_count) + " nodes; " +
                      std::to_string(kMostNodes) + " are the most that can be read",
                  "take the snapshot at a smaller heap");
    if (header_.edge_count >= UINT32_MAX)
      return fail(ErrorKind::io,
                  "it has " + std::to_string(header_.edge_count) + " edges; " +
                      std::to_string(UINT32_MAX - 1) + " are the most that can be read",
                  "take the snapshot at a smaller heap");
    return file_ ? prepare_file() : Result<void>();
  }

  /// A file's size vouches for the header, and its strings are found from the end.
  Result<void> prepare_file() {
    const std::uint64_t least =
        2 * (header_.node_count * header_.node.size + header_.edge_count * header_.edge.size);
    if (least > size_)
      return fail(ErrorKind::io,
                  "its header says " + std::to_string(header_.node_count) + " nodes and " +
                      std::to_string(header_.edge_count) + " edges, but the file ends at byte " +
                      std::to_string(size_),
                  "it is cut off: take the snapshot again, with enough room on "
                  "the disk, and wait "
                  "until it is written");
    c_.types.reserve(header_.node_count);
    c_.names.reserve(header_.node_count);
    c_.ids.reserve(header_.node_count);
    c_.self_sizes.reserve(header_.node_count);
    c_.first_edges.reserve(header_.node_count + 1);
    c_.edges.reserve(header_.edge_count);
    strings_begin_ = find_strings_section(*file_, size_);
    return {};
  }

  /// Reads the strings before their turn: edges are checked against them.
  void read_strings_early() {
    if (!strings_begin_ || strings_ || strings_error_) return;
    Input input(make_file_source(file_, *strings_begin_), *strings_begin_);
    auto strings = read_string_table(input, nullptr);
    if (strings) {
      strings_ = std::move(*strings);
    } else {
      strings_error_ = std::move(strings.error());
    }
  }

  Result<void> read_nodes() {
    std::vector<std::unique_ptr<NodeSink>> sinks;
    for (unsigned i = 0; i < threads_; ++i)
      sinks.push_back(std::make_unique<NodeSink>(header_, c_));
    const std::uint64_t most = header_.node_count;
    RowWork work;
    work.room.fits = [&](std::uint64_t rows) { return rows <= c_.first_edges.capacity(); };
    work.room.grow = [&, most](std::uint64_t rows) {
      make_room(c_.types, rows, most);
      make_room(c_.names, rows, most);
      make_room(c_.ids, rows, most);
      make_room(c_.self_sizes, rows, most);
      make_room(c_.first_edges, rows, most + 1);
    };
    work.before = [this] { read_strings_early(); };
    std::uint64_t end = 0;
    if (auto done = run(header_.node.size, most, "nodes", sinks, work, end); !done) return done;
    for (const auto& sink : sinks)
      c_.large_sizes.insert(c_.large_sizes.end(), sink->large_sizes.begin(),
                            sink->large_sizes.end());
    std::sort(c_.large_sizes.begin(), c_.large_sizes.end());
    return {};
  }

  Result<void> read_edges() {
    read_strings_early();
    if (strings_error_) return tl::make_unexpected(*strings_error_);
    const StringTable* strings = strings_ && file_ ? &*strings_ : nullptr;
    const std::uint64_t most = header_.edge_count;
    edge_names_.fields = header_.edge;
    if (strings != nullptr) edge_names_.blocks.resize((most + kEdgesInBlock - 1) / kEdgesInBlock);
    std::vector<std::unique_ptr<EdgeSink>> sinks;
    for (unsigned i = 0; i < threads_; ++i)
      sinks.push_back(std::make_unique<EdgeSink>(header_, c_, edge_names_, strings));
    RowWork work;
    work.room.fits = [&, strings](std::uint64_t rows) {
      return rows <= c_.edges.capacity() &&
             (strings != nullptr || rows <= edge_names_.names.capacity());
    };
    work.room.grow = [&, strings, most](std::uint64_t rows) {
      make_room(c_.edges, rows, most);
      if (strings == nullptr) make_room(edge_names_.names, rows, most);
    };
    if (auto done = run(header_.edge.size, most, "edges", sinks, work, edge_names_.end); !done)
      return done;
    for (const auto& sink : sinks)
      weak_map_edges_.insert(weak_map_edges_.end(), sink->weak_map_edges.begin(),
                             sink->weak_map_edges.end());
    edges_checked_ = strings != nullptr;
    return {};
  }

  template <typename Sink>
  Result<void> run(std::uint32_t fields, std::uint64_t rows, const char* name,
                   const std::vector<std::unique_ptr<Sink>>& sinks, RowWork& work,
                   std::uint64_t& end) {
    if (!input_.take('[')) return input_.expected("'['");
    RowBlocks blocks(input_, fields, rows);
    std::vector<RowSink*> pointers;
    for (const auto& sink : sinks) pointers.push_back(sink.get());
    work.progress = [this](std::uint64_t taken) { report_progress(taken); };
    if (auto done = read_rows(blocks, pointers, work); !done) return done;
    end = blocks.end_offset();
    if (blocks.rows() == rows) return {};
    return refuse("its header says " + std::to_string(rows) + ' ' + name + ", but their section " +
                      "has " + std::to_string(blocks.rows()) + " and ends",
                  end);
  }

  Result<void> read_locations() {
    if (header_.location.size == 0) return input_.take_value();
    if (!input_.take('[')) return input_.expected("'['");
    RowBlocks blocks(input_, header_.location.size, UINT32_MAX);
    LocationSink sink(header_);
    const std::array<RowSink*, 1> sinks{&sink};
    RowWork work;
    work.room.fits = [](std::uint64_t) { return true; };
    work.room.grow = [](std::uint64_t) {};
    auto done = read_rows(blocks, sinks, work);
    c_.locations = std::move(sink.locations);
    return done;
  }

  Result<void> read_strings() {
    if (!input_.take('[')) return input_.expected("'['");
    if (strings_begin_ && *strings_begin_ == input_.offset()) {
      read_strings_early();
      if (strings_error_) return tl::make_unexpected(*strings_error_);
      input_ = Input(make_file_source(file_, strings_->end), strings_->end);
      return {};
    }
    if (strings_) return refuse("a section \"strings\" inside another", *strings_begin_);
    auto strings = read_string_table(input_, file_ ? nullptr : &kept_);
    if (!strings) return tl::make_unexpected(std::move(strings.error()));
    strings_ = std::move(*strings);
    strings_begin_.reset();
    return {};
  }

  Result<GraphColumns> finish() {
    constexpr std::array kNeeded{"snapshot", "nodes", "edges", "", "strings"};
    for (std::size_t i = 0; i < kNeeded.size(); ++i)
      if (*kNeeded[i] != '\0' && !seen_[i])
        return fail(ErrorKind::io,
                    "it has no section \"" + std::string(kNeeded[i]) +
                        "\" before its end at byte " + std::to_string(input_.offset()),
                    "give a .heapsnapshot as Node.js or Chrome wrote it");
    c_.extra_native_bytes = header_.extra_native_bytes;
    const FinishInput parts{*strings_, edge_names_, weak_map_edges_, edges_checked_};
    if (auto done = finish_graph(c_, parts); !done) return tl::make_unexpected(done.error());
    c_.text = std::make_unique<LazyText>(std::move(*strings_), std::move(edge_names_),
                                         std::move(kept_), file_);
    return std::move(c_);
  }

  void report_progress(std::uint64_t taken) const {
    if (options_.progress) options_.progress(taken, size_);
  }

  std::shared_ptr<const UniqueFd> file_;
  std::uint64_t size_;
  const LoadOptions& options_;
  Input input_;
  unsigned threads_ = 1;
  std::array<bool, 5> seen_{};
  SnapshotHeader header_;
  GraphColumns c_;
  EdgeNames edge_names_;
  std::vector<WeakMapEdge> weak_map_edges_;
  bool edges_checked_ = false;
  std::string kept_;  // the strings of a stream
  std::optional<std::uint64_t> strings_begin_;
  std::optional<StringTable> strings_;
  std::optional<Error> strings_error_;
};

Result<HeapGraph> read_graph(SnapshotSource source, const LoadOptions& options) {
  auto columns = SnapshotReader(std::move(source), options).read();
  if (!columns) return tl::make_unexpected(std::move(columns.error()));
  return HeapGraph(std::move(*columns));
}

}  // namespace

Result<HeapGraph> load_snapshot_text(std::string text, const LoadOptions& options) {
  return read_graph(make_text_source(std::move(text)), options);
}

Result<HeapGraph> load_snapshot(const std::filesystem::path& path, const LoadOptions& options) {
  auto source = open_snapshot_source(path);
  auto graph = source ? read_graph(std::move(*source), options)
                      : tl::make_unexpected(std::move(source.error()));
  if (!graph) return with_context(std::move(graph.error()), "cannot read " + path.string());
  return graph;
}

}  // namespace leakcheck::heap
