#include "harness/model/memory.hpp"

#include <algorithm>

namespace leakcheck::model {

Memory operator+(const Memory& a, const Memory& b) {
  return {a.rss + b.rss, a.heap_total + b.heap_total, a.heap_used + b.heap_used,
          a.external + b.external, a.array_buffers + b.array_buffers};
}

NativeMemory operator+(const NativeMemory& a, const NativeMemory& b) {
  return {a.live + b.live, a.allocations + b.allocations};
}

bool is_judged(Quantity quantity) {
  return std::find(kJudged.begin(), kJudged.end(), quantity) != kJudged.end();
}

Bytes amount(const Memory& memory, Quantity quantity) {
  switch (quantity) {
    case Quantity::heap_used:
      return memory.heap_used;
    case Quantity::heap_total:
      return memory.heap_total;
    case Quantity::external:
      return memory.external;
    case Quantity::array_buffers:
      return memory.array_buffers;
    case Quantity::rss:
      return memory.rss;
    case Quantity::native:
      break;
  }
  return {};
}

std::string_view to_string(Quantity quantity) {
  switch (quantity) {
    case Quantity::heap_used:
      return "heapUsed";
    case Quantity::heap_total:
      return "heapTotal";
    case Quantity::external:
      return "external";
    case Quantity::array_buffers:
      return "arrayBuffers";
    case Quantity::rss:
      return "rss";
    case Quantity::native:
      return "native";
  }
  return "";
}

}  // namespace leakcheck::model
