#include "harness/explain/declarations.hpp"

#include <algorithm>
#include <array>

namespace leakcheck::explain {
namespace {

constexpr std::array<std::string_view, 6> kHeads = {"if",     "for",  "while",
                                                    "switch", "with", "await"};

/// Words that begin a statement, so that a list of declarators ended without a semicolon.
constexpr std::array<std::string_view, 16> kStatements = {
    "const", "let", "var",   "function", "class", "import", "export", "return",
    "if",    "for", "while", "switch",   "try",   "throw",  "async",  "do"};

template <std::size_t count>
bool contains(const std::array<std::string_view, count>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool closes(std::string_view text) {
  return text == ")" || text == "]" || text == "}";
}

bool opens(std::string_view text) {
  return text == "(" || text == "[" || text == "{";
}

}  // namespace

Declarations::Declarations(std::string_view source) : tokens_(read_tokens(source)) {
  walk();
}

void Declarations::walk() {
  const auto count = static_cast<std::uint32_t>(tokens_.size());
  open_scope(0, count, "", false, true);
  for (std::uint32_t i = 0; i < count; ++i) {
    while (scopes_[open_.back()].last < i) {
      while (!aliases_.empty() && aliases_.back().scope == open_.back()) aliases_.pop_back();
      open_.pop_back();
    }
    const JsToken& token = tokens_[i];
    if (token.kind == JsToken::Kind::name) read_word(i);
    if (token.kind == JsToken::Kind::punctuator) read_bracket(i);
  }
  add_fields_of_methods();
}

void Declarations::read_word(std::uint32_t at_token) {
  const std::string_view word = tokens_[at_token].text;
  const bool is_member = at_token > 0 && (is(at_token - 1, ".") || is(at_token - 1, "?."));
  if (is_member) return;
  if (is(at_token + 1, "=>")) {
    open_scope(at_token, end_of_expression(at_token + 2), assigned_name(at_token), false, true);
    return declare(at_token, open_.back());
  }
  if (is(at_token + 1, ".")) return read_assignment(at_token);
  if (word == "const" || word == "var") return read_declarators(at_token + 1, word == "var");
  if (word == "let" && (is_name(at_token + 1) || is(at_token + 1, "{") || is(at_token + 1, "[")))
    return read_declarators(at_token + 1, false);
  if (word == "this") return read_this(at_token);
  if (word == "class") return read_class(at_token);
  if (word == "import") return read_import(at_token);
  if (word == "for") {
    const std::uint32_t open = is(at_token + 1, "await") ? at_token + 2 : at_token + 1;
    if (!is(open, "(")) return;
    const std::uint32_t body = at(open).match + 1;
    return open_scope(open, is(body, "{") ? at(body).match : end_of_expression(body), "", false,
                      false);
  }
  if (word == "function") {
    const std::uint32_t name = is(at_token + 1, "*") ? at_token + 2 : at_token + 1;
    if (is_name(name)) declare(name, function_scope());
  }
}

void Declarations::read_bracket(std::uint32_t at_token) {
  const JsToken& token = tokens_[at_token];
  if (token.text == "(") {
    const std::uint32_t body = find_body(token.match);
    if (body == 0) return;
    const std::uint32_t before = at_token == 0 ? 0 : at_token - 1;
    std::string_view name;
    if (at_token > 0 && (is_name(before) || at(before).kind == JsToken::Kind::private_name))
      name = tokens_[before].text;
    const bool is_arrow = is(body, "=>");
    if (!is_arrow && contains(kHeads, name)) return;
    if (is_arrow || name == "function" || name == "async") name = assigned_name(at_token);
    if (const auto owner = prototype_owner(at_token); !owner.empty()) name = owner;
    return read_function(at_token, name);
  }
  if (token.text != "{") return;
  const auto known = std::find_if(open_.rbegin(), open_.rend(), [&](std::uint32_t scope) {
    return scopes_[scope].first == at_token;
  });
  if (known != open_.rend()) return;  // a class, whose scope is open already
  open_scope(at_token, token.match, "", false, false);
  read_object(at_token);
}

/// From the first name or pattern after const, let or var.
void Declarations::read_declarators(std::uint32_t token, bool is_var) {
  const std::uint32_t scope = is_var ? function_scope() : open_.back();
  for (;;) {
    token = read_pattern(token, scope);
    // To the comma before the next, over the initialiser.
    for (; !is(token, ","); ++token) {
      const JsToken& here = at(token);
      if (here.kind == JsToken::Kind::end || is(token, ";")) return;
      if (here.kind == JsToken::Kind::punctuator && closes(here.text)) return;
      if (here.starts_line && here.kind == JsToken::Kind::name &&
          contains(kStatements, here.text) && !is(token - 1, "=") && !is(token - 1, ","))
        return;
      if (here.kind == JsToken::Kind::punctuator && opens(here.text)) token = here.match;
    }
    ++token;
  }
}

/// A name or a destructuring pattern; the token after it.
std::uint32_t Declarations::read_pattern(std::uint32_t token, std::uint32_t scope) {
  if (is(token, "...")) ++token;
  if (is_name(token)) {
    declare(token, scope);
    return token + 1;
  }
  if (!is(token, "{") && !is(token, "[")) return token;
  const bool is_object = is(token, "{");
  const std::uint32_t close = at(token).match;
  for (++token; token < close;) {
    // `key: pattern`, `[key]: pattern`, or the pattern alone.
    if (is_object && is(token, "[")) token = at(token).match + 1;
    if (is_object && is(token + 1, ":")) ++token;
    if (is_object && is(token, ":")) ++token;
    token = read_pattern(token, scope);
    for (; token < close && !is(token, ","); ++token)
      if (at(token).kind == JsToken::Kind::punctuator && opens(at(token).text))
        token = std::max(token, at(token).match);
    ++token;
  }
  return close + 1;
}

void Declarations::read_function(std::uint32_t open, std::string_view name) {
  const std::uint32_t close = at(open).match;
  const std::uint32_t body = find_body(close);
  const std::uint32_t last = is(body, "=>") ? end_of_expression(body + 1) : at(body).match;
  open_scope(open, last, name, false, true);
  const std::uint32_t scope = open_.back();
  for (std::uint32_t i = open + 1; i < close; ++i) {
    // Modifiers of TypeScript make a parameter a field as well.
    bool is_field = false;
    while (is_name(i) && is_name(i + 1) && i + 1 < close) {
      is_field = true;
      ++i;
    }
    if (is_field && name == "constructor")
      fields_.push_back({this_name(), at(i).text, i, Rank::declared});
    i = read_pattern(i, scope);
    for (; i < close && !is(i, ","); ++i)
      if (at(i).kind == JsToken::Kind::punctuator && opens(at(i).text)) i = at(i).match;
  }
}

/// Keys of an object that is given a name: `users = {`, `users: {`.
void Declarations::read_object(std::uint32_t open) {
  std::string_view owner;
  if (open > 0 && is(open - 1, "=")) owner = assigned_name(open);
  if (open > 1 && is(open - 1, ":") && is_name(open - 2)) owner = at(open - 2).text;
  if (owner.empty()) return;
  const std::uint32_t close = at(open).match;
  for (std::uint32_t i = open + 1; i < close; ++i) {
    const bool is_key = is_name(i) || at(i).kind == JsToken::Kind::literal;
    if (is_key && (is(i + 1, ":") || is(i + 1, ",") || is(i + 1, "}")))
      fields_.push_back({owner, at(i).text, i, Rank::declared});
    for (; i < close && !is(i, ","); ++i)
      if (at(i).kind == JsToken::Kind::punctuator && opens(at(i).text)) i = at(i).match;
  }
}

/// `import a, { b as c }, * as d from …`
void Declarations::read_import(std::uint32_t token) {
  if (is(token + 1, "(") || is(token + 1, ".")) return;
  for (std::uint32_t i = token + 1; i < token + 2000; ++i) {
    if (at(i).kind == JsToken::Kind::literal || at(i).kind == JsToken::Kind::end) return;
    if (is(i, "from") && at(i + 1).kind == JsToken::Kind::literal) return;
    if (!is_name(i) || is(i, "as") || is(i + 1, "as")) continue;
    declare(i, 0);
  }
}

/// `this.x =`, `_this.x =`, `exports.x =`, `module.exports =`, `Store.all =`, `Store.prototype.all
/// =`
void Declarations::read_assignment(std::uint32_t token) {
  std::string_view owner = at(token).text;
  Rank rank = owner == "this" ? Rank::assigned_inside : Rank::assigned_outside;
  if (owner == "this") owner = this_name();
  const auto alias = std::find_if(aliases_.rbegin(), aliases_.rend(),
                                  [&](const Alias& each) { return each.name == owner; });
  if (alias != aliases_.rend()) {
    owner = alias->owner;
    rank = Rank::assigned_inside;
  }
  std::uint32_t field = token + 2;
  if (is(token, "module") && is(field, "exports") && is(field + 1, ".")) {
    owner = "exports";
    field += 2;
  } else if (is(field, "prototype") && is(field + 1, ".")) {
    field += 2;
    // Store.prototype.clear = storeClear
    if (is(field + 1, "=") && is_name(field + 2) && !is(field + 3, ".") && !is(field + 3, "("))
      methods_.emplace_back(at(field + 2).text, owner);
  } else if (is(field, "prototype") && is(field + 1, "[") && is(field + 3, "]")) {
    // Store.prototype['delete'] = storeDelete
    if (is(field + 4, "=") && is_name(field + 5)) methods_.emplace_back(at(field + 5).text, owner);
    return;
  }
  const JsToken::Kind kind = at(field).kind;
  if (kind != JsToken::Kind::name && kind != JsToken::Kind::private_name) return;
  if (is(field + 1, "=") && !owner.empty()) fields_.push_back({owner, at(field).text, field, rank});
}

void Declarations::declare(std::uint32_t token, std::uint32_t scope) {
  variables_.push_back({tokens_[token].text, token, scope});
}

void Declarations::open_scope(std::uint32_t first, std::uint32_t last, std::string_view name,
                              bool is_class, bool is_function) {
  open_.push_back(static_cast<std::uint32_t>(scopes_.size()));
  scopes_.push_back({first, std::max(first, last), name, is_class, is_function});
}

std::uint32_t Declarations::function_scope() const {
  for (auto scope = open_.rbegin(); scope != open_.rend(); ++scope)
    if (scopes_[*scope].is_function) return *scope;
  return 0;
}

/// Whose fields `this` has: of the class around, else of the function around.
std::string_view Declarations::this_name() const {
  std::string_view function;
  for (auto scope = open_.rbegin(); scope != open_.rend(); ++scope) {
    if (scopes_[*scope].is_class) return scopes_[*scope].name;
    if (function.empty() && scopes_[*scope].is_function) function = scopes_[*scope].name;
  }
  return function;
}

/// The { or => of the function whose parameters end at `close`; 0: it is none.
std::uint32_t Declarations::find_body(std::uint32_t close) const {
  std::uint32_t token = close + 1;
  if (is(token, "{") || is(token, "=>")) return token;
  if (!is(token, ":")) return 0;
  // TypeScript: the type that is returned.
  for (std::uint32_t i = token + 1; i < token + 40; ++i) {
    if (is(i, "=>") || (is(i, "{") && i > token + 1)) return i;
    if (is(i, ";") || is(i, ",") || is(i, "=") || is(i, "?")) return 0;
    if (at(i).kind != JsToken::Kind::punctuator) continue;
    if (closes(at(i).text)) return 0;
    if (opens(at(i).text)) i = at(i).match;
  }
  return 0;
}

/// The last token of an expression, or of a block, that begins at `token`.
std::uint32_t Declarations::end_of_expression(std::uint32_t token) const {
  if (is(token, "{")) return at(token).match;
  for (std::uint32_t i = token;; ++i) {
    const JsToken& here = at(i);
    if (here.kind == JsToken::Kind::end || is(i, ";") || is(i, ",")) return i - 1;
    if (i > token && here.starts_line && here.kind == JsToken::Kind::name &&
        contains(kStatements, here.text))
      return i - 1;
    if (here.kind != JsToken::Kind::punctuator) continue;
    if (closes(here.text)) return i - 1;
    if (opens(here.text)) i = here.match;
  }
}

/// "users" of `users = function`, `users: async (`, `const users = {`, "exports" of
/// `module.exports = {`; "" without one.
std::string_view Declarations::assigned_name(std::uint32_t token) const {
  while (token > 0 && (is(token - 1, "async") || is(token - 1, "function") || is(token - 1, "*")))
    --token;
  if (token < 2 || (!is(token - 1, "=") && !is(token - 1, ":"))) return "";
  // `const users: Map<string, User> = `
  std::uint32_t name = token - 2;
  if (is(token - 1, "="))
    for (std::uint32_t i = name; i > 1 && i + 20 > name; --i) {
      if (is(i, ";") || is(i, "}") || is(i, "{") || at(i).starts_line) break;
      if (is(i, ":") && is_name(i - 1)) return at(i - 1).text;
    }
  return is_name(name) ? at(name).text : std::string_view();
}

}  // namespace leakcheck::explain
