#include "reporters/xml.hpp"

#include "reporters/code_points.hpp"

namespace leakcheck::reporters {
namespace {

/// `>` too: "]]>" may not stand in text.
std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

void XmlWriter::start_tag(std::string_view name, const Attributes& attributes) {
  out_ += std::string(2 * depth_, ' ') + "<" + std::string(name);
  for (const auto& [key, value] : attributes)
    out_ += " " + std::string(key) + "=\"" + escape(clean_xml(value, false)) + "\"";
}

void XmlWriter::open(std::string_view name, const Attributes& attributes) {
  start_tag(name, attributes);
  out_ += ">\n";
  ++depth_;
}

void XmlWriter::close(std::string_view name) {
  --depth_;
  out_ += std::string(2 * depth_, ' ') + "</" + std::string(name) + ">\n";
}

void XmlWriter::empty(std::string_view name, const Attributes& attributes) {
  start_tag(name, attributes);
  out_ += "/>\n";
}

void XmlWriter::text(std::string_view name, const Attributes& attributes,
                     std::string_view content) {
  start_tag(name, attributes);
  out_ += ">" + escape(clean_xml(content, true)) + "</" + std::string(name) + ">\n";
}

}  // namespace leakcheck::reporters
