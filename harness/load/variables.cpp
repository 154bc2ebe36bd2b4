#include "harness/load/variables.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "harness/base/spelling.hpp"

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

tl::unexpected<Error> unknown(const Placeholder& placeholder, const Surroundings& surroundings) {
  std::vector<std::string> known = surroundings.payload_fields;
  known.insert(known.end(), {"$sequence", "$randomNumber", "$randomString", "$uuid", "$port"});
  const auto closest = find_closest(placeholder.name, known);
  return fail(ErrorKind::load, "a request uses the unknown variable \"" + placeholder.name + "\"",
              closest ? "did you mean \"" + *closest + "\"?" : "name a field of the payload");
}

tl::unexpected<Error> wrong_arguments(const Placeholder& placeholder, const char* example) {
  return fail(ErrorKind::load, "the arguments of \"" + placeholder.name + "\" cannot be used",
              std::string("write {{ ") + example + " }}");
}

}  // namespace

PayloadRows::PayloadRows(std::optional<model::Payload> payload, std::uint64_t seed)
    : payload_(std::move(payload)), seed_(seed) {}

const std::vector<std::string>* PayloadRows::row_of(std::int64_t iteration) const {
  if (!payload_ || payload_->rows.empty()) return nullptr;
  const auto rows = static_cast<std::int64_t>(payload_->rows.size());
  std::int64_t row = iteration % rows;
  if (payload_->order == model::Payload::Order::random) {
    // Requests have the even streams, iterations the odd ones.
    Random random(seed_, 2 * static_cast<std::uint64_t>(iteration) + 1);
    row = random.between(0, rows - 1);
  }
  return &payload_->rows[static_cast<std::size_t>(row)];
}

Result<CompiledTemplate::Piece> CompiledTemplate::compile_variable(
    const Placeholder& placeholder, const Surroundings& surroundings) {
  const std::string& name = placeholder.name;
  const auto& arguments = placeholder.arguments;
  if (name == "$sequence") return Piece(Sequence{});
  if (name == "$uuid") return Piece(Uuid{});
  if (name == "$port") return Piece(surroundings.port);
  if (name == "$randomNumber") {
    const auto low = arguments.size() == 2 ? parse_integer(arguments[0]) : std::nullopt;
    const auto high = arguments.size() == 2 ? parse_integer(arguments[1]) : std::nullopt;
    if (!low || !high || *low > *high) return wrong_arguments(placeholder, "$randomNumber(1, 100)");
    return Piece(RandomNumber{*low, *high});
  }
  if (name == "$randomString") {
    const auto length = arguments.size() == 1 ? parse_integer(arguments[0]) : std::nullopt;
    if (!length || *length < 0 || *length > kLongestText)
      return wrong_arguments(placeholder, "$randomString(16)");
    return Piece(RandomText{static_cast<std::size_t>(*length)});
  }
  const auto& fields = surroundings.payload_fields;
  const auto field = std::find(fields.begin(), fields.end(), name);
  if (field == fields.end()) return unknown(placeholder, surroundings);
  return Piece(Field{static_cast<std::size_t>(field - fields.begin())});
}

Result<CompiledTemplate> CompiledTemplate::compile(const Template& text,
                                                   const Surroundings& surroundings, Place place) {
  CompiledTemplate out;
  out.place_ = place;
  for (const auto& piece : text.pieces) {
    if (const auto* literal = std::get_if<std::string>(&piece)) {
      out.pieces_.emplace_back(*literal);
      continue;
    }
    auto variable = compile_variable(std::get<Placeholder>(piece), surroundings);
    if (!variable) return tl::make_unexpected(variable.error());
    if (!std::holds_alternative<std::string>(*variable)) out.is_literal_ = false;
    out.pieces_.push_back(std::move(*variable));
  }
  return out;
}

void CompiledTemplate::append_to(std::string& out, RequestValues& values) const {
  for (const Piece& piece : pieces_) {
    if (const auto* literal = std::get_if<std::string>(&piece))
      out += *literal;
    else if (std::holds_alternative<Sequence>(piece))
      out += std::to_string(values.sequence);
    else if (const auto* number = std::get_if<RandomNumber>(&piece))
      out += std::to_string(values.random.between(number->low, number->high));
    else if (const auto* random_text = std::get_if<RandomText>(&piece))
      out += values.random.text(random_text->length);
    else if (std::holds_alternative<Uuid>(piece))
      out += values.random.uuid();
    else if (values.row != nullptr)
      append_escaped(out, values.row->at(std::get<Field>(piece).index), place_);
  }
}

}  // namespace leakcheck::load
