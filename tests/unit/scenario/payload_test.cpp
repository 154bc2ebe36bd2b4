#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "harness/scenario/csv.hpp"
#include "tests/unit/scenario/scratch_scenario.hpp"

using namespace leakcheck;
using namespace leakcheck::scenario;

namespace {

using Row = std::vector<std::string>;

struct Outcome {
  model::Payload payload;
  std::string problems;
};

Outcome read_payload_file(const std::string& name, const std::string& text,
                          const std::string& keys = "") {
  const ScratchFolder folder;
  folder.write(name, text);
  const auto file = folder.write("s.yaml", scenario_with("payload: { path: " + name +
                                                         (keys.empty() ? "" : ", " + keys) + " }"));
  const auto scenario = load_scenario(file, options_with({}));
  if (!scenario) {
    std::string problems = render_problems(scenario.error());
    const std::string prefix = folder.path().string() + "/";
    for (auto at = problems.find(prefix); at != std::string::npos; at = problems.find(prefix))
      problems.erase(at, prefix.size());
    return {{}, problems};
  }
  return {*scenario->payload, ""};
}

std::vector<Row> rows_of(std::string_view text) {
  std::vector<Row> out;
  for (const CsvRow& row : parse_csv(text).rows) out.push_back(row.cells);
  return out;
}

}  // namespace

TEST_CASE("Csv: quotes, doubled quotes, commas and line breaks in them") {
  CHECK(rows_of("a,\"b,c\",\"d \"\"e\"\"\"\n") == std::vector<Row>{{"a", "b,c", "d \"e\""}});
  CHECK(rows_of("a,\"b\nc\"\nd,e") == std::vector<Row>{{"a", "b\nc"}, {"d", "e"}});
  CHECK(parse_csv("a,\"b\nc\"\nd,e").rows[1].line == 3);
  CHECK(rows_of("a,,\n,\n") == std::vector<Row>{{"a", "", ""}, {"", ""}});
  CHECK(rows_of(" a , b \n") == std::vector<Row>{{" a ", " b "}});
}

TEST_CASE("Csv: CR LF, a byte order mark, empty lines, and no line end at the end") {
  CHECK(rows_of("\xEF\xBB\xBF"
                "a,b\r\n\r\n1,2\r\n\n3,4") == std::vector<Row>{{"a", "b"}, {"1", "2"}, {"3", "4"}});
  CHECK(rows_of("").empty());
  CHECK(rows_of("\n\n").empty());
}

TEST_CASE("Csv: what is wrong with quotes names its line") {
  const Csv after = parse_csv("a\n\"b\"x,c\nd\n");
  REQUIRE(after.faults.size() == 1);
  CHECK(after.faults[0].line == 2);
  CHECK(after.rows.size() == 3);
  const Csv open = parse_csv("a\n\"b\nc\n");
  REQUIRE(open.faults.size() == 1);
  CHECK(open.faults[0].line == 2);
}

TEST_CASE("Payload: the first row of a CSV file has the names") {
  const auto [payload, problems] = read_payload_file("rows.csv", "id,sku\n1,A\n2,B\n");
  CHECK(problems == "");
  CHECK(payload.fields == Row{"id", "sku"});
  CHECK(payload.rows == std::vector<Row>{{"1", "A"}, {"2", "B"}});
  CHECK(payload.order == model::Payload::Order::sequence);
}

TEST_CASE("Payload: with names in the scenario every row is data") {
  const auto [payload, problems] =
      read_payload_file("rows.csv", "1,A\n2,B\n", "fields: [id, sku], order: random");
  CHECK(problems == "");
  CHECK(payload.rows.size() == 2);
  CHECK(payload.order == model::Payload::Order::random);
}

TEST_CASE("Payload: objects of a JSON file, everything that is no text as JSON") {
  const auto [payload, problems] = read_payload_file(
      "rows.json",
      R"([{"b": 1, "a": "x"}, {"a": null, "b": [1, {"z": 1, "y": 2}], "more": 1}, {"b": true, "a": ""}])");
  CHECK(problems == "");
  CHECK(payload.fields == Row{"b", "a"});
  CHECK(payload.rows == std::vector<Row>{{"1", "x"}, {R"([1,{"z":1,"y":2}])", ""}, {"true", ""}});
}

TEST_CASE("Payload: what is wrong in the file names the line of that file") {
  CHECK(read_payload_file("rows.csv", "id,sku\n1,A\n2\n3,C,D\n").problems ==
        "rows.csv:3:1: this row has 1 value, the payload has 2 fields\n"
        "    hint: put quotes around a value that has a comma\n"
        "rows.csv:4:1: this row has 3 values, the payload has 2 fields\n"
        "    hint: put quotes around a value that has a comma\n");
  CHECK(read_payload_file("rows.json", "[\n{\"a\": 1},\n{\"a\" 2}]")
            .problems.starts_with("rows.json:3:1: this is not JSON here"));
}

TEST_CASE("Payload: a file of a million columns or levels is refused, quickly and alive") {
  const std::string wide = std::string(2'000'000, ',') + "\n";
  CHECK(read_payload_file("rows.csv", wide)
            .problems.starts_with("rows.csv:1:1: the payload has more than 1000 fields"));
  const std::string deep = "[{\"a\": " + std::string(5'000'000, '[');
  CHECK(read_payload_file("rows.json", deep + std::string(5'000'000, ']') + "}]")
            .problems.find("nested too deep") != std::string::npos);
  std::string keys = "[{";
  for (int i = 0; i < 200'000; ++i) keys += "\"k" + std::to_string(i) + "\": 1, ";
  CHECK(read_payload_file("rows.json", keys + "\"last\": 1}]").problems.find("too many keys") !=
        std::string::npos);
}

TEST_CASE("Payload: objects with few keys and levels pass the bounds untouched") {
  const auto [payload, problems] =
      read_payload_file("rows.json", R"([{"a": {"b": {"c": [[1]]}}, "d": {}}])");
  CHECK(problems == "");
  CHECK(payload.rows == std::vector<Row>{{R"({"b":{"c":[[1]]}})", "{}"}});
}
