#include "harness/explain/sources.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "harness/base/file.hpp"
#include "harness/explain/source_map.hpp"

namespace leakcheck::explain {
namespace {

constexpr std::uintmax_t kLargestSource = 64U << 20U;
constexpr std::string_view kModules = "/node_modules/";
/// What Node put before a CommonJS module on its first line, and still does when a program replaces
/// Module.wrap.
constexpr std::uint32_t kWrapperLength = 62;

std::optional<std::string> load_text(const std::filesystem::path& path) {
  std::error_code error;
  // A FIFO or a device would block, and is nobody's source.
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > kLargestSource) return std::nullopt;
  Result<std::string> text = load_file(path);
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

std::string without_query(std::string text) {
  text.erase(std::min(text.size(), text.find_first_of("?#")));
  return text;
}

model::SourcePlace from_one(std::string file, LineColumn place) {
  return {std::move(file), static_cast<int>(place.line) + 1, static_cast<int>(place.column) + 1,
          false};
}

}  // namespace

struct Sources::File {
  std::filesystem::path path;
  std::string text;
  std::optional<Declarations> declarations;
  std::optional<SourceMap> map;
};

Sources::Sources(std::filesystem::path root, bool read) : root_(std::move(root)), read_(read) {}
Sources::~Sources() = default;

std::filesystem::path Sources::path_of(const std::string& script) const {
  if (script.starts_with("file://")) return decode_percent(without_query(script.substr(7)));
  std::filesystem::path path = script;
  return path.is_absolute() || root_.empty() ? path : root_ / path;
}

const Sources::File* Sources::open(const std::string& script) {
  if (!read_ || script.empty() || script.starts_with("node:")) return nullptr;
  const auto [found, is_new] = files_.try_emplace(script);
  if (!is_new) return found->second.get();
  const std::filesystem::path path = path_of(script);
  std::optional<std::string> text = load_text(path);
  if (!text) return nullptr;
  auto file = std::make_unique<File>();
  file->path = path;
  file->text = *std::move(text);
  file->declarations.emplace(file->text);
  if (const std::string_view url = find_source_map_url(file->text); !url.empty()) {
    std::optional<std::string> json = decode_data_url(url);
    if (!json && !url.starts_with("data:")) {
      const std::string name = decode_percent(without_query(std::string(url)));
      json = load_text(name.starts_with("file://") ? std::filesystem::path(name.substr(7))
                                                   : path.parent_path() / name);
    }
    if (json) file->map = SourceMap::parse(*json);
  }
  found->second = std::move(file);
  return found->second.get();
}

model::SourcePlace Sources::mapped(const File& file, LineColumn place) const {
  if (file.map) {
    if (const auto original = file.map->find(place.line, place.column)) {
      std::filesystem::path path = path_of(original->source);
      if (original->source.find("://") == std::string::npos)
        path = (file.path.parent_path() / original->source).lexically_normal();
      model::SourcePlace out = from_one(path.string(), {original->line, original->column});
      out.is_mapped = true;
      return out;
    }
  }
  return from_one(file.path.string(), place);
}

const std::string* Sources::text_of(const std::string& script) {
  const File* file = open(script);
  return file == nullptr ? nullptr : &file->text;
}

std::optional<LineColumn> Sources::function_at(const File& file, const heap::ScriptPlace& place) {
  LineColumn at{place.line, place.column};
  if (file.declarations->has_function_at(at)) return at;
  // The wrapper moves the first line's columns only.
  if (at.line != 0 || at.column < kWrapperLength) return std::nullopt;
  at.column -= kWrapperLength;
  return file.declarations->has_function_at(at) ? std::optional(at) : std::nullopt;
}

std::optional<std::string_view> Sources::find_function(const heap::ScriptPlace& place) {
  const File* file = open(place.script);
  if (file == nullptr) return std::nullopt;
  const auto at = function_at(*file, place);
  return at ? file->declarations->find_text(*at) : std::nullopt;
}

model::SourcePlace Sources::place_of(const heap::ScriptPlace& place) {
  const File* file = open(place.script);
  if (file == nullptr) {
    const bool is_url = place.script.starts_with("file://");
    return from_one(is_url ? path_of(place.script).string() : place.script,
                    {place.line, place.column});
  }
  const auto at = function_at(*file, place);
  return at ? mapped(*file, *at) : model::SourcePlace{file->path.string(), 0, 0, false};
}

std::optional<LineColumn> Sources::find(const File& file, std::string_view name,
                                        const std::optional<heap::ScriptPlace>& inside) const {
  std::optional<LineColumn> at;
  if (inside) at = LineColumn{inside->line, inside->column};
  // Of a place that is not in this file nothing can be told.
  if (at && !file.declarations->has_function_at(*at)) at.reset();
  return file.declarations->find_variable(name, at);
}

std::optional<model::SourcePlace> Sources::find_variable(
    const std::string& script, std::string_view name,
    const std::optional<heap::ScriptPlace>& inside) {
  const File* file = open(script);
  if (file == nullptr) return std::nullopt;
  const auto found = find(*file, name, inside);
  return found ? std::optional(mapped(*file, *found)) : std::nullopt;
}

std::optional<std::string> Sources::find_original_name(
    const std::string& script, std::string_view name,
    const std::optional<heap::ScriptPlace>& inside) {
  const File* file = open(script);
  if (file == nullptr || !file->map) return std::nullopt;
  const auto found = find(*file, name, inside);
  return found ? name_at(*file, *found, name) : std::nullopt;
}

std::optional<std::string> Sources::find_original_field(const std::string& script,
                                                        std::string_view class_name,
                                                        std::string_view field) {
  const File* file = open(script);
  if (file == nullptr || !file->map) return std::nullopt;
  const auto found = file->declarations->find_field(class_name, field);
  return found ? name_at(*file, *found, field) : std::nullopt;
}

bool Sources::has_map(const std::string& script) {
  const File* file = open(script);
  return file != nullptr && file->map.has_value();
}

std::optional<std::string> Sources::name_at(const File& file, LineColumn place,
                                            std::string_view name) const {
  const auto original = file.map->find(place.line, place.column);
  // A mapping that begins before the name is of something else.
  if (!original || !original->is_start || original->name == name) return std::nullopt;
  if (!original->name.empty()) return original->name;
  if (!name.starts_with('#')) return std::nullopt;
  // Without names: a private one stands in the text as such, and nothing else looks like it.
  std::optional<std::string> loaded;
  const std::string* text = file.map->content_of(original->source);
  if (text == nullptr) {
    loaded = load_text(mapped(file, place).file);
    if (!loaded) return std::nullopt;
    text = &*loaded;
  }
  for (const JsToken& token : read_tokens(*text))
    if (token.kind == JsToken::Kind::private_name && token.line == original->line &&
        token.column == original->column)
      return std::string(token.text);
  return std::nullopt;
}

std::optional<model::SourcePlace> Sources::find_field(const std::string& script,
                                                      std::string_view class_name,
                                                      std::string_view field) {
  const File* file = open(script);
  if (file == nullptr) return std::nullopt;
  if (field.starts_with("static ")) field.remove_prefix(7);
  const auto found = file->declarations->find_field(class_name, field);
  return found ? std::optional(mapped(*file, *found)) : std::nullopt;
}

std::string Sources::package_of(const std::string& script) {
  const std::string path = script.starts_with("file://") ? path_of(script).string() : script;
  const std::size_t modules = path.rfind(kModules);
  if (modules == std::string::npos) return "";
  // The folder of the package: one name, or two of a scoped one.
  const std::size_t first = modules + kModules.size();
  std::size_t end = path.find('/', first);
  if (end != std::string::npos && path[first] == '@') end = path.find('/', end + 1);
  end = std::min(end, path.size());
  const std::string folder = path.substr(0, end);
  const auto [known, is_new] = packages_.try_emplace(folder);
  if (!is_new) return known->second;

  std::string name = path.substr(first, end - first);
  std::string version;
  if (read_) {
    if (const auto text = load_text(path_of(folder) / "package.json")) {
      const auto json = nlohmann::json::parse(*text, nullptr, false);
      const auto read_text = [&](const char* key, std::string& into) {
        if (json.is_object() && json.contains(key) && json[key].is_string())
          into = json[key].get<std::string>();
      };
      read_text("name", name);
      read_text("version", version);
    }
  }
  if (version.empty()) {
    // pnpm: node_modules/.pnpm/lru-cache@10.4.3/node_modules/lru-cache
    std::string store = name;
    std::replace(store.begin(), store.end(), '/', '+');
    const std::size_t at = path.find("/.pnpm/" + store + '@');
    if (at != std::string::npos) {
      const std::size_t from = at + 8 + store.size();
      version = path.substr(from, path.find_first_of("/_(", from) - from);
    }
  }
  return known->second = version.empty() ? name : name + ' ' + version;
}

}  // namespace leakcheck::explain
