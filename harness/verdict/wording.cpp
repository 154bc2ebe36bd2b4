#include "harness/verdict/wording.hpp"

#include <fmt/format.h>

#include <cmath>

namespace leakcheck::verdict {

std::string_view name_in_prose(model::Quantity quantity) {
  switch (quantity) {
    case model::Quantity::heap_used:
      return "the JS heap";
    case model::Quantity::heap_total:
      return "the reserved JS heap";
    case model::Quantity::external:
      return "external memory";
    case model::Quantity::array_buffers:
      return "Buffer memory (arrayBuffers)";
    case model::Quantity::rss:
      return "the resident set (rss)";
  }
  return "";
}

std::string format_count(double count) {
  std::string digits = fmt::format("{:.0f}", std::abs(std::round(count)));
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return count <= -0.5 ? "-" + digits : digits;
}

}  // namespace leakcheck::verdict
