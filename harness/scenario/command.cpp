#include <fmt/format.h>

#include <utility>

#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

namespace leakcheck::scenario {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kShellCharacters = "|&;<>()$`\"'\\*?[]{}~";

/// The words of a command line as pieces of its text; placeholders hold no word apart.
std::vector<std::string> split_words(const Template& parsed, std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (std::size_t i = 0; i < text.size();) {
    if (!parsed.is_literal() && text.substr(i).starts_with("{{")) {
      const std::size_t close = text.find("}}", i) + 2;  // parse_template has seen that it closes
      word += text.substr(i, close - i);
      i = close;
    } else if (kBlanks.find(text[i]) != std::string_view::npos) {
      if (!word.empty()) words.push_back(std::exchange(word, {}));
      ++i;
    } else {
      word += text[i++];
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

/// What of the text needs a shell, if anything.
std::string needs_shell(const Template& parsed, const std::vector<std::string>& words) {
  for (const auto& piece : parsed.pieces) {
    const auto* literal = std::get_if<std::string>(&piece);
    if (literal == nullptr) continue;
    const auto at = literal->find_first_of(kShellCharacters);
    if (at != std::string::npos) return std::string(1, (*literal)[at]);
  }
  const auto equals = words.front().find('=');
  if (equals != std::string::npos && words.front().find_first_of("/{") > equals)
    return words.front().substr(0, equals + 1);
  return "";
}

std::vector<Template> read_words(Context& context, const Node& node, const std::string& label) {
  const auto parsed = parse_template(node.text);
  if (!parsed) {
    context.problems.add(node.place, parsed.error().message, parsed.error().hint);
    return {};
  }
  const std::vector<std::string> words = split_words(*parsed, node.text);
  if (words.empty()) {
    context.problems.add(node.place, label + " is empty", "write command: [node, server.js]");
    return {};
  }
  const std::string reason = needs_shell(*parsed, words);
  if (!reason.empty()) {
    context.problems.add(
        node.place,
        fmt::format("{} has {}, which only a shell understands", label, in_quotes(reason)),
        reason.ends_with('=') ? "set variables under env, or add shell: true to the target"
                              : "add shell: true, or write the command as a list of words");
    return {};
  }
  std::vector<Template> out;
  for (const std::string& word : words) {
    Node part = node;  // a word at the place of the whole
    part.text = word;
    if (auto argument = read_placeholders(context, part, Scope::target, label))
      out.push_back(std::move(*argument));
  }
  return out;
}

std::vector<Template> read_list(Context& context, const Node& node, const std::string& label) {
  std::vector<Template> out;
  for (const NodePtr& item : node.items) {
    const bool first = item == node.items.front();
    auto word =
        read_template(context, *item, (first ? "the program of " : "an argument of ") + label,
                      Scope::target, !first);
    if (word) out.push_back(std::move(*word));
  }
  return out;
}

}  // namespace

std::vector<Template> read_command(Context& context, const Node& node, const std::string& label,
                                   bool shell) {
  if (node.is_scalar() && !shell) return read_words(context, node, label);
  if (node.is_scalar()) {
    auto line = read_template(context, node, label, Scope::target);
    return line ? std::vector{std::move(*line)} : std::vector<Template>{};
  }
  if (node.is_list() && shell) {
    context.problems.add(node.place, label + " is a list, and target.shell is true",
                         "a shell takes one line: write the command as text, or remove shell");
    return {};
  }
  if (node.is_list() && !node.items.empty()) return read_list(context, node, label);
  context.problems.add(node.place,
                       fmt::format("{} must be a list of words or text; this is {}", label,
                                   node.is_list() ? "an empty list" : kind_name(node)),
                       "write command: [node, server.js]");
  return {};
}

}  // namespace leakcheck::scenario
