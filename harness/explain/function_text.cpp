#include "harness/explain/function_text.hpp"

#include <algorithm>
#include <cctype>
#include <unordered_set>

#include "harness/base/file.hpp"
#include "harness/explain/locate.hpp"

namespace leakcheck::explain {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Past a string, a comment or a template that begins at `at`; `at` itself when none does.
std::size_t skip_text(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\'' || c == '"' || c == '`') {
    for (std::size_t i = at + 1; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == c) {
        return i + 1;
      }
    }
    return text.size();
  }
  if (c != '/' || at + 1 == text.size()) return at;
  if (text[at + 1] == '/') return std::min(text.find('\n', at), text.size());
  if (text[at + 1] != '*') return at;
  const std::size_t end = text.find("*/", at + 2);
  return end == std::string_view::npos ? text.size() : end + 2;
}

/// Past the bracket that closes the one at `at`; npos when none does.
std::size_t skip_brackets(std::string_view text, std::size_t at) {
  int depth = 0;
  while (at < text.size()) {
    const std::size_t after = skip_text(text, at);
    if (after != at) {
      at = after;
      continue;
    }
    const char c = text[at++];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if ((c == ')' || c == ']' || c == '}') && --depth == 0) return at;
  }
  return std::string_view::npos;
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
      ++at;
      continue;
    }
    if (text[at] != '/') return at;
    const std::size_t after = skip_text(text, at);
    if (after == at) return at;
    at = after;
  }
  return at;
}

/// The end of an arrow function's body that is an expression: where a bracket around it closes, a
/// comma or semicolon.
std::size_t end_of_expression(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const std::size_t after = skip_text(text, at);
    if (after != at) {
      at = after;
      continue;
    }
    const char c = text[at];
    if (c == ')' || c == ']' || c == '}' || c == ',' || c == ';') return at;
    if (c == '(' || c == '[' || c == '{') {
      at = skip_brackets(text, at);
      continue;
    }
    ++at;
  }
  return text.size();
}

std::optional<std::string> read_script(const Scene& scene, const std::string& script) {
  if (!scene.options.read_sources || script.starts_with("node:")) return std::nullopt;
  const std::string_view file =
      script.starts_with("file://") ? std::string_view(script).substr(7) : script;
  // A root does nothing to an absolute name.
  const auto text = load_file(scene.options.root / file);
  if (!text) return std::nullopt;
  return *text;
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

std::optional<std::string> cut_function(std::string_view file, std::uint32_t line,
                                        std::uint32_t column) {
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < line; ++i) {
    at = file.find('\n', at);
    if (at == std::string_view::npos) return std::nullopt;
    ++at;
  }
  const std::size_t start = at + column;
  if (start >= file.size()) return std::nullopt;
  // V8 places a function at its parameters: "(a, b) {", "(a) => …", "a => …", "async a => …".
  const std::size_t bracket = file.find('(', start);
  const std::size_t arrow = file.find("=>", start);
  at = arrow < bracket ? arrow : skip_brackets(file, bracket);
  if (at >= file.size()) return std::nullopt;
  at = skip_space(file, at);
  if (file.substr(at, 2) == "=>") at = skip_space(file, at + 2);
  if (at >= file.size()) return std::nullopt;
  const std::size_t end = file[at] == '{' ? skip_brackets(file, at) : end_of_expression(file, at);
  if (end > file.size()) return std::nullopt;
  return std::string(file.substr(start, end - start));
}

std::optional<std::string> read_function(const Scene& scene, const heap::ScriptPlace& place) {
  const auto text = read_script(scene, place.script);
  return text ? cut_function(*text, place.line, place.column) : std::nullopt;
}

std::optional<model::SourcePlace> find_assignment(Scene& scene, const Located& located) {
  std::vector<std::string> scripts;
  if (heap::origin_of(located.script) == heap::Origin::own) scripts.push_back(located.script);
  for (std::string& script : find_own_scripts(scene))
    if (std::find(scripts.begin(), scripts.end(), script) == scripts.end())
      scripts.push_back(std::move(script));
  std::optional<heap::ScriptPlace> by_name;
  for (const std::string& script : scripts) {
    const auto text = read_script(scene, script);
    if (!text) continue;
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

std::optional<std::string> find_local_name(const Scene& scene, const std::string& script,
                                           const std::string& exported) {
  const auto text = read_script(scene, script);
  if (!text) return std::nullopt;
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
