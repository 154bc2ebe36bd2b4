#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/explain/js_tokens.hpp"

namespace leakcheck::explain {

/// A place in a source. Units: both from 0, columns in UTF-16 units.
struct LineColumn {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  auto operator<=>(const LineColumn&) const = default;
};

/// What a source declares, and where: variables by scope, fields by class. Reads tokens, no
/// grammar: what it does not understand is passed over.
class Declarations {
 public:
  /// `source` must outlive it.
  explicit Declarations(std::string_view source);

  /// The declaration that a function at `inside` sees: of the scopes around it the innermost that
  /// has the name; without one, or where none has it, the outermost and first.
  std::optional<LineColumn> find_variable(std::string_view name,
                                          std::optional<LineColumn> inside) const;

  /// A field of a class: declared, else assigned to `this` in it, else assigned from outside
  /// (`Store.all = …`). The keys of `const cache = {…}` are fields of "cache", those of
  /// `module.exports = {…}` and `exports.x = …` of "exports". `this` of a function that becomes a
  /// method (`Hash.prototype.clear = hashClear`) is one of that class.
  std::optional<LineColumn> find_field(std::string_view owner, std::string_view field) const;

  /// Whether a function or a class can be said to start there: what V8 compiled is this source.
  bool has_function_at(LineColumn place) const;

  /// The text of the function whose parameters V8 says start there: "(a) {…}", "a => …". Absent
  /// when there is no function, and when the brackets of the source don't pair: a token was read
  /// wrongly then, and the end is not sure.
  std::optional<std::string_view> find_text(LineColumn place) const;

 private:
  enum class Rank : std::uint8_t { declared, assigned_inside, assigned_outside };
  struct Scope {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::string_view name;
    bool is_class = false;
    bool is_function = false;
  };
  struct Variable {
    std::string_view name;
    std::uint32_t token = 0;
    std::uint32_t scope = 0;
  };
  struct Field {
    std::string_view owner;
    std::string_view name;
    std::uint32_t token = 0;
    Rank rank = Rank::declared;
  };

  /// `_this` of `var _this = this`.
  struct Alias {
    std::string_view name;
    std::string_view owner;
    std::uint32_t scope = 0;
  };

  void walk();
  void read_word(std::uint32_t at);
  void read_bracket(std::uint32_t at);
  void read_declarators(std::uint32_t at, bool is_var);
  void read_function(std::uint32_t open, std::string_view name);
  void read_class(std::uint32_t at);
  void read_members(std::uint32_t open, std::string_view name);
  std::uint32_t read_member(std::uint32_t at, std::string_view name);
  void read_object(std::uint32_t open);
  void read_import(std::uint32_t at);
  void read_assignment(std::uint32_t at);
  void read_this(std::uint32_t at);
  std::string_view prototype_owner(std::uint32_t at) const;
  void add_fields_of_methods();
  std::uint32_t read_pattern(std::uint32_t at, std::uint32_t scope);

  void declare(std::uint32_t token, std::uint32_t scope);
  void open_scope(std::uint32_t first, std::uint32_t last, std::string_view name, bool is_class,
                  bool is_function);
  std::uint32_t function_scope() const;
  std::string_view this_name() const;
  std::uint32_t find_body(std::uint32_t close) const;
  std::uint32_t end_of_expression(std::uint32_t at) const;
  std::string_view assigned_name(std::uint32_t at) const;
  std::uint32_t token_at(LineColumn place) const;
  bool do_brackets_pair() const;
  LineColumn place_of(std::uint32_t token) const { return {at(token).line, at(token).column}; }

  const JsToken& at(std::uint32_t token) const {
    return token < tokens_.size() ? tokens_[token] : tokens_.back();
  }
  bool is(std::uint32_t token, std::string_view text) const {
    return at(token).kind != JsToken::Kind::literal && at(token).text == text;
  }
  bool is_name(std::uint32_t token) const { return at(token).kind == JsToken::Kind::name; }

  std::vector<JsToken> tokens_;
  std::vector<Scope> scopes_;
  std::vector<std::uint32_t> open_;  ///< scopes around the token that is read, innermost last
  std::vector<Variable> variables_;
  std::vector<Field> fields_;
  std::vector<Alias> aliases_;  ///< of `this`, in the scopes around the token that is read
  std::vector<std::pair<std::string_view, std::string_view>> methods_;  ///< function, class
};

}  // namespace leakcheck::explain
