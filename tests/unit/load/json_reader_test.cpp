#include "harness/load/json_reader.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace leakcheck;
using namespace leakcheck::load;

namespace {

using Segments = std::vector<std::variant<std::string, std::int64_t>>;

JsonReader reader_of(std::vector<Segments> paths) {
  std::vector<model::JsonPath> out;
  for (auto& segments : paths) out.push_back({std::move(segments), "$"});
  return JsonReader(std::move(out));
}

/// What the path leads to; "no JSON", "nowhere".
std::string find(const std::string& body, const Segments& path) {
  JsonReader reader = reader_of({path});
  const bool is_json = reader.read(body);
  const auto value = reader.find(0);
  if (!is_json) return value ? "no JSON, and yet a value" : "no JSON";
  return value ? std::string(*value) : "nowhere";
}

bool is_json(const std::string& body) {
  return reader_of({}).read(body);
}

}  // namespace

TEST_CASE("JsonReader: a path leads through names and indexes, also from the end") {
  const std::string body = R"({"items":[{"id":1},{"id":2,"tags":["a","b"]}],"id":"top"})";
  CHECK(find(body, {"id"}) == "top");
  CHECK(find(body, {"items", 0, "id"}) == "1");
  CHECK(find(body, {"items", -1, "id"}) == "2");
  CHECK(find(body, {"items", -1, "tags", -2}) == "a");
  CHECK(find(body, {"items", 1, "tags"}) == R"(["a","b"])");
  for (const Segments& path : std::vector<Segments>{{"items", 2},
                                                    {"items", -3},
                                                    {"items", "id"},
                                                    {"id", 0},
                                                    {"ID"},
                                                    {0},
                                                    {"items", 0, "id", "deeper"}})
    CHECK(find(body, path) == "nowhere");
}

TEST_CASE("JsonReader: a value is text, as it is written but for strings") {
  const std::string body =
      "{ \"n\" : -1.50e+3 , \"t\":true,\"f\":false,\"z\":null,\"s\":\"a\\u0041\\\"\\n\",\"e\":\"\","
      "\"o\" : { \"x\" : [ 1 , 2 ] } ,\"a\":[ ] }\n";
  CHECK(find(body, {"n"}) == "-1.50e+3");
  CHECK(find(body, {"t"}) == "true");
  CHECK(find(body, {"f"}) == "false");
  CHECK(find(body, {"z"}) == "null");
  CHECK(find(body, {"s"}) == "aA\"\n");
  CHECK(find(body, {"e"}).empty());
  CHECK(find(body, {"o"}) == R"({ "x" : [ 1 , 2 ] })");
  CHECK(find(body, {"a"}) == "[ ]");
  CHECK(find(body, {}) == body.substr(0, body.size() - 1));
}

TEST_CASE("JsonReader: a document may be a single value") {
  CHECK(find("42", {}) == "42");
  CHECK(find(" \"a b\" \n", {}) == "a b");
  CHECK(find("null", {}) == "null");
  CHECK(find("[]", {}) == "[]");
  CHECK(find("{}", {"a"}) == "nowhere");
  CHECK(find("7", {"a"}) == "nowhere");
}

TEST_CASE("JsonReader: names compare by what they mean, and the first of two counts") {
  CHECK(find(R"({"\u0061\"b":1})", {"a\"b"}) == "1");
  CHECK(find(R"({"a":1,"a":2})", {"a"}) == "1");
  CHECK(find(R"({"a":{"x":1},"a":{"y":2}})", {"a", "y"}) == "2");
  CHECK(find(R"({"":5})", {""}) == "5");
  CHECK(find("{\"gr\xc3\xbc\xc3\x9f\":5}", {"gr\xc3\xbc\xc3\x9f"}) == "5");
}

TEST_CASE("JsonReader: numbers of any size and half surrogate pairs are JSON") {
  CHECK(find(R"({"a":123456789012345678901234567890123})", {"a"}) ==
        "123456789012345678901234567890123");
  CHECK(find(R"({"a":1e999,"b":2})", {"b"}) == "2");
  CHECK(find(R"({"a":"\ud800","b":2})", {"b"}) == "2");
  CHECK(find(R"({"a":"\ud800"})", {"a"}) == "\xef\xbf\xbd");
}

TEST_CASE("JsonReader: what is no JSON is found out, also behind what was looked for") {
  for (const std::string body : {"",
                                 " ",
                                 "{",
                                 "}",
                                 "[",
                                 "]",
                                 "\"",
                                 "\"a",
                                 "{\"a\":1",
                                 "{\"a\":1,}",
                                 "{\"a\":1,\"b\"}",
                                 "{\"a\":1 \"b\":2}",
                                 "{\"a\":1}}",
                                 "{\"a\":1} x",
                                 "{\"a\":1}{\"a\":1}",
                                 "[1,2",
                                 "[1,,2]",
                                 "[1 2]",
                                 "[1],",
                                 "{\"a\":1,\"b\":tru}",
                                 "{\"a\":1,\"b\":01}",
                                 "{\"a\":1,\"b\":1.}",
                                 "{\"a\":1,\"b\":nul}",
                                 "{\"a\":1,\"b\":\"\\x\"}",
                                 "{\"a\":1,\"b\":'c'}",
                                 "{'a':1}",
                                 "{\"a\":1,\"b\":[}]",
                                 "{a:1}",
                                 "{\"a\":1,\"b\":\"line\nend\"}",
                                 "<html></html>",
                                 "tru",
                                 "nulll",
                                 "1 2",
                                 "01",
                                 "--1",
                                 "\xef\xbb\xbf{\"a\":1}",
                                 "{\"a\":1,\"b\":\"\xff\"}",
                                 "{\"a\":1,\"b\":\"\xed\xa0\x80\"}",
                                 "{\"a\":1,\"\\q\":2}",
                                 "{\"a\":1]",
                                 "[\"a\":1]",
                                 "{1:2}",
                                 "{\"a\":1,:}",
                                 "[:]",
                                 "[,]",
                                 "{,}",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "undefined",
                                 "NaN"}) {
    CAPTURE(body);
    CHECK(find(body, {"a"}) == "no JSON");
  }
  CHECK(find(std::string("{\"a\":1}\0", 8), {"a"}) == "no JSON");
  CHECK(find(std::string("{\"a\":\"\0\"}", 9), {"a"}) == "no JSON");
}

TEST_CASE("JsonReader: a document may be deep, but not without end") {
  const auto nested = [](std::size_t depth, bool closed) {
    return std::string(depth, '[') + (closed ? std::string(depth, ']') : "");
  };
  CHECK(is_json(nested(JsonReader::kDeepest, true)));
  CHECK_FALSE(is_json(nested(JsonReader::kDeepest + 2, true)));
  CHECK_FALSE(is_json(nested(1'000'000, true)));
  CHECK_FALSE(is_json(nested(1'000'000, false)));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  CHECK_FALSE(is_json(objects));
}

TEST_CASE("JsonReader: many paths at once, more than a word has bits") {
  std::string body = "[";
  std::vector<Segments> paths;
  for (int i = 0; i < 150; ++i) {
    body += (i == 0 ? "" : ",") + std::to_string(i * i);
    paths.push_back({std::int64_t{i}});
  }
  body += ']';
  JsonReader reader = reader_of(paths);
  REQUIRE(reader.read(body));
  for (int i = 0; i < 150; ++i)
    CHECK(reader.find(static_cast<std::size_t>(i)) == std::to_string(i * i));
}

TEST_CASE("JsonReader: one reader reads one document after the other, of any size") {
  JsonReader reader = reader_of({{"a"}, {"b"}});
  CHECK(reader.read(R"({"a":1,"b":"\n"})"));
  CHECK(reader.find(0) == "1");
  CHECK(reader.find(1) == "\n");
  CHECK_FALSE(reader.read("{"));
  CHECK_FALSE(reader.find(0));
  const std::string large(3 << 20, 'x');
  CHECK(reader.read("{\"b\":\"" + large + "\"}"));
  CHECK_FALSE(reader.find(0));
  CHECK(reader.find(1) == large);
  CHECK(reader.read(R"({"a":2})"));
  CHECK(reader.find(0) == "2");
  CHECK_FALSE(reader.find(1));
  CHECK_FALSE(reader.read(std::string(JsonReader::kLongest + 1, ' ')));
}

TEST_CASE("JsonReader: whatever comes, it neither falls over nor reads past the end") {
  const std::string good =
      R"({"items":[{"id":1,"s":"a\u0041\n"},[true,false,null,-1.5e3]],"a":{"b":{"c":[]}},"z":"é"})";
  JsonReader reader = reader_of({{"items", -1, 0}, {"a", "b"}, {}, {"items", 0, "s"}});
  const auto look = [&](const std::string& body) {
    const std::vector<char> exact(body.begin(), body.end());  // a sanitizer sees its end
    const bool is_json = reader.read({exact.data(), exact.size()});
    for (std::size_t path = 0; path < 4; ++path)
      if (reader.find(path)) CHECK(is_json);
  };
  for (std::size_t size = 0; size < good.size(); ++size) {
    look(good.substr(0, size));
    CHECK_FALSE(is_json(good.substr(0, size)));
  }
  std::mt19937 random(1);
  static constexpr std::string_view kNasty = "{}[]\",:\\ \n0eE+-.tfnu\0\xff\x80";
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = good;
    for (std::size_t change = random() % 4; change < 4; ++change) {
      const std::size_t at = random() % changed.size();
      const char c = kNasty[random() % kNasty.size()];
      if (random() % 3 == 0)
        changed.erase(at, 1 + random() % 5);
      else if (random() % 2 == 0)
        changed.insert(at, 1, c);
      else
        changed[at] = c;
      if (changed.empty()) changed = "{";
    }
    look(changed);
  }
}
