#include "harness/verdict/wording.hpp"

#include <cmath>

#include "harness/base/bytes.hpp"

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
    case model::Quantity::native:
      return "native memory (malloc)";
  }
  return "";
}

std::string format_level(double bytes) {
  return format_bytes(Bytes{std::llround(bytes)});
}

}  // namespace leakcheck::verdict
