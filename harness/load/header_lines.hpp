#pragma once

#include <optional>
#include <string_view>

namespace leakcheck::load {

/// The values of one header in Exchange::head, one after the other. Names compare without case;
/// blanks around a value are none of it. A line that is no header is passed over.
class HeaderValues {
 public:
  HeaderValues(std::string_view head, std::string_view name) : left_(head), name_(name) {}

  /// None: there is no more.
  std::optional<std::string_view> next();

 private:
  std::string_view left_;
  std::string_view name_;
};

/// The first value of a header.
std::optional<std::string_view> find_header_value(std::string_view head, std::string_view name);

}  // namespace leakcheck::load
