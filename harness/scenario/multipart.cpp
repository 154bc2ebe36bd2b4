#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "harness/scenario/body.hpp"
#include "harness/scenario/scalars.hpp"
#include "harness/scenario/sections.hpp"

namespace leakcheck::scenario {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHint = "write multipart: { title: x, photo: { file: ./a.png } }";

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

/// Words of a part's head: no line break may end it.
std::string read_word(Context& context, const Fields& fields, const char* key,
                      std::string otherwise) {
  const Node* node = fields.find(key);
  if (node == nullptr) return otherwise;
  auto text = read_text(context, *node, fields.label(key), true);
  if (!text) return otherwise;
  if (has_control(*text))
    context.problems.add(node->place, fmt::format("{} has a line break", fields.label(key)),
                         "write it on one line");
  return std::move(*text);
}

void read_file(Context& context, const Node& node, model::Part& part) {
  const auto path = read_text(context, node, "the file of a part");
  if (!path) return;
  part.file = resolve_path(node.place, *path);
  std::error_code error;
  if (context.chosen && !fs::is_regular_file(part.file, error))
    context.problems.add(node.place, fmt::format("there is no file {}", in_quotes(*path)),
                         "the path is relative to this file's folder");
}

std::optional<model::Part> read_part(Context& context, const Entry& entry) {
  model::Part part;
  part.name = entry.key;
  const Node& node = *entry.value;
  if (!node.is_map()) {
    auto text = read_template(context, node, "a part of multipart", Scope::request, true);
    if (!text) return std::nullopt;
    part.text = std::move(*text);
    return part;
  }
  const Fields fields(context, node, "a part of multipart",
                      {"file", "text", "fileName", "contentType"});
  const Node* file = fields.find("file");
  const Node* text = fields.find("text");
  if ((file == nullptr) == (text == nullptr)) {
    context.problems.add(file == nullptr ? node.place : fields.place("text"),
                         file == nullptr ? "a part of multipart has neither file nor text"
                                         : "a part of multipart has file and text",
                         file == nullptr ? kHint : "keep one of them");
    return std::nullopt;
  }
  if (file != nullptr) read_file(context, *file, part);
  if (text != nullptr)
    part.text = read_template(context, *text, "the text of a part", Scope::request, true)
                    .value_or(Template{});
  part.file_name = read_word(context, fields, "fileName", part.file.filename().string());
  part.content_type = read_word(context, fields, "contentType", "");
  return part;
}

}  // namespace

std::vector<model::Part> read_multipart(Context& context, const Node& node) {
  std::vector<model::Part> parts;
  if (!node.is_map() || node.entries.empty()) {
    context.problems.add(node.place,
                         fmt::format("multipart must be a map of parts; this is {}",
                                     node.is_map() ? "an empty map" : kind_name(node)),
                         kHint);
    return parts;
  }
  for (const Entry& entry : node.entries) {
    if (entry.key.empty() || has_control(entry.key) || entry.key.find("{{") != std::string::npos)
      context.problems.add(entry.key_place,
                           fmt::format("{} cannot be the name of a part", in_quotes(entry.key)),
                           "write one line of text; variables can be used in values");
    if (auto part = read_part(context, entry)) parts.push_back(std::move(*part));
  }
  return parts;
}

}  // namespace leakcheck::scenario
