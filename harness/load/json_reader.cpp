#include "harness/load/json_reader.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>
#include <variant>

#include "harness/load/json_text.hpp"

namespace leakcheck::load {
namespace {

namespace ondemand = simdjson::ondemand;

/// Which paths still lead here, a bit for each.
using Active = std::uint64_t;
constexpr std::size_t kPathsAtOnce = 64;
/// Buffers beyond this are given back after the document that needed them.
constexpr std::size_t kKept = std::size_t{1} << 20;

using Found = std::vector<std::optional<std::string_view>>;

std::string_view trim_end(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// A string token without its quotes, if it is one.
std::optional<std::string_view> inside_of(std::string_view token) {
  if (token.size() < 2 || token.front() != '"' || token.back() != '"') return std::nullopt;
  return token.substr(1, token.size() - 2);
}

/// A token: up to the next one, and blanks.
bool is_scalar(std::string_view token) {
  if (const auto inside = inside_of(token)) return has_valid_escapes(*inside);
  return token == "true" || token == "false" || token == "null" || is_json_number(token);
}

/// One pass through a document. simdjson finds the tokens and whether they are in order; what a
/// scalar means is left as text, for numbers of any length are JSON and half a surrogate pair is.
class Walk {
 public:
  Walk(ondemand::document& document, std::string_view text,
       const std::vector<model::JsonPath>& paths, std::size_t first, Found& found)
      : document_(document), text_(text), paths_(paths), first_(first), found_(found) {}

  /// Whether it is JSON.
  bool run() {
    const std::size_t count = std::min(kPathsAtOnce, paths_.size() - first_);
    const Active all = count == kPathsAtOnce ? ~Active{0} : (Active{1} << count) - 1;
    const auto is_single = document_.is_scalar();
    if (is_single.error() != simdjson::SUCCESS) return false;
    if (is_single.value_unsafe()) {
      std::string_view token;
      if (document_.raw_json_token().get(token) != simdjson::SUCCESS) return false;
      // At a document's end the token goes on into the padding.
      token = trim_end(text_.substr(offset_of(token.data())));
      if (!is_scalar(token)) return false;
      keep(ending_at(all, 0), token);
      return true;
    }
    ondemand::value value;
    if (document_.get_value().get(value) != simdjson::SUCCESS) return false;
    return walk(value, all, 0) && document_.current_location().error() != simdjson::SUCCESS;
  }

 private:
  bool walk(ondemand::value value, Active active, std::size_t depth) {
    if (depth > JsonReader::kDeepest) return false;
    const std::string_view token = value.raw_json_token();
    if (token.empty()) return false;
    const Active here = ending_at(active, depth);
    if (token.front() != '{' && token.front() != '[') {
      const std::string_view scalar = trim_end(token);
      keep(here, scalar);
      return is_scalar(scalar);
    }
    const bool good =
        token.front() == '{' ? walk_object(value, active, depth) : walk_array(value, active, depth);
    if (good && here != 0) keep(here, through_here(token.data()));
    return good;
  }

  bool walk_object(ondemand::value value, Active active, std::size_t depth) {
    ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return false;
    for (auto result : object) {
      ondemand::field field;
      if (std::move(result).get(field) != simdjson::SUCCESS) return false;
      const std::string_view name = name_at(field.key().raw());
      if (!has_valid_escapes(name)) return false;
      if (!walk(field.value(), named(active, depth, name), depth + 1)) return false;
    }
    return true;
  }

  bool walk_array(ondemand::value value, Active active, std::size_t depth) {
    ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return false;
    std::int64_t count = 0;
    if (counts_from_end(active, depth)) {
      std::size_t elements = 0;
      if (array.count_elements().get(elements) != simdjson::SUCCESS) return false;
      count = static_cast<std::int64_t>(elements);
    }
    std::int64_t index = 0;
    for (auto result : array) {
      ondemand::value element;
      if (std::move(result).get(element) != simdjson::SUCCESS) return false;
      if (!walk(element, numbered(active, depth, index, count), depth + 1)) return false;
      ++index;
    }
    return true;
  }

  template <typename Wanted>
  Active filter(Active active, Wanted wanted) const {
    Active out = 0;
    for (Active left = active; left != 0; left &= left - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(left));
      if (wanted(first_ + bit)) out |= Active{1} << bit;
    }
    return out;
  }

  Active ending_at(Active active, std::size_t depth) const {
    return filter(active, [&](std::size_t i) { return paths_[i].segments.size() == depth; });
  }

  template <typename Kind>
  const Kind* segment(std::size_t path, std::size_t depth) const {
    const auto& segments = paths_[path].segments;
    return depth < segments.size() ? std::get_if<Kind>(&segments[depth]) : nullptr;
  }

  Active named(Active active, std::size_t depth, std::string_view name) {
    if (active == 0) return 0;
    if (name.find('\\') != std::string_view::npos) {
      scratch_.clear();
      append_unescaped(scratch_, name);
      name = scratch_;
    }
    return filter(active, [&](std::size_t i) {
      const auto* wanted = segment<std::string>(i, depth);
      return wanted != nullptr && *wanted == name && !found_[i];
    });
  }

  Active numbered(Active active, std::size_t depth, std::int64_t index, std::int64_t count) const {
    return filter(active, [&](std::size_t i) {
      const auto* wanted = segment<std::int64_t>(i, depth);
      return wanted != nullptr && (*wanted < 0 ? *wanted + count : *wanted) == index;
    });
  }

  bool counts_from_end(Active active, std::size_t depth) const {
    return filter(active, [&](std::size_t i) {
             const auto* wanted = segment<std::int64_t>(i, depth);
             return wanted != nullptr && *wanted < 0;
           }) != 0;
  }

  void keep(Active here, std::string_view value) {
    for (; here != 0; here &= here - 1) {
      auto& slot = found_[first_ + static_cast<std::size_t>(std::countr_zero(here))];
      if (!slot) slot = value;
    }
  }

  std::size_t offset_of(const char* at) const {
    return static_cast<std::size_t>(at - text_.data());
  }

  /// What stands between the quotes; simdjson has seen that the second one is there.
  std::string_view name_at(const char* begin) const {
    const std::size_t from = offset_of(begin);
    std::size_t end = from;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    return text_.substr(from, end - from);
  }

  /// From there to the end of the object or array that has just been walked through.
  std::string_view through_here(const char* begin) {
    const char* next = nullptr;
    std::size_t end = text_.size();
    if (document_.current_location().get(next) == simdjson::SUCCESS) end = offset_of(next);
    const std::size_t from = offset_of(begin);
    return trim_end(text_.substr(from, end - from));
  }

  ondemand::document& document_;
  std::string_view text_;
  const std::vector<model::JsonPath>& paths_;
  std::size_t first_;
  Found& found_;
  std::string scratch_;
};

}  // namespace

struct JsonReader::State {
  std::vector<model::JsonPath> paths;
  ondemand::parser parser;
  std::string text;  // the body and the padding that simdjson may read
  Found found;
  std::string unescaped;

  bool parse(std::string_view body) {
    text.reserve(std::bit_ceil(body.size() + simdjson::SIMDJSON_PADDING));
    text.assign(body);
    text.append(simdjson::SIMDJSON_PADDING, ' ');
    if (parser.capacity() < body.size() &&
        parser.allocate(std::bit_ceil(body.size())) != simdjson::SUCCESS)
      return false;
    ondemand::document document;
    if (parser.iterate(text.data(), body.size(), text.size()).get(document) != simdjson::SUCCESS)
      return false;
    for (std::size_t first = 0; first == 0 || first < paths.size(); first += kPathsAtOnce) {
      if (first > 0) document.rewind();
      if (!Walk(document, {text.data(), body.size()}, paths, first, found).run()) return false;
    }
    return true;
  }
};

JsonReader::JsonReader(std::vector<model::JsonPath> paths) : state_(std::make_unique<State>()) {
  state_->found.resize(paths.size());
  state_->paths = std::move(paths);
}
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;
JsonReader::~JsonReader() = default;

bool JsonReader::read(std::string_view body) {
  State& state = *state_;
  if (state.text.capacity() > kKept) {
    state.text = std::string();
    state.parser = ondemand::parser();
  }
  std::fill(state.found.begin(), state.found.end(), std::nullopt);
  const bool good = body.size() <= kLongest && state.parse(body);
  if (!good) std::fill(state.found.begin(), state.found.end(), std::nullopt);
  return good;
}

std::optional<std::string_view> JsonReader::find(std::size_t path) {
  const auto& value = state_->found[path];
  if (!value) return std::nullopt;
  const auto inside = inside_of(*value);
  if (!inside) return *value;
  if (inside->find('\\') == std::string_view::npos) return *inside;
  state_->unescaped.clear();
  append_unescaped(state_->unescaped, *inside);
  return state_->unescaped;
}

}  // namespace leakcheck::load
