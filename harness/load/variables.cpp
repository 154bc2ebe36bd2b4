#include "harness/load/variables.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "harness/base/spelling.hpp"
#include "harness/load/client_address.hpp"

namespace leakcheck::load {
namespace {

constexpr std::int64_t kLongestText = 65'536;

std::optional<std::int64_t> parse_integer(const std::string& text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

std::optional<std::size_t> find_index(const std::vector<std::string>& names,
                                      const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

tl::unexpected<Error> unknown(const Placeholder& placeholder, const Surroundings& surroundings) {
  std::vector<std::string> known = surroundings.payload_fields;
  known.insert(known.end(), surroundings.captures.begin(), surroundings.captures.end());
  known.insert(known.end(), {"$sequence", "$iteration", "$user", "$run", "$loopCount",
                             "$randomNumber", "$randomString", "$uuid", "$clientAddress", "$port"});
  const auto closest = find_closest(placeholder.name, known);
  return fail(ErrorKind::load, "a request uses the unknown variable \"" + placeholder.name + "\"",
              closest ? "did you mean \"" + *closest + "\"?"
                      : "name a field of the payload, or a value that an earlier step captures");
}

tl::unexpected<Error> wrong_arguments(const Placeholder& placeholder, const char* example) {
  return fail(ErrorKind::load, "the arguments of \"" + placeholder.name + "\" cannot be used",
              std::string("write {{ ") + example + " }}");
}

/// "$randomNumber(1, 100)".
std::string written(const Placeholder& placeholder) {
  std::string out = placeholder.name;
  for (const std::string& argument : placeholder.arguments)
    out += (&argument == &placeholder.arguments.front() ? "(" : ", ") + argument;
  if (!placeholder.arguments.empty()) out += ')';
  return out;
}

}  // namespace

PayloadRows::PayloadRows(std::optional<model::Payload> payload, std::uint64_t seed)
    : payload_(std::move(payload)), seed_(seed) {}

std::int64_t PayloadRows::size() const {
  return payload_ ? static_cast<std::int64_t>(payload_->rows.size()) : 0;
}

const std::vector<std::string>* PayloadRows::row_of(std::int64_t iteration) const {
  if (size() == 0 || is_used_up(iteration)) return nullptr;
  std::int64_t row = iteration % size();
  if (payload_->order == model::Payload::Order::random) {
    // Requests have the even streams, iterations the odd ones.
    Random random(seed_, 2 * static_cast<std::uint64_t>(iteration) + 1);
    row = random.between(0, size() - 1);
  }
  return &payload_->rows[static_cast<std::size_t>(row)];
}

bool PayloadRows::is_used_up(std::int64_t iteration) const {
  return payload_ && payload_->order == model::Payload::Order::unique && iteration >= size();
}

bool PayloadRows::repeats_within(std::int64_t iterations) const {
  return size() > 0 && payload_->order == model::Payload::Order::sequence && iterations > size();
}

/// Looks one variable up.
class PieceCompiler {
 public:
  using Piece = CompiledTemplate::Piece;
  using Kind = Piece::Kind;

  PieceCompiler(const Placeholder& placeholder, const Surroundings& surroundings)
      : placeholder_(placeholder), surroundings_(surroundings) {}

  Result<Piece> compile() const {
    const std::string& name = placeholder_.name;
    if (name == "$sequence") return counted({Kind::sequence});
    if (name == "$iteration") return counted({Kind::iteration});
    if (name == "$user") return counted({Kind::user});
    if (name == "$loopCount") return counted({Kind::loop_count});
    if (name == "$uuid") return counted({Kind::uuid});
    if (name == "$randomNumber") return random_number();
    if (name == "$randomString") return random_text();
    if (name == "$clientAddress") return client_address();
    if (const auto slot = find_index(surroundings_.captures, name)) {
      Piece piece{Kind::captured, "no value for " + name};
      piece.index = *slot;
      return counted(std::move(piece));
    }
    if (const auto field = find_index(surroundings_.payload_fields, name)) {
      Piece piece{Kind::field};
      piece.index = *field;
      return counted(std::move(piece));
    }
    return unknown(placeholder_, surroundings_);
  }

 private:
  Piece counted(Piece piece) const {
    if (surroundings_.distinct != nullptr)
      piece.counted = surroundings_.distinct->slot_of(written(placeholder_));
    return piece;
  }

  std::optional<std::int64_t> argument(std::size_t i) const {
    return i < placeholder_.arguments.size() ? parse_integer(placeholder_.arguments[i])
                                             : std::nullopt;
  }

  Result<Piece> random_number() const {
    const auto low = argument(0);
    const auto high = argument(1);
    if (placeholder_.arguments.size() != 2 || !low || !high || *low > *high)
      return wrong_arguments(placeholder_, "$randomNumber(1, 100)");
    return counted({Kind::random_number, {}, *low, *high});
  }

  Result<Piece> random_text() const {
    const auto length = argument(0);
    if (placeholder_.arguments.size() != 1 || !length || *length < 0 || *length > kLongestText)
      return wrong_arguments(placeholder_, "$randomString(16)");
    return counted({Kind::random_text, {}, *length});
  }

  Result<Piece> client_address() const {
    if (placeholder_.arguments.empty())
      return counted({Kind::client_address, {}, kMostClientAddresses});
    const auto distinct = argument(0);
    if (placeholder_.arguments.size() != 1 || !distinct || *distinct < 1 ||
        *distinct > kMostClientAddresses)
      return wrong_arguments(placeholder_, "$clientAddress(1000)");
    return counted({Kind::client_address, {}, *distinct});
  }

  const Placeholder& placeholder_;
  const Surroundings& surroundings_;
};

Template fill_in(const Template& text, const Surroundings& surroundings) {
  Template out;
  const auto add = [&](const std::string& literal) {
    if (literal.empty()) return;
    auto* last = out.pieces.empty() ? nullptr : std::get_if<std::string>(&out.pieces.back());
    if (last != nullptr)
      *last += literal;
    else
      out.pieces.emplace_back(literal);
  };
  for (const auto& piece : text.pieces) {
    const auto* placeholder = std::get_if<Placeholder>(&piece);
    if (placeholder == nullptr)
      add(std::get<std::string>(piece));
    else if (placeholder->name == "$port")
      add(surroundings.port);
    else if (placeholder->name == "$run")
      add(surroundings.run_id);
    else
      out.pieces.push_back(*placeholder);
  }
  return out;
}

Result<CompiledTemplate> CompiledTemplate::compile(const Template& text,
                                                   const Surroundings& surroundings, Place place) {
  CompiledTemplate out;
  out.place_ = place;
  for (const auto& piece : fill_in(text, surroundings).pieces) {
    if (const auto* literal = std::get_if<std::string>(&piece)) {
      out.pieces_.push_back({Piece::Kind::literal, *literal});
      continue;
    }
    auto variable = PieceCompiler(std::get<Placeholder>(piece), surroundings).compile();
    if (!variable) return tl::make_unexpected(variable.error());
    out.has_captures_ = out.has_captures_ || variable->kind == Piece::Kind::captured;
    out.pieces_.push_back(std::move(*variable));
  }
  return out;
}

bool CompiledTemplate::is_literal() const {
  return std::all_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& piece) { return piece.kind == Piece::Kind::literal; });
}

std::string CompiledTemplate::literal() const {
  return pieces_.empty() ? "" : pieces_.front().text;
}

const std::string* CompiledTemplate::find_captured(const Piece& piece,
                                                   const RequestValues& values) {
  if (values.captured == nullptr || piece.index >= values.captured->size()) return nullptr;
  const auto& value = (*values.captured)[piece.index];
  return value ? &*value : nullptr;
}

const std::string* CompiledTemplate::find_missing(const RequestValues& values) const {
  if (!has_captures_) return nullptr;
  for (const Piece& piece : pieces_)
    if (piece.kind == Piece::Kind::captured && find_captured(piece, values) == nullptr)
      return &piece.text;
  return nullptr;
}

void CompiledTemplate::append_to(std::string& out, RequestValues& values) const {
  for (const Piece& piece : pieces_) append_piece(piece, out, values);
}

void CompiledTemplate::append_piece(const Piece& piece, std::string& out,
                                    RequestValues& values) const {
  using Kind = Piece::Kind;
  const std::size_t begin = out.size();
  const std::string* value = nullptr;
  switch (piece.kind) {
    case Kind::literal:
      out += piece.text;
      return;
    case Kind::sequence:
      append_number(out, values.sequence);
      break;
    case Kind::iteration:
      append_number(out, values.iteration);
      break;
    case Kind::user:
      append_number(out, static_cast<std::int64_t>(values.user) + 1);
      break;
    case Kind::loop_count:
      append_number(out, values.loop_count);
      break;
    case Kind::random_number:
      append_number(out, values.random.between(piece.low, piece.high));
      break;
    case Kind::random_text:
      values.random.append_text(out, static_cast<std::size_t>(piece.low));
      break;
    case Kind::uuid:
      values.random.append_uuid(out);
      break;
    case Kind::client_address:
      append_client_address(out, values.iteration, piece.low);
      break;
    case Kind::field:
      if (values.row == nullptr) return;
      value = &values.row->at(piece.index);
      break;
    case Kind::captured:
      value = find_captured(piece, values);
      if (value == nullptr) return;
      break;
  }
  if (value != nullptr) append_escaped(out, *value, place_);
  // The value itself: escaped, it would be another one in each place.
  if (values.distinct != nullptr && piece.counted != Piece::kUncounted)
    values.distinct->add(piece.counted, value != nullptr ? std::string_view(*value)
                                                         : std::string_view(out).substr(begin));
}

}  // namespace leakcheck::load
