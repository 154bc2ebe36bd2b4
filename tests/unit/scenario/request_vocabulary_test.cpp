// The words of a request: what is sent, how, and what the answer must be.
#include <doctest/doctest.h>

#include <string>

#include "tests/unit/scenario/scratch_scenario.hpp"

using namespace leakcheck;
using namespace leakcheck::scenario;
using model::Milliseconds;

namespace {

std::string problems_with_step(const std::string& step) {
  return problems_of(scenario_with_step(step));
}

}  // namespace

TEST_SUITE("RequestVocabulary") {
  TEST_CASE("RequestVocabulary: without its words, a request is as it always was") {
    const auto request = request_of("get: /");
    CHECK(request.expect.headers.empty());
    CHECK(request.expect.json.empty());
    CHECK(!request.expect.body_matches);
    CHECK(!request.expect.min_body);
    CHECK(!request.expect.max_body);
    CHECK(request.captures.empty());
    CHECK(request.parts.empty());
    CHECK(!request.abort);
    CHECK(request.redirects == 0);
    CHECK(!request.compressed);
    CHECK(request.send_rate == Bytes{0});
    CHECK(request.receive_rate == Bytes{0});
    CHECK(!request.timeout);
  }

  TEST_CASE("RequestVocabulary: headers of the answer equal, match, are there or are not") {
    using Kind = model::Matcher::Kind;
    const auto headers = request_of(
                             "get: { url: /, expect: { headers: { Content-Type: text/plain, ETag: "
                             "{ exists: true }, X-A: { matches: \"^a\" }, X-B: { exists: false }, "
                             "X-C: { equals: \"{{ $user }}\" } } } }")
                             .expect.headers;
    REQUIRE(headers.size() == 5);
    CHECK(headers[0].name == "Content-Type");
    CHECK(headers[0].matcher.kind == Kind::equals);
    CHECK(shown(headers[0].matcher.value) == "text/plain");
    CHECK(headers[1].matcher.kind == Kind::exists);
    CHECK(headers[1].matcher.wanted);
    CHECK(headers[2].matcher.kind == Kind::matches);
    CHECK(headers[2].matcher.pattern == "^a");
    CHECK(!headers[3].matcher.wanted);
    CHECK(shown(headers[4].matcher.value) == "{{$user}}");
  }

  TEST_CASE("RequestVocabulary: places in JSON are names and indices, from either end") {
    using Segments = std::vector<std::variant<std::string, std::int64_t>>;
    const auto segments = [](const std::string& path) {
      const auto json =
          request_of("get: { url: /, expect: { json: { '" + path + "': 1 } } }").expect.json;
      REQUIRE(json.size() == 1);
      return json[0].path.segments;
    };
    CHECK(segments("$") == Segments{});
    CHECK(segments("$.a.b_1.ü") == Segments{"a", "b_1", "ü"});
    CHECK(segments("$.items[0].name") == Segments{"items", std::int64_t{0}, "name"});
    CHECK(segments("$[-1] [12]") == Segments{std::int64_t{-1}, std::int64_t{12}});
    CHECK(segments(R"($[ "a b" ]["\u00fc\"\\"])") == Segments{"a b", "ü\"\\"});
    CHECK(segments(R"($[''a"b\\''])") == Segments{"a\"b\\"});
    CHECK(segments(R"($[''it\''s''])") == Segments{"it's"});
    const auto json =
        request_of("get: { url: /, expect: { json: { \"$.items[0].id\": 1 } } }").expect.json;
    CHECK(json.at(0).path.text == "$.items[0].id");
  }

  TEST_CASE("RequestVocabulary: what is no single place in JSON is refused") {
    for (const std::string path :
         {"",      "a",          "$.",         "$..a",       "$.*",
          "$[*]",  "$[0,1]",     "$[0:1]",     "$[?@.a]",    "$[]",
          "$[-]",  "$[-0]",      "$[00]",      "$[1.5]",     "$[0",
          "$.a-b", "$.1",        "$ a",        "$.a ",       "$['a",
          "$['a'", R"($["\'"])", R"($['\"'])", R"($["\x"])", "$[9007199254740992]"}) {
      std::string quoted;
      for (const char c : path) quoted += c == '\'' ? "''" : std::string(1, c);
      INFO(path);
      CHECK(problems_with_step("get: { url: /, expect: { json: { '" + quoted + "': 1 } } }") !=
            "valid");
    }
  }

  TEST_CASE("RequestVocabulary: values in JSON are compared as JSON writes them") {
    const auto json =
        request_of(
            "get: { url: /, expect: { json: { $.a: 0x10, $.b: True, $.c: \"0x10\", $.d: .5 } } }")
            .expect.json;
    REQUIRE(json.size() == 4);
    CHECK(shown(json[0].matcher.value) == "16");
    CHECK(shown(json[1].matcher.value) == "true");
    CHECK(shown(json[2].matcher.value) == "0x10");
    CHECK(shown(json[3].matcher.value) == "0.5");
  }

  TEST_CASE("RequestVocabulary: the body matches, and has a size") {
    const auto expect =
        request_of(
            "get: { url: /, expect: { body: { matches: 'a\\d', minBytes: 10, maxBytes: 1MB } } }")
            .expect;
    CHECK(expect.body_matches == "a\\d");
    CHECK(expect.min_body == Bytes{10});
    CHECK(expect.max_body == Bytes{1024 * 1024});
    CHECK(expect.status.empty());
    CHECK(request_of("get: { url: /, expect: { body: { maxBytes: 0 } } }").expect.max_body ==
          Bytes{0});
  }

  TEST_CASE("RequestVocabulary: captures from JSON, a header and a pattern") {
    using From = model::Capture::From;
    const auto one = request_of("get: { url: /, capture: { json: $.id, as: id } }").captures;
    REQUIRE(one.size() == 1);
    CHECK(one[0].from == From::json);
    CHECK(one[0].path.text == "$.id");
    CHECK(one[0].path.segments.size() == 1);
    CHECK(one[0].as == "id");
    const auto two = request_of(
                         "get: { url: /, capture: [{ header: ETag, as: tag }, { regex: "
                         "\"id=(\\\\d+)\", as: n.1 }] }")
                         .captures;
    REQUIRE(two.size() == 2);
    CHECK(two[0].from == From::header);
    CHECK(two[0].header == "ETag");
    CHECK(two[0].as == "tag");
    CHECK(two[1].from == From::regex);
    CHECK(two[1].pattern == "id=(\\d+)");
    CHECK(two[1].as == "n.1");
  }

  TEST_CASE("RequestVocabulary: patterns with brackets that are meant as they are") {
    for (const std::string pattern :
         {"\\(", "[(]", "[]a]", "[^]a]", "[[:alpha:])]+", "\\Q(a\\E", "\\Q(a", "(?:a|b)", "(?i)a",
          "(?P<n>a)", "[\\]]", "\\d{2,3}", "a(b(c))"}) {
      INFO(pattern);
      CHECK(problems_with_step("get: { url: /, expect: { body: { matches: '" + pattern +
                               "' } } }") == "valid");
    }
  }

  TEST_CASE("RequestVocabulary: an abort has a moment and a share") {
    using When = model::Abort::When;
    const auto abort = [](const std::string& keys) {
      return request_of("post: { url: /, body: x, abort: { " + keys + " } }").abort.value();
    };
    CHECK(abort("after: 20ms").when == When::after);
    CHECK(abort("after: 20ms").after == Milliseconds(20));
    CHECK(abort("after: 20ms").share == 1.0);
    CHECK(abort("after: 20ms, share: 30%").share == doctest::Approx(0.3));
    CHECK(abort("atBody: 1").when == When::at_body);
    CHECK(abort("atBody: 1").bytes == Bytes{1});
    CHECK(abort("atUpload: 10KB, share: 100%").when == When::at_upload);
    CHECK(abort("atUpload: 10KB").bytes == Bytes{10 * 1024});
  }

  TEST_CASE("RequestVocabulary: an abort comes before the timeout, whoever sets it") {
    const auto problems = [](const std::string& load, const std::string& request) {
      return problems_of(scenario_with("load: { flows: [{ steps: [get: { url: /, " + request +
                                       " }] }]" + load + " }"));
    };
    CHECK(problems("", "abort: { after: 9s }") == "valid");
    CHECK(problems("", "abort: { after: 10s }") != "valid");
    CHECK(problems(", timeout: 1m", "abort: { after: 10s }") == "valid");
    CHECK(problems(", timeout: 1m", "timeout: 5s, abort: { after: 10s }") != "valid");
    CHECK(problems("", "timeout: 1m, abort: { after: 10s }") == "valid");
  }

  TEST_CASE("RequestVocabulary: parts are texts and files, with a name and a type") {
    const ScratchFolder folder;
    folder.write("pictures/a.png", "x");
    const auto file = folder.write(
        "s.yaml",
        scenario_with_step("post: { url: /, multipart: { title: \"x {{ $uuid }}\", photo: { file: "
                           "./pictures/a.png, fileName: b.png, contentType: image/png }, plain: { "
                           "file: pictures/a.png }, meta: { text: 5, contentType: text/x }, bare: "
                           "{ file: pictures/a.png, fileName: \"\" } } }"));
    const auto scenario = load_scenario(file, options_with({}));
    REQUIRE(scenario.has_value());
    const auto& request = std::get<model::RequestStep>(scenario->load.flows[0].steps[0]);
    CHECK(!request.body);
    const auto& parts = request.parts;
    REQUIRE(parts.size() == 5);
    CHECK(parts[0].name == "title");
    CHECK(shown(parts[0].text) == "x {{$uuid}}");
    CHECK(parts[0].file.empty());
    CHECK(parts[0].file_name == "");
    CHECK(parts[0].content_type == "");
    CHECK(parts[1].file == folder.path() / "pictures/a.png");
    CHECK(parts[1].file_name == "b.png");
    CHECK(parts[1].content_type == "image/png");
    CHECK(parts[2].file_name == "a.png");
    CHECK(shown(parts[3].text) == "5");
    CHECK(parts[3].file_name == "");
    CHECK(parts[3].content_type == "text/x");
    CHECK(parts[4].file_name == "");
  }

  TEST_CASE("RequestVocabulary: redirects, compression, rates and a timeout of its own") {
    const auto request = request_of(
        "post: { url: /, followRedirects: true, compressed: true, sendRate: 1KB, receiveRate: "
        "10KB, timeout: 2s }");
    CHECK(request.redirects == 5);
    CHECK(request.compressed);
    CHECK(request.send_rate == Bytes{1024});
    CHECK(request.receive_rate == Bytes{10 * 1024});
    CHECK(request.timeout == Milliseconds(2'000));
    CHECK(request_of("get: { url: /, followRedirects: 3 }").redirects == 3);
    CHECK(request_of("get: { url: /, followRedirects: false }").redirects == 0);
    CHECK(request_of("get: { url: /, followRedirects: \"{{ $env.LEAKCHECK_TEST_NUMBER }}\" }")
              .redirects == 50);
  }

  TEST_CASE("RequestVocabulary: the new built-in variables stand wherever others do") {
    const auto request = request_of(
        "post: { url: \"/{{ $iteration }}/{{ $user }}/{{ $run }}\", json: { a: \"{{ "
        "$clientAddress }}\" }, headers: { X-Forwarded-For: \"{{ $clientAddress(1000) }}\" } }");
    CHECK(shown(request.url) == "/{{$iteration}}/{{$user}}/{{$run}}");
    CHECK(shown(request.body->text) == "{\"a\":\"{{$clientAddress}}\"}");
    CHECK(shown(request.headers.at(0).value) == "{{$clientAddress(1000)}}");
    CHECK(problems_of(scenario_with("target: { command: [n, \"{{ $user }}\"] }")) != "valid");
  }
}
