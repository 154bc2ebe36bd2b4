#include "harness/heap/redact.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>

#include "harness/heap/byte_source.hpp"
#include "harness/heap/growing_file.hpp"
#include "harness/heap/input.hpp"
#include "harness/heap/load_snapshot.hpp"
#include "harness/heap/redact_plan.hpp"
#include "harness/heap/row_blocks.hpp"
#include "harness/heap/snapshot_header.hpp"

namespace leakcheck::heap {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestKey = 256;
constexpr std::size_t kLongestHeader = 1U << 20U;

/// Sections of numbers alone; what else there may be could hold contents.
constexpr std::array kNumbers{"edges", "locations", "trace_function_infos", "trace_tree",
                              "samples"};

tl::unexpected<Error> refuse_change() {
  return fail(ErrorKind::io, "it has changed while it was read",
              "redact a file that nobody writes to");
}

/// Copies the file section by section. It was read before: what is wrong now has changed since.
class Redaction {
 public:
  Redaction(Input input, GrowingFile& copy, const HeapGraph& graph)
      : input_(std::move(input)), copy_(copy), graph_(graph), plan_(plan_redaction(graph)) {}

  Result<void> run() {
    if (!input_.take('{')) return input_.expected("'{'");
    const char* separator = "{";
    do {
      auto key = input_.take_key(kLongestKey);
      if (!key) return tl::make_unexpected(std::move(key.error()));
      if (!input_.take(':')) return input_.expected("':'");
      const bool is_numbers = std::find(kNumbers.begin(), kNumbers.end(), *key) != kNumbers.end();
      if (!is_numbers && *key != "snapshot" && *key != "nodes" && *key != "strings") {
        if (auto done = input_.take_value(); !done) return done;
        continue;
      }
      copy_.write(separator + ('"' + *key) + "\":");
      separator = ",\n";
      auto done = *key == "snapshot"  ? copy_header()
                  : *key == "nodes"   ? copy_nodes()
                  : *key == "strings" ? copy_strings()
                                      : copy_numbers();
      if (!done) return done;
    } while (input_.take(','));
    if (!input_.take('}')) return input_.expected("',' or '}'");
    copy_.write("}");
    if (graph_.read_failed() || nodes_ != graph_.node_count() || strings_ != graph_.string_count())
      return refuse_change();
    return {};
  }

 private:
  Result<void> copy_header() {
    std::string json;
    if (auto done = input_.take_value(&json, kLongestHeader); !done) return done;
    auto header = parse_header(json);
    if (!header) return tl::make_unexpected(std::move(header.error()));
    header_ = std::move(*header);
    copy_.write(json);
    return {};
  }

  /// Lists of numbers, of any length.
  Result<void> copy_numbers() {
    std::uint64_t depth = 0;
    if (input_.peek() != '[') return input_.expected("'['");
    do {
      if (input_.buffered().empty() && !input_.fill()) return input_.expected("']'");
      const std::string_view bytes = input_.buffered();
      std::size_t end = 0;
      do {
        end = std::min(bytes.find_first_of("[]\"", end), bytes.size());
        if (end == bytes.size()) break;
        if (bytes[end] == '"') return refuse_change();
        depth = bytes[end] == '[' ? depth + 1 : depth - 1;
        ++end;
      } while (depth > 0);
      copy_.write(bytes.substr(0, end));
      input_.skip(end);
    } while (depth > 0);
    return {};
  }

  Result<void> copy_nodes() {
    if (header_.node.size == 0) return refuse_change();
    if (!input_.take('[')) return input_.expected("'['");
    RowBlocks blocks(input_, header_.node.size, graph_.node_count());
    RowBlock block;
    std::string text = "[";
    for (;;) {
      auto more = blocks.next(block);
      if (!more) return tl::make_unexpected(std::move(more.error()));
      if (!*more) break;
      const RowsRead read = parse_rows(block.span, header_.node.size,
                                       [&](std::uint64_t row, const std::uint64_t* values) {
                                         return append_node(row, values, text);
                                       });
      if (read.end == nullptr) return refuse_change();
      copy_.write(text);
      text.clear();
    }
    nodes_ = blocks.rows();
    copy_.write(text + "]");
    return {};
  }

  std::uint32_t append_node(std::uint64_t row, const std::uint64_t* values,
                            std::string& text) const {
    const std::uint32_t name = header_.node.name;
    if (values[name] >= graph_.string_count()) return name;
    if (row > 0) text += ',';
    for (std::uint32_t i = 0; i < header_.node.size; ++i) {
      if (i > 0) text += ',';
      const bool is_content = i == name && plan_.is_content[row];
      const std::uint32_t second = is_content ? plan_.second[values[i]] : 0;
      text += std::to_string(second != 0 ? second : values[i]);
    }
    text += '\n';
    return kNoField;
  }

  /// A string that is kept is copied as it stands, with its escapes.
  Result<void> copy_strings() {
    if (!input_.take('[')) return input_.expected("'['");
    copy_.write("[");
    if (!input_.take(']')) {
      do {
        std::string json;
        if (input_.peek() != '"') return input_.expected("a string");
        if (auto done = input_.take_value(&json, SIZE_MAX); !done) return done;
        if (strings_ == graph_.string_count()) return refuse_change();
        if (strings_ > 0) copy_.write(",\n");
        const bool is_kept = plan_.is_kept[strings_] && !plan_.pairs.contains(strings_);
        copy_.write(is_kept ? json : replacement(strings_));
        ++strings_;
      } while (input_.take(','));
      if (!input_.take(']')) return input_.expected("',' or ']'");
    }
    for (const std::uint32_t each : plan_.added)
      copy_.write(",\n\"" + redacted_content(graph_, each) + '"');
    copy_.write("]");
    return {};
  }

  std::string replacement(std::uint32_t string) const {
    const auto pair = plan_.pairs.find(string);
    if (pair == plan_.pairs.end()) return '"' + redacted_content(graph_, string) + '"';
    const std::uint32_t name = raw(graph_.name(pair->second));
    const std::string content = redacted_content(graph_, name);
    // The key's name may hold anything.
    return nlohmann::json(redacted_pair(graph_.text(StringIndex{string}), content)).dump();
  }

  Input input_;
  GrowingFile& copy_;
  const HeapGraph& graph_;
  RedactPlan plan_;
  SnapshotHeader header_;
  std::uint64_t nodes_ = 0;
  std::uint32_t strings_ = 0;
};

Result<void> check_paths(const fs::path& in, const fs::path& out) {
  std::error_code error;
  const auto status = fs::status(in, error);
  if (in == "-" ||
      (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status)))
    return fail(ErrorKind::usage,
                "cannot redact " + in.string() + ": it can be read only once, and twice is needed",
                "write the snapshot to a file first");
  if (fs::equivalent(in, out, error))
    return fail(ErrorKind::usage, "cannot redact " + in.string() + " onto itself",
                "give the copy a name of its own");
  return {};
}

}  // namespace

Result<void> redact_snapshot(const fs::path& in, const fs::path& out) {
  if (auto checked = check_paths(in, out); !checked) return checked;
  GrowingFile copy;
  if (auto opened = copy.open(out); !opened) return opened;
  auto graph = load_snapshot(in);
  if (!graph) return tl::make_unexpected(std::move(graph.error()));
  auto source = open_snapshot_source(in);
  if (!source) return with_context(std::move(source.error()), "cannot read " + in.string());
  Redaction redaction(Input(std::move(source->bytes)), copy, *graph);
  if (auto done = redaction.run(); !done)
    return with_context(std::move(done.error()), "cannot read " + in.string());
  return copy.finish();
}

}  // namespace leakcheck::heap
