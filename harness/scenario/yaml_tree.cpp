#include "harness/scenario/yaml_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "harness/base/utf8.hpp"
#include "harness/scenario/source_text.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::size_t kMostLevels = 64;
constexpr std::size_t kMostNodes = 20'000;
constexpr const char* kQuoteHint = "put quotes around text that begins with {{";
constexpr const char* kTagPrefix = "tag:yaml.org,2002:";

/// Thrown from an event to leave yaml-cpp; caught in parse_yaml.
struct Refused {
  Place place;
  std::string message;
  std::string hint;
};

/// Builds the tree from yaml-cpp's events. YAML::Node is not used: it hides keys that come twice,
/// forgets where aliases and keys were, and throws on every access.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceText& text, Problems& problems) : text_(text), problems_(problems) {}

  NodePtr root() const { return root_; }
  const std::optional<YAML::Mark>& last_quoted() const { return last_quoted_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_)
      throw Refused{text_.place(mark.line, mark.column), "there is more than one document",
                    "a scenario is one document: remove everything from the second \"---\" on"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = start(Node::Kind::null, mark, "");
    // yaml-cpp gives the next token's place for a value that is not there.
    if (!open_.empty() && open_.back().key) node->place = open_.back().key->second;
    finish(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    auto node = start(Node::Kind::scalar, mark, tag);
    node->text = value;
    node->plain = tag != "!" && tag != std::string(kTagPrefix) + "str";
    if (tag == "!") last_quoted_ = mark;
    finish(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Refused{text_.place(mark.line, mark.column), "an alias stands inside its own anchor",
                    "a value cannot hold itself"};
    count(found->second->size, text_.place(mark.line, mark.column));
    add(found->second, text_.place(mark.line, mark.column));
  }

 private:
  struct Open {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor = 0;
    std::optional<std::pair<std::string, Place>> key;  ///< read, its value is still to come
    bool key_is_merge = false;
    std::unordered_set<std::string> keys;
    std::vector<NodePtr> merged;
  };

  void count(std::size_t nodes, const Place& place) {
    nodes_ += nodes;
    if (nodes_ > kMostNodes)
      throw Refused{place, fmt::format("the file has more than {} values", kMostNodes),
                    "aliases count each time they are used; use fewer of them, and a payload "
                    "file for data"};
  }

  std::shared_ptr<Node> start(Node::Kind kind, const YAML::Mark& mark, const std::string& tag) {
    const Place place = text_.place(mark.line, mark.column);
    count(1, place);
    if (tag.size() > 1 && !tag.starts_with(kTagPrefix))
      problems_.add(place, fmt::format("the tag {} means nothing here", in_quotes(tag)),
                    "remove it; extends takes in another file");
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->place = place;
    return node;
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    if (open_.size() == kMostLevels)
      throw Refused{text_.place(mark.line, mark.column),
                    fmt::format("values are nested more than {} deep", kMostLevels),
                    "check the brackets and the indentation"};
    open_.push_back({start(kind, mark, tag), anchor, std::nullopt, false, {}, {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    for (const NodePtr& map : done.merged) merge_into(done, *map);
    finish(std::move(done.node), done.anchor);
  }

  /// Keys that are there win, and so do earlier merged maps.
  void merge_into(Open& target, const Node& merged) {
    for (const Entry& entry : merged.entries) {
      if (!target.keys.insert(entry.key).second) continue;
      count(entry.value->size, entry.key_place);
      target.node->size += entry.value->size;
      target.node->entries.push_back(entry);
    }
  }

  void finish(std::shared_ptr<Node> node, YAML::anchor_t anchor) {
    const Place place = node->place;
    const NodePtr done = std::move(node);
    if (anchor != 0) anchors_[anchor] = done;
    add(done, place);
  }

  void add(const NodePtr& value, const Place& place) {
    if (open_.empty()) {
      root_ = value;
      return;
    }
    Open& parent = open_.back();
    if (parent.node->is_list()) {
      parent.node->size += value->size;
      parent.node->items.push_back(value);
    } else if (!parent.key) {
      take_key(parent, *value, place);
    } else {
      take_value(parent, value, place);
    }
  }

  void take_key(Open& map, const Node& key, const Place& place) {
    if (key.kind == Node::Kind::map)
      throw Refused{place, "a key must be text, not a map", kQuoteHint};
    if (!key.is_scalar())
      throw Refused{place, fmt::format("a key must be text; this one is {}", kind_name(key)), ""};
    map.key_is_merge = key.plain && key.text == "<<";
    map.key = {key.text, place};
  }

  void take_value(Open& map, const NodePtr& value, const Place& place) {
    const auto [key, key_place] = *std::exchange(map.key, std::nullopt);
    if (map.key_is_merge) {
      take_merge(map, value, place);
    } else if (!map.keys.insert(key).second) {
      problems_.add(key_place,
                    fmt::format("the key {} is there twice in the same map", in_quotes(key)),
                    "remove one of the two");
    } else {
      map.node->size += value->size;
      map.node->entries.push_back({key, key_place, value});
    }
  }

  void take_merge(Open& map, const NodePtr& value, const Place& place) {
    const std::vector<NodePtr> maps = value->is_list() ? value->items : std::vector{value};
    for (const NodePtr& each : maps) {
      if (each->is_map())
        map.merged.push_back(each);
      else
        problems_.add(
            value->is_list() ? each->place : place,
            fmt::format("\"<<\" takes a map or a list of maps; this is {}", kind_name(*each)),
            "write <<: *anchor, or <<: [*first, *second]");
    }
  }

  const SourceText& text_;
  Problems& problems_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, NodePtr> anchors_;
  NodePtr root_;
  std::optional<YAML::Mark> last_quoted_;
  std::size_t nodes_ = 0;
};

/// `message` is the library's, `column` the byte of the line that it stopped at.
std::string syntax_hint(std::string_view message, std::string_view line, int column) {
  const auto says = [&](std::string_view text) {
    return message.find(text) != std::string_view::npos;
  };
  const auto at = static_cast<std::size_t>(std::max(column, 0));
  const auto braces = line.find("{{");
  if (braces != std::string_view::npos && line.find_first_of("\"'") > braces) return kQuoteHint;
  if (line.find('\t') != std::string_view::npos) return "indent with spaces, not with tabs";
  // Right in YAML 1.2, but not to this library.
  if (at < line.size() && line[at] == '?')
    return "put quotes around text with \"?\" between { } or [ ]";
  if (says("anchor")) return "an anchor (&name) has to come before its aliases (*name)";
  if (says("flow not found") || says("flow end"))
    return "close all brackets and quotes, and each bracket with its own kind";
  return "check the indentation, and put quotes around text with \": \", \" #\" or one of "
         "[ ] { } @ % & * ! in front";
}

}  // namespace

NodePtr parse_yaml(const std::string& content, const std::shared_ptr<const Source>& source,
                   Problems& problems, bool& is_broken) {
  is_broken = true;
  const SourceText text(content, source);
  if (!text.check_is_text(problems)) return nullptr;
  TreeBuilder builder(text, problems);
  try {
    std::istringstream in(content);
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const int line = error.mark.is_null() ? 0 : error.mark.line;
    problems.add(text.place(line, error.mark.is_null() ? 0 : error.mark.column),
                 "this is not YAML: " + error.msg,
                 syntax_hint(error.msg, text.line(line), error.mark.column));
    return nullptr;
  } catch (const Refused& refused) {
    problems.add(refused.place, refused.message, refused.hint);
    return nullptr;
  }
  // yaml-cpp takes the end of the file for the end of a quoted text.
  const auto& quoted_mark = builder.last_quoted();
  if (quoted_mark && !text.has_closing_quote(quoted_mark->line, quoted_mark->column)) {
    problems.add(text.place(quoted_mark->line, quoted_mark->column),
                 "this is not YAML: the quotes are never closed", "close them");
    return nullptr;
  }
  is_broken = false;
  return builder.root();
}

}  // namespace leakcheck::scenario
