// The part of Declarations that reads classes, and what is asked of it.
#include <algorithm>
#include <array>

#include "harness/explain/declarations.hpp"

namespace leakcheck::explain {
namespace {

constexpr std::array<std::string_view, 12> kModifiers = {
    "static",    "async",    "get",     "set",      "public",   "private",
    "protected", "readonly", "declare", "override", "abstract", "accessor"};

/// What can follow the name of a member.
constexpr std::array<std::string_view, 9> kAfterName = {"(", "=", ";", "}", ":",
                                                        "?", "!", "<", ","};

/// A line that begins or ends with one of these goes on.
constexpr std::array<std::string_view, 14> kGoesOn = {"=", "+", "-", ".",  "?",  ":", "(",
                                                      ",", "|", "&", "=>", "?.", "<", "/"};

template <std::size_t count>
bool contains(const std::array<std::string_view, count>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

void Declarations::read_class(std::uint32_t token) {
  std::string_view name;
  if (is_name(token + 1) && !is(token + 1, "extends") && !is(token + 1, "implements")) {
    declare(token + 1, open_.back());
    name = at(token + 1).text;
  }
  if (name.empty()) name = assigned_name(token);
  for (std::uint32_t i = token + 1; i < token + 100; ++i) {
    if (is(i, "{") && !is(i - 1, "extends")) {
      open_scope(i, at(i).match, name, true, false);
      // Its scope opens before it is reached, so that it isn't taken for a block.
      return read_members(i, name);
    }
    const JsToken& here = at(i);
    if (here.kind == JsToken::Kind::end || is(i, ";")) return;
    if (is(i, "(") || is(i, "[") || is(i, "{")) i = here.match;
  }
}

void Declarations::read_members(std::uint32_t open, std::string_view name) {
  const std::uint32_t close = at(open).match;
  for (std::uint32_t i = open + 1; i < close;) i = std::max(i + 1, read_member(i, name));
}

/// The token after the member that begins at `token`.
std::uint32_t Declarations::read_member(std::uint32_t token, std::string_view name) {
  if (is(token, "@")) {  // a decorator
    token += 2;
    while (is(token, ".")) token += 2;
    return is(token, "(") ? at(token).match + 1 : token;
  }
  while (is_name(token) && contains(kModifiers, at(token).text) &&
         !contains(kAfterName, at(token + 1).text))
    ++token;
  if (is(token, "*")) ++token;
  if (is(token, "{")) return at(token).match + 1;  // static { … }
  const std::uint32_t named = token;
  token = is(token, "[") ? at(token).match + 1 : token + 1;
  std::uint32_t after = token;
  if (is(after, "<"))  // TypeScript: a generic method
    while (after < token + 40 && !is(after, "(") && !is(after, "=") && !is(after, ";")) ++after;
  if (is(after, "(")) {
    const std::uint32_t body = find_body(at(after).match);
    return (body != 0 ? at(body).match : at(after).match) + 1;
  }
  if (at(named).kind != JsToken::Kind::punctuator)
    fields_.push_back({name, at(named).text, named, Rank::declared});
  // Over the initialiser, to the semicolon or to a line that does not go on.
  for (; at(token).kind != JsToken::Kind::end && !is(token, "}"); ++token) {
    if (is(token, ";")) return token + 1;
    if (at(token).starts_line && !contains(kGoesOn, at(token).text) &&
        !contains(kGoesOn, at(token - 1).text))
      return token;
    if (is(token, "(") || is(token, "[") || is(token, "{")) token = at(token).match;
  }
  return token;
}

/// `var self = this`, `_this = _super.call(this) || this`
void Declarations::read_this(std::uint32_t token) {
  const bool ends = is(token + 1, ";") || is(token + 1, ",") || at(token + 1).starts_line ||
                    at(token + 1).kind == JsToken::Kind::end || is(token + 1, "}");
  if (!ends || token < 2) return;
  std::uint32_t equals = token - 1;
  if (is(equals, "|") && is(equals - 1, "|")) {
    for (equals -= 2; equals > 0 && equals + 40 > token && !is(equals, "="); --equals) {
      if (is(equals, ";") || is(equals, "{") || is(equals, "}")) return;
      if (is(equals, ")") || is(equals, "]")) equals = at(equals).match;
    }
  }
  if (equals == 0 || !is(equals, "=") || !is_name(equals - 1) || is(equals - 2, ".")) return;
  const std::string_view owner = this_name();
  if (!owner.empty()) aliases_.push_back({at(equals - 1).text, owner, function_scope()});
}

/// "Store" of `Store.prototype.all = function all(`, when the bracket is that of its parameters.
std::string_view Declarations::prototype_owner(std::uint32_t token) const {
  // Over the name, when it has one, `function`, `async` and `*`.
  for (int i = 0; i < 4 && token > 0 && (is_name(token - 1) || is(token - 1, "*")); ++i) --token;
  if (token < 6 || !is(token - 1, "=")) return "";
  const bool is_method =
      is(token - 3, ".") && is(token - 4, "prototype") && is(token - 5, ".") && is_name(token - 6);
  return is_method ? at(token - 6).text : std::string_view();
}

/// What functions assign to `this` belongs to the classes that they become methods of.
void Declarations::add_fields_of_methods() {
  std::sort(methods_.begin(), methods_.end());
  methods_.erase(std::unique(methods_.begin(), methods_.end()), methods_.end());
  const std::size_t count = fields_.size();
  for (std::size_t i = 0; i < count && !methods_.empty(); ++i) {
    const Field field = fields_[i];
    if (field.rank != Rank::assigned_inside) continue;
    auto method = std::lower_bound(methods_.begin(), methods_.end(),
                                   std::pair(field.owner, std::string_view()));
    for (; method != methods_.end() && method->first == field.owner; ++method)
      fields_.push_back({method->second, field.name, field.token, field.rank});
  }
}

std::uint32_t Declarations::token_at(LineColumn place) const {
  const auto after =
      std::partition_point(tokens_.begin(), tokens_.end(), [&](const JsToken& token) {
        return LineColumn{token.line, token.column} <= place;
      });
  return static_cast<std::uint32_t>(std::max<std::ptrdiff_t>(after - tokens_.begin() - 1, 0));
}

std::optional<LineColumn> Declarations::find_variable(std::string_view name,
                                                      std::optional<LineColumn> inside) const {
  const std::uint32_t place = inside ? token_at(*inside) : 0;
  const Variable* best = nullptr;
  // Scopes around the function; then the function's own; then whatever is outermost.
  const auto grade = [&](const Variable& variable) {
    const Scope& scope = scopes_[variable.scope];
    if (!inside || place < scope.first || place > scope.last) return 0;
    return scope.first < place || variable.scope == 0 ? 2 : 1;
  };
  for (const Variable& variable : variables_) {
    if (variable.name != name) continue;
    if (best == nullptr) {
      best = &variable;
      continue;
    }
    const int here = grade(variable);
    const int there = grade(*best);
    const std::uint32_t first = scopes_[variable.scope].first;
    const std::uint32_t best_first = scopes_[best->scope].first;
    const bool is_within = here > 0 && first > best_first;
    const bool is_outer = here == 0 && variable.scope == 0 && best->scope != 0;
    if (here > there || (here == there && (is_within || is_outer))) best = &variable;
  }
  return best != nullptr ? std::optional(place_of(best->token)) : std::nullopt;
}

std::optional<LineColumn> Declarations::find_field(std::string_view owner,
                                                   std::string_view field) const {
  const Field* best = nullptr;
  for (const Field& each : fields_)
    if (each.name == field && each.owner == owner && (best == nullptr || each.rank < best->rank))
      best = &each;
  return best != nullptr ? std::optional(place_of(best->token)) : std::nullopt;
}

bool Declarations::has_function_at(LineColumn place) const {
  const std::uint32_t token = token_at(place);
  if (place_of(token) != place) return false;
  if (is(token, "class") || is(token, "(") || is(token + 1, "=>")) return true;
  // The whole script, or an initialiser of fields.
  return place == LineColumn{} || is_name(token) || at(token).kind == JsToken::Kind::private_name;
}

bool Declarations::do_brackets_pair() const {
  const auto closing = [](std::string_view open) {
    return open == "(" ? ")" : open == "[" ? "]" : open == "{" ? "}" : "";
  };
  std::vector<std::string_view> expected;
  for (const JsToken& token : tokens_) {
    if (token.kind != JsToken::Kind::punctuator) continue;
    if (const std::string_view close = closing(token.text); !close.empty()) {
      expected.push_back(close);
    } else if (token.text == ")" || token.text == "]" || token.text == "}") {
      if (expected.empty() || expected.back() != token.text) return false;
      expected.pop_back();
    }
  }
  return expected.empty();
}

std::optional<std::string_view> Declarations::find_text(LineColumn place) const {
  const std::uint32_t first = token_at(place);
  // The whole script is said to start at its first token, whatever that is.
  if (place == LineColumn{} || place_of(first) != place || !do_brackets_pair()) return std::nullopt;
  std::uint32_t body = first;
  if (is(body, "async") && !is(body + 1, "=>")) ++body;
  if (is(body, "("))
    body = find_body(at(body).match);
  else
    body = is_name(body) && is(body + 1, "=>") ? body + 1 : 0;
  if (body == 0) return std::nullopt;
  if (is(body, "=>")) ++body;
  std::uint32_t last = body;
  if (is(body, "{")) {
    last = at(body).match;
  } else {
    // An expression: too much of it costs an answer, too little gives a wrong one.
    while (at(last).kind != JsToken::Kind::end) {
      if (is(last, ",") || is(last, ";") || is(last, ")") || is(last, "]") || is(last, "}")) break;
      last = is(last, "(") || is(last, "[") || is(last, "{") ? at(last).match + 1 : last + 1;
    }
  }
  const char* const from = at(first).text.data();
  const char* const to = at(last).text.data() + at(last).text.size();
  return std::string_view(from, static_cast<std::size_t>(to - from));
}

}  // namespace leakcheck::explain
