#include "harness/explain/source_map.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace leakcheck::explain {
namespace {

using Json = nlohmann::json;

/// The value of a digit of base64; -1: it is none.
int digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

/// One number of a mapping; false: there is none.
bool read_vlq(std::string_view text, std::size_t& at, std::int64_t& value) {
  std::uint64_t bits = 0;
  for (unsigned shift = 0; at < text.size() && shift <= 30; shift += 5) {
    const int digit = digit_of(text[at]);
    if (digit < 0 || text[at] == '-' || text[at] == '_') return false;
    ++at;
    bits |= static_cast<std::uint64_t>(digit & 31) << shift;
    if ((digit & 32) != 0) continue;
    value = static_cast<std::int64_t>(bits >> 1U);
    if ((bits & 1U) != 0) value = -value;
    return true;
  }
  return false;
}

int hex_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  unsigned bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    if (c == '=' || c == '\n' || c == '\r') continue;
    const int digit = digit_of(c);
    if (digit < 0) return std::nullopt;
    held = (held << 6U | static_cast<unsigned>(digit)) & 0xFFFFFFU;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(held >> bits & 0xFFU);
  }
  return out;
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint32_t number_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned()) return 0;
  const auto number = found->get<std::uint64_t>();
  return number > UINT32_MAX / 2 ? 0 : static_cast<std::uint32_t>(number);
}

}  // namespace

/// Fills a map from its JSON, of which nothing is taken for granted.
struct SourceMap::Reader {
  SourceMap& map;

  bool read(const Json& json) {
    if (!json.is_object()) return false;
    const auto sections = json.find("sections");
    if (sections == json.end() || !sections->is_array()) return read_one(json, 0, 0);
    bool any = false;
    for (const Json& section : *sections) {
      if (!section.is_object()) continue;
      const auto offset = section.find("offset");
      const auto inner = section.find("map");
      if (offset == section.end() || !offset->is_object() || inner == section.end()) continue;
      // A section's map may not have sections of its own.
      any |= inner->is_object() &&
             read_one(*inner, number_of(*offset, "line"), number_of(*offset, "column"));
    }
    return any;
  }

  bool read_one(const Json& json, std::uint32_t line, std::uint32_t column) {
    const auto mappings = json.find("mappings");
    const auto sources = json.find("sources");
    if (mappings == json.end() || !mappings->is_string()) return false;
    if (sources == json.end() || !sources->is_array()) return false;
    std::string root = text_of(json, "sourceRoot");
    if (!root.empty() && root.back() != '/') root += '/';
    const std::size_t first_source = map.sources_.size();
    for (const Json& source : *sources) {
      const std::string name = source.is_string() ? source.get<std::string>() : "";
      const bool is_whole = name.starts_with('/') || name.find("://") != std::string::npos;
      map.sources_.push_back(is_whole || name.empty() ? name : root + name);
    }
    map.contents_.resize(map.sources_.size());
    if (const auto texts = json.find("sourcesContent"); texts != json.end() && texts->is_array())
      for (std::size_t i = 0; i < std::min(texts->size(), sources->size()); ++i)
        if ((*texts)[i].is_string())
          map.contents_[first_source + i] = (*texts)[i].get<std::string>();
    const std::size_t first_name = map.names_.size();
    if (const auto names = json.find("names"); names != json.end() && names->is_array())
      for (const Json& name : *names)
        map.names_.push_back(name.is_string() ? name.get<std::string>() : "");
    read_mappings(mappings->get_ref<const std::string&>(), {line, column},
                  {first_source, first_name});
    return true;
  }

  void read_mappings(std::string_view text, std::pair<std::uint32_t, std::uint32_t> offset,
                     std::pair<std::size_t, std::size_t> first) {
    auto [line, shift] = offset;
    std::int64_t column = 0;
    std::int64_t source = 0;
    std::int64_t original_line = 0;
    std::int64_t original_column = 0;
    std::int64_t name = 0;
    for (std::size_t at = 0; at < text.size();) {
      if (text[at] == ';') {
        ++line;
        column = 0;
        shift = 0;
        ++at;
        continue;
      }
      if (text[at] == ',') {
        ++at;
        continue;
      }
      std::int64_t numbers[5] = {};
      int count = 0;
      while (count < 5 && at < text.size() && text[at] != ',' && text[at] != ';')
        if (!read_vlq(text, at, numbers[count++])) return;
      column += numbers[0];
      source += numbers[1];
      original_line += numbers[2];
      original_column += numbers[3];
      name += numbers[4];
      const auto fits = [](std::int64_t value) { return value >= 0 && value < INT32_MAX; };
      if (!fits(column) || !fits(source) || !fits(original_line) || !fits(original_column) ||
          !fits(name))
        return;
      Segment segment;
      segment.line = line;
      segment.column = static_cast<std::uint32_t>(column) + shift;
      const std::size_t whole_source = static_cast<std::size_t>(source) + first.first;
      const std::size_t whole_name = static_cast<std::size_t>(name) + first.second;
      if (count >= 4 && whole_source < map.sources_.size()) {
        segment.source = static_cast<std::int32_t>(whole_source);
        segment.original_line = static_cast<std::uint32_t>(original_line);
        segment.original_column = static_cast<std::uint32_t>(original_column);
      }
      if (count == 5 && whole_name < map.names_.size())
        segment.name = static_cast<std::int32_t>(whole_name);
      map.segments_.push_back(segment);
    }
  }
};

std::optional<SourceMap> SourceMap::parse(std::string_view json) {
  // Against JSON hijacking, some servers put this before it.
  if (json.starts_with(")]}'")) json.remove_prefix(std::min(json.size(), json.find('\n')));
  SourceMap map;
  if (!Reader{map}.read(Json::parse(json, nullptr, false))) return std::nullopt;
  std::stable_sort(map.segments_.begin(), map.segments_.end(),
                   [](const Segment& a, const Segment& b) {
                     return std::pair(a.line, a.column) < std::pair(b.line, b.column);
                   });
  return map;
}

std::optional<SourceMap::Original> SourceMap::find(std::uint32_t line, std::uint32_t column) const {
  auto after = std::partition_point(segments_.begin(), segments_.end(), [&](const Segment& each) {
    return std::pair(each.line, each.column) <= std::pair(line, column);
  });
  if (after == segments_.begin()) return std::nullopt;
  const Segment& segment = *--after;
  if (segment.line != line || segment.source < 0) return std::nullopt;
  Original original{sources_[static_cast<std::size_t>(segment.source)], segment.original_line,
                    segment.original_column, "", segment.column == column};
  if (segment.name >= 0) original.name = names_[static_cast<std::size_t>(segment.name)];
  return original;
}

const std::string* SourceMap::content_of(std::string_view source) const {
  const auto found = std::find(sources_.begin(), sources_.end(), source);
  if (found == sources_.end()) return nullptr;
  const std::string& text = contents_[static_cast<std::size_t>(found - sources_.begin())];
  return text.empty() ? nullptr : &text;
}

std::string_view find_source_map_url(std::string_view source) {
  // The last one counts, and it is a comment of its own at the end.
  const std::size_t at = source.rfind("# sourceMappingURL=");
  if (at == std::string_view::npos || at < 2) return "";
  if (source.substr(at - 2, 2) != "//" && source.substr(at - 2, 2) != "/*") return "";
  std::string_view url = source.substr(at + 19);
  url = url.substr(0, url.find_first_of(" \t\r\n*'\"`"));
  return url;
}

std::string decode_percent(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool has_two = text[i] == '%' && i + 2 < text.size();
    const int high = has_two ? hex_of(text[i + 1]) : -1;
    const int low = has_two ? hex_of(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::optional<std::string> decode_data_url(std::string_view url) {
  if (!url.starts_with("data:")) return std::nullopt;
  const std::size_t comma = url.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const bool is_base64 = url.substr(0, comma).ends_with(";base64");
  const std::string_view content = url.substr(comma + 1);
  return is_base64 ? decode_base64(content) : decode_percent(content);
}

}  // namespace leakcheck::explain
