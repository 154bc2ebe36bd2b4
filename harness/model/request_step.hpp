#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/base/bytes.hpp"
#include "harness/base/template.hpp"

/// One request of a flow, and what is expected of its answer.
namespace leakcheck::model {

using Milliseconds = std::chrono::milliseconds;

enum class Method { get, post, put, patch, del, head };
std::string_view to_string(Method method);  ///< "GET"

/// How the value of a placeholder is written into a body.
enum class Escaping { none, json_string, form };

struct Body {
  Template text;
  Escaping escaping = Escaping::none;
  std::string content_type;  ///< "" when a header of the step gives it
};

struct Header {
  std::string name;
  Template value;
};

/// A part of multipart/form-data: a text, or a file as it is.
struct Part {
  std::string name;
  Template text;
  std::filesystem::path file;  ///< absolute; empty: the text
  std::string file_name;       ///< as the service sees it; "" for none
  std::string content_type;    ///< "" for none
};

/// A place in a JSON document. Source: RFC 9535, singular queries.
struct JsonPath {
  std::vector<std::variant<std::string, std::int64_t>> segments;  ///< below 0: from the end
  std::string text;                                               ///< "$.items[0].id"
};

/// What a value must be.
struct Matcher {
  enum class Kind { equals, matches, exists };
  Kind kind = Kind::equals;
  Template value;       ///< equals: this text; numbers compare as numbers
  std::string pattern;  ///< matches: somewhere in it; RE2's syntax
  bool wanted = true;   ///< exists: whether it must be there
};

struct HeaderCheck {
  std::string name;
  Matcher matcher;
};

struct JsonCheck {
  JsonPath path;
  Matcher matcher;
};

struct Expect {
  std::vector<int> status;  ///< empty: anything from 200 to 399
  std::vector<HeaderCheck> headers;
  std::vector<JsonCheck> json;
  std::optional<std::string> body_matches;  ///< RE2's syntax
  std::optional<Bytes> min_body;
  std::optional<Bytes> max_body;
};

/// Takes a value out of an answer for the steps that follow: `{{ as }}`.
struct Capture {
  enum class From { json, header, regex };
  From from = From::json;
  JsonPath path;
  std::string header;
  std::string pattern;  ///< its first group, or the whole match when it has none
  std::string as;
};

/// The client goes away before the answer is complete.
struct Abort {
  enum class When {
    after,      ///< so much time after the request was written
    at_body,    ///< when so many bytes of the answer's body have come
    at_upload,  ///< when so many bytes of the request's body were written
  };
  When when = When::after;
  Milliseconds after{};
  Bytes bytes{};
  double share = 1;  ///< of these requests, spread evenly; the others are left alone
};

struct RequestStep {
  Method method = Method::get;
  Template url;      ///< absolute, or a path below the target's url
  std::string name;  ///< in metrics and reports: "GET /orders/:id"
  std::vector<Header> headers;
  std::optional<Body> body;
  std::vector<Part> parts;  ///< multipart/form-data in place of a body
  Expect expect;
  std::vector<Capture> captures;
  std::optional<Abort> abort;
  int redirects = 0;        ///< followed at most
  bool compressed = false;  ///< asks for gzip, deflate or br, and reads what comes
  Bytes send_rate{};        ///< a slow client: bytes per second; 0: as fast as it goes
  Bytes receive_rate{};
  std::optional<Milliseconds> timeout;  ///< in place of load.timeout
};

}  // namespace leakcheck::model
