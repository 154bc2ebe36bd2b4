#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leakcheck::reporters {

/// Names and values; values are cleaned and escaped when they are written.
using Attributes = std::vector<std::pair<std::string_view, std::string>>;

/// Writes indented XML. Whatever text it is given, the result is well-formed XML 1.0 without
/// control characters, not even as entities.
class XmlWriter {
 public:
  XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

  void open(std::string_view name, const Attributes& attributes);
  void close(std::string_view name);
  void empty(std::string_view name, const Attributes& attributes);
  /// An element with text: line feeds stay, other white space is kept as it is.
  void text(std::string_view name, const Attributes& attributes, std::string_view content);

  const std::string& xml() const { return out_; }

 private:
  void start_tag(std::string_view name, const Attributes& attributes);

  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace leakcheck::reporters
