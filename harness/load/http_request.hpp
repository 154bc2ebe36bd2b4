#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/scenario.hpp"

namespace leakcheck::load {

/// A part of multipart/form-data: a text, or a file as it is.
struct HttpPart {
  std::string name;
  std::string text;
  std::filesystem::path file;  ///< empty: the text
  std::string file_name;       ///< "" for none
  std::string content_type;    ///< "" for none; a file with a name gets one that fits the name
};

/// One request as text. Nothing else is sent but Host and Content-Length, where `headers` lack
/// them.
struct HttpRequest {
  model::Method method = model::Method::get;
  std::string url;  ///< absolute
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body;
  std::vector<HttpPart> parts{};  ///< multipart/form-data in place of a body
};

/// The value of a header, if it is there. Shape: names compare without case.
const std::string* find_header(const HttpRequest& request, const std::string& name);

}  // namespace leakcheck::load
