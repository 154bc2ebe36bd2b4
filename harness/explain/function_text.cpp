#include "harness/explain/function_text.hpp"

#include <cctype>

#include "harness/base/file.hpp"

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
  if (!scene.options.read_sources || place.script.starts_with("node:")) return std::nullopt;
  std::string file = place.script;
  if (file.starts_with("file://")) file.erase(0, 7);
  const auto text = load_file(scene.options.root.empty() ? std::filesystem::path(file)
                                                         : scene.options.root / file);
  if (!text) return std::nullopt;
  return cut_function(*text, place.line, place.column);
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
