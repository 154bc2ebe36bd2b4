#include "harness/explain/source_map.hpp"

#include <doctest/doctest.h>

#include <string>

TEST_SUITE_BEGIN("SourceMap");

using namespace leakcheck::explain;

namespace {

std::string map_of(const std::string& mappings, const std::string& more = "") {
  return R"({"version":3,"sources":["a.ts","b.ts"],"names":["first"],"mappings":")" + mappings +
         '"' + more + '}';
}

std::string written(const std::string& json, std::uint32_t line, std::uint32_t column) {
  const auto map = SourceMap::parse(json);
  if (!map) return "no map";
  const auto found = map->find(line, column);
  if (!found) return "none";
  return found->source + ':' + std::to_string(found->line) + ':' + std::to_string(found->column) +
         (found->name.empty() ? "" : ' ' + found->name);
}

}  // namespace

TEST_CASE("the last mapping that is not after the column counts, on its line only") {
  const std::string json = map_of("AAAA,IACIA;;KCDD");
  CHECK(written(json, 0, 0) == "a.ts:0:0");
  CHECK(written(json, 0, 3) == "a.ts:0:0");
  CHECK(written(json, 0, 4) == "a.ts:1:4 first");
  CHECK(written(json, 0, 400) == "a.ts:1:4 first");
  CHECK(written(json, 1, 0) == "none");
  CHECK(written(json, 2, 4) == "none");
  CHECK(written(json, 2, 5) == "b.ts:0:3");
}

TEST_CASE("sourceRoot is put before the sources, sections are shifted") {
  CHECK(written(map_of("AAAA", R"(,"sourceRoot":"../src")"), 0, 0) == "../src/a.ts:0:0");
  const std::string sections =
      R"({"version":3,"sections":[{"offset":{"line":0,"column":0},"map":)" + map_of("AAAA") +
      R"(},{"offset":{"line":2,"column":10},"map":)" + map_of("EAEA;EACA") + "}]}";
  CHECK(written(sections, 2, 11) == "none");
  CHECK(written(sections, 2, 12) == "a.ts:2:0");
  CHECK(written(sections, 3, 2) == "a.ts:3:0");
}

TEST_CASE("a malformed map costs only its mappings") {
  CHECK(written("", 0, 0) == "no map");
  CHECK(written("[1,2]", 0, 0) == "no map");
  CHECK(written(R"({"version":3,"mappings":7,"sources":[]})", 0, 0) == "no map");
  CHECK(written(map_of("AAAA,!!!!,IAAI"), 0, 9) == "a.ts:0:0");
  CHECK(written(map_of("AAAA,IZAA"), 0, 9) == "a.ts:0:0");  // a source before the first
  CHECK(written(map_of("AAAA,IoBAA"), 0, 9) == "none");     // and one after the last
  CHECK(written(map_of("AAAA,IAAg"), 0, 9) == "a.ts:0:0");  // cut off
  CHECK(written(map_of("AAAAg//////////////B"), 0, 9) == "none");
}

TEST_CASE("the URL of a map is the last comment's, data: URLs are decoded") {
  CHECK(find_source_map_url("a\n//# sourceMappingURL=x.map\n//# sourceMappingURL=y.map\n") ==
        "y.map");
  CHECK(find_source_map_url("'# sourceMappingURL=x'").empty());
  CHECK(decode_data_url("data:application/json;charset=utf-8;base64,eyJhIjoxfQ==") == R"({"a":1})");
  CHECK(decode_data_url("data:application/json,%7B%22a%22:1}") == R"({"a":1})");
  CHECK(!decode_data_url("data:application/json;base64,\x01\x02"));
  CHECK(!decode_data_url("app.js.map"));
}
