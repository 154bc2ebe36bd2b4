#include "harness/explain/function_text.hpp"

#include <algorithm>
#include <cctype>
#include <unordered_set>

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

/// ".name =" or "name:", and nothing that only looks like it.
std::size_t find_first_assignment(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    if (at == 0 || is_word(text[at - 1])) continue;
    std::size_t end = at + name.size();
    while (end < text.size() && (text[end] == ' ' || text[end] == '?')) ++end;
    if (end + 1 >= text.size() || is_word(text[at + name.size()])) continue;
    const bool assigned = text[at - 1] == '.' && text[end] == '=' && text[end + 1] != '=';
    const bool in_object = text[at - 1] != '.' && text[end] == ':';
    if (assigned || in_object) return at;
  }
  return std::string_view::npos;
}

/// The name in quotes, and a comma after it.
std::size_t find_as_argument(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name, 1); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    const char quote = text[at - 1];
    const std::size_t end = at + name.size();
    if ((quote == '\'' || quote == '"') && text.substr(end, 2) == std::string{quote, ','})
      return at;
  }
  return std::string_view::npos;
}

heap::ScriptPlace place_at(const std::string& script, std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  return {script, static_cast<std::uint32_t>(line),
          static_cast<std::uint32_t>(start == std::string_view::npos ? at : at - start - 1)};
}

/// Sources leaves out the line of a place where no function starts; this one was just read.
model::SourcePlace tell_place(Scene& scene, const heap::ScriptPlace& place) {
  model::SourcePlace told = scene.sources.place_of(place);
  if (told.line != 0) return told;
  told.line = static_cast<int>(place.line) + 1;
  told.column = static_cast<int>(place.column) + 1;
  return told;
}

}  // namespace

std::optional<model::SourcePlace> find_assignment(Scene& scene, const Located& located) {
  std::vector<std::string> scripts;
  if (heap::origin_of(located.script) == heap::Origin::own) scripts.push_back(located.script);
  for (std::string& script : find_own_scripts(scene))
    if (std::find(scripts.begin(), scripts.end(), script) == scripts.end())
      scripts.push_back(std::move(script));
  std::optional<heap::ScriptPlace> by_name;
  for (const std::string& script : scripts) {
    const std::string* text = scene.sources.text_of(script);
    if (text == nullptr) continue;
    const std::size_t at = find_first_assignment(*text, located.name);
    if (at != std::string::npos) return tell_place(scene, place_at(script, *text, at));
    if (!by_name) {
      // decorate('seen', new Set()), app.set('seen', …), defineProperty(app, 'seen', …)
      const std::size_t named = find_as_argument(*text, located.name);
      if (named != std::string::npos) by_name = place_at(script, *text, named);
    }
  }
  if (!by_name) return std::nullopt;
  return tell_place(scene, *by_name);
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
