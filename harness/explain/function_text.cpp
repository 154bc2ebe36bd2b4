#include "harness/explain/function_text.hpp"

#include <algorithm>
#include <cctype>
#include <unordered_set>

#include "harness/explain/js_tokens.hpp"
#include "harness/explain/locate.hpp"

namespace leakcheck::explain {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::vector<std::string> find_own_scripts(const Scene& scene) {
  const heap::ScriptIndex& index = scene.paths.scripts();
  std::vector<std::string> scripts;
  std::unordered_set<std::uint32_t> known;
  for (const auto& [node, location] : scene.graph.columns().locations) {
    if (!known.insert(location.script_id).second) continue;
    if (index.origin_of(heap::NodeIndex{node}) != heap::Origin::own) continue;
    if (auto place = index.place_of(heap::NodeIndex{node}))
      scripts.push_back(std::move(place->script));
  }
  // A module of data has no function left that says where it is.
  for (std::uint32_t i = 0; i < scene.graph.node_count(); ++i) {
    const heap::NodeIndex node{i};
    if (scene.graph.type(node) != heap::NodeType::object || !scene.is_named(node, "Module"))
      continue;
    const heap::NodeIndex name = scene.target(node, "filename");
    if (name == heap::kNoNode || scene.graph.type(name) != heap::NodeType::string) continue;
    std::string script = scene.graph.name_text(name);
    if (heap::origin_of(script) != heap::Origin::own) continue;
    if (std::find(scripts.begin(), scripts.end(), script) == scripts.end())
      scripts.push_back(std::move(script));
  }
  return scripts;
}

/// Where a name is given something, the surest first.
enum class Sort : std::uint8_t {
  assigned,  ///< `app.name =`, `const app = { name: … }`
  argument,  ///< decorate('name', new Set()), app.set('name', …), defineProperty(app, 'name', …)
  made,      ///< `return { name: [] }`: in an object of which it is not seen whose it is
  none,
};

/// One script's tokens, searched for what is done to a name.
class Assignments {
 public:
  explicit Assignments(std::string_view text) : tokens_(read_tokens(text)) {}

  Sort sort_of(std::size_t i, std::string_view name) const {
    const JsToken::Kind kind = tokens_[i].kind;
    const bool is_text = kind == JsToken::Kind::literal;
    if (i == 0 || tokens_[i].text != name || (!is_text && kind != JsToken::Kind::name))
      return Sort::none;
    if (is(i - 1, ".") && is_assigned(i + 1)) return Sort::assigned;
    if (is_text && is(i - 1, "[") && is(i + 1, "]") && is_assigned(i + 2)) return Sort::assigned;
    if (is(i + 1, ":") && (is(i - 1, "{") || is(i - 1, ","))) {
      const std::size_t open = opening(i);
      if (!is(open, "{")) return Sort::none;
      if (is_given(open)) return Sort::assigned;
      return is(i + 2, "[") || is(i + 2, "{") || is(i + 2, "new") ? Sort::made : Sort::none;
    }
    return is_text && is(i + 1, ",") && is(opening(i), "(") ? Sort::argument : Sort::none;
  }

  /// `app.name`, for "app".
  bool is_in(std::size_t i, std::string_view parent) const {
    return i > 1 && !parent.empty() && is(i - 1, ".") && is(i - 2, parent);
  }

  const std::vector<JsToken>& tokens() const { return tokens_; }

 private:
  bool is(std::size_t i, std::string_view text) const {
    return i < tokens_.size() && tokens_[i].kind != JsToken::Kind::literal &&
           tokens_[i].text == text;
  }
  /// "=", "??=", "||="
  bool is_assigned(std::size_t i) const {
    if ((is(i, "?") && is(i + 1, "?")) || (is(i, "|") && is(i + 1, "|"))) i += 2;
    return is(i, "=");
  }
  /// The bracket that the token is in; 0: none.
  std::size_t opening(std::size_t i) const {
    while (i-- > 0) {
      if (is(i, "{") || is(i, "(") || is(i, "[")) return i;
      if (is(i, "}") || is(i, ")") || is(i, "]")) {
        if (tokens_[i].match >= i) return 0;
        i = tokens_[i].match;
      }
    }
    return 0;
  }
  /// Whether an object literal is what a variable or a property has: not returned, nor an argument.
  bool is_given(std::size_t open) const {
    for (int depth = 0; depth < 8 && open > 2; ++depth) {
      if (is(open - 1, "=")) return true;
      const std::size_t around = opening(open);
      if (is(around, "("))
        return around > 2 && is(around - 1, "assign") && is(around - 3, "Object");
      // `app = { locals: { name: … } }`
      const bool is_value = is(open - 1, ":") && (is(open - 3, "{") || is(open - 3, ","));
      if (!is_value || !is(around, "{")) return false;
      open = around;
    }
    return false;
  }

  std::vector<JsToken> tokens_;
};

/// Sources leaves out the line of a place where no function starts; this one was just read.
model::SourcePlace tell_place(Scene& scene, const heap::ScriptPlace& place) {
  model::SourcePlace told = scene.sources.place_of(place);
  if (told.line != 0) return told;
  told.line = static_cast<int>(place.line) + 1;
  told.column = static_cast<int>(place.column) + 1;
  return told;
}

/// "app" of `server.app.visits`; "" when it is in no property.
std::string find_parent(const Scene& scene, const Located& located) {
  const std::vector<heap::Hop>& hops = located.hops;
  const auto is_property = [&](std::size_t i) {
    return hops[i].edge != heap::kNoEdge &&
           scene.graph.edge_type(hops[i].edge) == heap::EdgeType::property;
  };
  for (std::size_t i = hops.size(); i-- > 1;)
    if (is_property(i) && scene.graph.edge_name(hops[i].edge) == located.name)
      return is_property(i - 1) ? scene.graph.edge_name(hops[i - 1].edge) : "";
  return "";
}

}  // namespace

std::optional<model::SourcePlace> find_assignment(Scene& scene, const Located& located) {
  std::vector<std::string> scripts;
  if (heap::origin_of(located.script) == heap::Origin::own) scripts.push_back(located.script);
  for (std::string& script : find_own_scripts(scene))
    if (std::find(scripts.begin(), scripts.end(), script) == scripts.end())
      scripts.push_back(std::move(script));
  // The program may put something into a library's object, but most that has the name is not that.
  const bool is_library = located.origin == heap::Origin::library;
  const std::string parent = is_library ? find_parent(scene, located) : "";
  std::optional<heap::ScriptPlace> best;
  Sort best_sort = Sort::none;
  for (const std::string& script : scripts) {
    const std::string* text = scene.sources.text_of(script);
    if (text == nullptr || text->find(located.name) == std::string::npos) continue;
    const Assignments found(*text);
    for (std::size_t i = 0; i < found.tokens().size(); ++i) {
      const Sort sort = found.sort_of(i, located.name);
      if (sort >= best_sort || (is_library && !found.is_in(i, parent))) continue;
      best_sort = sort;
      best = heap::ScriptPlace{script, found.tokens()[i].line, found.tokens()[i].column};
      if (sort == Sort::assigned) return tell_place(scene, *best);
    }
  }
  if (!best) return std::nullopt;
  return tell_place(scene, *best);
}

std::optional<std::string> find_local_name(Scene& scene, const std::string& script,
                                           const std::string& exported) {
  const std::string* text = scene.sources.text_of(script);
  if (text == nullptr) return std::nullopt;
  for (std::size_t at = text->find(" as " + exported); at != std::string::npos;
       at = text->find(" as " + exported, at + 1)) {
    const std::size_t end = at + 4 + exported.size();
    if (end < text->size() && is_word((*text)[end])) continue;
    std::size_t start = at;
    while (start > 0 && is_word((*text)[start - 1])) --start;
    if (start < at) return text->substr(start, at - start);
  }
  return std::nullopt;
}

bool mentions(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    const bool starts = at == 0 || !is_word(text[at - 1]);
    const std::size_t end = at + name.size();
    if (starts && (end == text.size() || !is_word(text[end]))) return true;
  }
  // What is looked up by name at run time can be anything.
  return text.find("eval(") != std::string_view::npos;
}

}  // namespace leakcheck::explain
