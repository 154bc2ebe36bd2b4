#include "harness/scenario/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "harness/base/bytes.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/yaml_tree.hpp"

namespace leakcheck::scenario {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 1024UL * 1024;
constexpr int kMostFiles = 32;

NodePtr without(const Node& map, const std::vector<std::string>& keys) {
  auto out = std::make_shared<Node>(map);
  std::erase_if(out->entries, [&](const Entry& entry) {
    return std::find(keys.begin(), keys.end(), entry.key) != keys.end();
  });
  return out;
}

/// Reads one scenario file and, before it, those it extends.
class Loader {
 public:
  Loader(const ReadOptions& options, Problems& problems)
      : problems_(problems), context_{problems, options} {}

  /// `named_at` is where another file names this one; line 0 for the scenario itself.
  NodePtr load(const std::shared_ptr<const Source>& source, const Place& named_at);
  bool whole() const { return whole_; }

 private:
  NodePtr load_bases(const Entry& extends, const Source& source);
  NodePtr load_base(const Node& name, const Source& source);
  bool check_root(const NodePtr& root, const Place& whole_file);

  Problems& problems_;
  Context context_;
  std::vector<fs::path> chain_;  ///< canonical, from the scenario to the file being read
  int files_ = 0;
  bool whole_ = true;
};

NodePtr Loader::load(const std::shared_ptr<const Source>& source, const Place& named_at) {
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(source->path, error);
  if (std::find(chain_.begin(), chain_.end(), canonical) != chain_.end()) {
    problems_.add(named_at,
                  fmt::format("{} extends itself in a circle", in_quotes(source->display)),
                  "remove one \"extends\" of the circle");
    return nullptr;
  }
  std::string text;
  if (!read_bounded(source->path, kMostBytes, named_at, text, problems_)) return nullptr;
  bool is_broken = false;
  NodePtr root = parse_yaml(text, source, problems_, is_broken);
  if (is_broken || !check_root(root, {source, 1, 1})) return nullptr;
  const Entry* extends = find_entry(*root, "extends");
  if (extends == nullptr) return root;
  chain_.push_back(canonical);
  const NodePtr bases = load_bases(*extends, *source);
  chain_.pop_back();
  const NodePtr own = without(*root, {"extends"});
  return bases ? merge(bases, own) : own;
}

bool Loader::check_root(const NodePtr& root, const Place& whole_file) {
  if (!root || root->kind == Node::Kind::null) {
    problems_.add(whole_file, "the file is empty",
                  "start with \"version: 1\", target.command and one flow");
    return false;
  }
  if (root->is_map()) return true;
  problems_.add(root->place,
                fmt::format("a scenario is a map of keys; this is {}", kind_name(*root)),
                "start with \"version: 1\", target.command and one flow");
  return false;
}

NodePtr Loader::load_bases(const Entry& extends, const Source& source) {
  if (!extends.value->is_list() && !extends.value->is_scalar()) {
    problems_.add(extends.key_place, "extends takes a path or a list of paths",
                  "write extends: ./base.yaml");
    whole_ = false;
    return nullptr;
  }
  const std::vector<NodePtr> names =
      extends.value->is_list() ? extends.value->items : std::vector{extends.value};
  if (names.empty())
    problems_.add(extends.value->place, "extends names no file", "write extends: ./base.yaml");
  NodePtr merged;
  for (const NodePtr& name : names) {
    const NodePtr base = load_base(*name, source);
    if (!base) whole_ = false;
    if (base) merged = merged ? merge(merged, base) : base;
  }
  return merged;
}

NodePtr Loader::load_base(const Node& name, const Source& source) {
  const auto path = read_text(context_, name, "a path of extends");
  if (!path) return nullptr;
  if (++files_ > kMostFiles) {
    problems_.add(name.place, fmt::format("more than {} files are extended", kMostFiles),
                  "put some of them together");
    return nullptr;
  }
  const fs::path relative(*path);
  Source base;
  base.path = (source.path.parent_path() / relative).lexically_normal();
  base.display = (fs::path(source.display).parent_path() / relative).lexically_normal().string();
  base.order = files_;
  return load(std::make_shared<const Source>(std::move(base)), name.place);
}

NodePtr without_probe(const NodePtr& base, const Node& over) {
  for (const char* probe : {"get", "tcp", "log"}) {
    if (find_entry(over, probe) == nullptr) continue;
    if (find_entry(*base, probe) != nullptr) return base;
    return without(*base, {"get", "tcp", "log", "statusCode"});
  }
  return base;
}

void take_profiles(Document& document, Problems& problems) {
  const Entry* entry = find_entry(*document.root, "profiles");
  if (entry == nullptr) return;
  document.profiles_place = entry->key_place;
  if (!entry->value->is_map())
    problems.add(
        entry->value->place,
        fmt::format("profiles must be a map of names; this is {}", kind_name(*entry->value)),
        "write profiles: { pr: { load: { vus: 5 } } }");
  else
    for (const Entry& profile : entry->value->entries) {
      if (profile.value->is_map())
        document.profiles.push_back(profile);
      else
        problems.add(profile.value->place,
                     fmt::format("the profile {} must be a map; this is {}", in_quotes(profile.key),
                                 kind_name(*profile.value)),
                     "write the keys to change, as in the scenario itself");
    }
  document.root = without(*document.root, {"profiles"});
}

}  // namespace

bool read_bounded(const fs::path& path, std::size_t most_bytes, const Place& place,
                  std::string& text, Problems& problems) {
  const auto refuse = [&](const std::string& why, const char* hint) {
    const std::string name = place.line == 0 ? "the file" : in_quotes(path.filename().string());
    problems.add(place, fmt::format("cannot read {}: {}", name, why), hint);
    return false;
  };
  std::error_code error;
  if (fs::is_directory(path, error)) return refuse("it is a folder", "name a file in it");
  if (!fs::exists(path, error))
    return refuse(
        error ? error.message() : "there is no such file",
        place.line == 0 ? "check the path" : "the path is relative to this file's folder");
  std::ifstream in(path, std::ios::binary);
  if (!in) return refuse(std::generic_category().message(errno), "check its permissions");
  text.clear();
  // Block by block, as most files are far below the bound.
  std::array<char, 65'536> block;
  do {
    in.read(block.data(), block.size());
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
  } while (in && text.size() <= most_bytes);
  if (in.bad()) return refuse("reading failed", "check the disk");
  if (text.size() > most_bytes)
    return refuse(fmt::format("it is larger than {}",
                              format_bytes(Bytes{static_cast<std::int64_t>(most_bytes)})),
                  "is this the right file?");
  return true;
}

NodePtr merge(const NodePtr& base, const NodePtr& over) {
  if (!base->is_map() || !over->is_map()) return over;
  auto out = std::make_shared<Node>(*base);
  out->place = over->place;
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < base->entries.size(); ++i) places[base->entries[i].key] = i;
  for (const Entry& entry : over->entries) {
    const auto same = places.find(entry.key);
    if (same == places.end()) {
      out->entries.push_back(entry);
      continue;
    }
    NodePtr below = base->entries[same->second].value;
    if (entry.key == "ready" && below->is_map() && entry.value->is_map())
      below = without_probe(below, *entry.value);
    out->entries[same->second] = {entry.key, entry.key_place, merge(below, entry.value)};
  }
  return out;
}

Document load_document(const fs::path& path, const ReadOptions& options, Problems& problems) {
  Document document;
  std::error_code error;
  fs::path absolute = fs::absolute(path, error).lexically_normal();
  document.source = std::make_shared<const Source>(Source{path.string(), std::move(absolute), 0});
  document.profiles_place = {document.source, 0, 0};
  Loader loader(options, problems);
  document.root = loader.load(document.source, {document.source, 0, 0});
  document.whole = loader.whole();
  if (document.root) take_profiles(document, problems);
  return document;
}

}  // namespace leakcheck::scenario
