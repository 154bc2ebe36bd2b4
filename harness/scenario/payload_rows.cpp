#include "harness/scenario/payload_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/base/template.hpp"
#include "harness/scenario/csv.hpp"

namespace leakcheck::scenario {
namespace {

using Json = nlohmann::ordered_json;

Place at_line(const Place& file, int line) {
  return {file.source, line, 1};
}

bool check_names(Context& context, const Place& place, const std::vector<std::string>& names) {
  if (names.size() > kMostFields) {
    refuse_field_count(context, place);
    return false;
  }
  bool good = true;
  std::vector<std::string> before;
  for (const std::string& name : names) {
    good = check_field_name(context, place, name, before) && good;
    before.push_back(name);
  }
  return good;
}

bool load_csv(Context& context, const Place& file, const std::string& text,
              model::Payload& payload) {
  Csv csv = parse_csv(text);
  bool good = csv.faults.empty();
  for (const CsvFault& fault : csv.faults)
    context.problems.add(at_line(file, fault.line), fault.message,
                         "write a quote inside quotes twice: \"\"");
  if (payload.fields.empty() && !csv.rows.empty()) {
    payload.fields = std::move(csv.rows.front().cells);
    if (!check_names(context, at_line(file, csv.rows.front().line), payload.fields)) return false;
    csv.rows.erase(csv.rows.begin());
  }
  for (CsvRow& row : csv.rows) {
    if (row.cells.size() != payload.fields.size()) {
      context.problems.add(
          at_line(file, row.line),
          fmt::format("this row has {} value{}, the payload has {} field{}", row.cells.size(),
                      row.cells.size() == 1 ? "" : "s", payload.fields.size(),
                      payload.fields.size() == 1 ? "" : "s"),
          "put quotes around a value that has a comma");
      good = false;
    }
    payload.rows.push_back(std::move(row.cells));
  }
  return good;
}

std::string to_cell(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

int line_of_byte(const std::string& text, std::size_t byte) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
  return 1 + static_cast<int>(std::count(text.begin(), end, '\n'));
}

bool load_object(Context& context, const Place& file, const Json& object, std::size_t number,
                 model::Payload& payload) {
  const auto refuse = [&](const std::string& why, const char* hint) {
    context.problems.add({file.source, 0, 0},
                         fmt::format("object {} of the payload {}", number, why), hint);
    return false;
  };
  if (!object.is_object()) return refuse("is not an object", "write [{ \"name\": \"value\" }]");
  std::vector<std::string> row;
  for (const std::string& field : payload.fields) {
    const auto found = object.find(field);
    if (found == object.end())
      return refuse(fmt::format("has no field {}", in_quotes(field)),
                    "give every object all fields");
    row.push_back(to_cell(*found));
  }
  payload.rows.push_back(std::move(row));
  return true;
}

/// Watches a JSON text while it is parsed, and leaves out what is too deep or too wide: the library
/// needs stack for each level, and time for each pair of keys in an object.
class JsonBounds {
 public:
  bool keep(int depth, Json::parse_event_t event) {
    if (event == Json::parse_event_t::object_start) keys_.push_back(0);
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    const bool too_wide = event == Json::parse_event_t::key && ++keys_.back() > kMostFields;
    const bool fits = depth <= kMostLevels && !too_wide;
    fits_ = fits_ && fits;
    // What ends was let in at its start.
    const bool is_end =
        event == Json::parse_event_t::object_end || event == Json::parse_event_t::array_end;
    return fits || is_end;
  }
  bool fits() const { return fits_; }

 private:
  static constexpr int kMostLevels = 64;
  std::vector<std::size_t> keys_;  ///< of each open object
  bool fits_ = true;
};

bool load_json(Context& context, const Place& file, const std::string& text,
               model::Payload& payload) {
  Json json;
  JsonBounds bounds;
  try {
    json = Json::parse(text, [&](int depth, Json::parse_event_t event, Json&) {
      return bounds.keep(depth, event);
    });
  } catch (const Json::parse_error& error) {
    context.problems.add(at_line(file, line_of_byte(text, error.byte)), "this is not JSON here",
                         "a payload in JSON is an array of objects");
    return false;
  }
  if (!bounds.fits()) {
    context.problems.add(
        at_line(file, 1), "the payload is nested too deep, or an object in it has too many keys",
        fmt::format("write a flat array of objects with at most {} keys", kMostFields));
    return false;
  }
  if (!json.is_array()) {
    context.problems.add(at_line(file, 1), "the payload is not an array",
                         "write [{ \"name\": \"value\" }]");
    return false;
  }
  if (payload.fields.empty() && !json.empty() && json.front().is_object()) {
    for (const auto& [key, value] : json.front().items()) payload.fields.push_back(key);
    if (!check_names(context, at_line(file, 1), payload.fields)) return false;
  }
  bool good = true;
  for (std::size_t i = 0; i < json.size(); ++i)
    good = load_object(context, file, json[i], i + 1, payload) && good;
  return good;
}

}  // namespace

void refuse_field_count(Context& context, const Place& place) {
  context.problems.add(place, fmt::format("the payload has more than {} fields", kMostFields),
                       "keep those that the requests use");
}

bool is_variable_name(const std::string& name) {
  const auto parsed = parse_template("{{" + name + "}}");
  return parsed && parsed->pieces.size() == 1 &&
         std::get_if<Placeholder>(&parsed->pieces[0]) != nullptr &&
         std::get<Placeholder>(parsed->pieces[0]).name == name && !name.starts_with('$');
}

bool check_field_name(Context& context, const Place& place, const std::string& name,
                      const std::vector<std::string>& before) {
  if (!is_variable_name(name)) {
    context.problems.add(place, fmt::format("{} cannot be the name of a field", in_quotes(name)),
                         "use letters, digits and _; payload.fields gives a CSV file without "
                         "header row its names");
    return false;
  }
  if (std::find(before.begin(), before.end(), name) == before.end()) return true;
  context.problems.add(place, fmt::format("the field {} is there twice", in_quotes(name)),
                       "give each field its own name");
  return false;
}

bool load_rows(Context& context, const Place& file, const std::string& text,
               model::Payload& payload) {
  return file.source->path.extension() == ".json" ? load_json(context, file, text, payload)
                                                  : load_csv(context, file, text, payload);
}

}  // namespace leakcheck::scenario
