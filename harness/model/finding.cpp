#include "harness/model/finding.hpp"

namespace leakcheck::model {

std::string_view to_string(Pattern pattern) {
  switch (pattern) {
    case Pattern::collection:
      return "collection";
    case Pattern::closure_over_request:
      return "closure_over_request";
    case Pattern::buffer:
      return "buffer";
    case Pattern::emitter:
      return "emitter";
    case Pattern::timer:
      return "timer";
    case Pattern::promise:
      return "promise";
    case Pattern::abort_signal:
      return "abort_signal";
    case Pattern::duplicate_strings:
      return "duplicate_strings";
    case Pattern::sliced_strings:
      return "sliced_strings";
    case Pattern::context:
      return "context";
    case Pattern::unknown:
      return "unknown";
  }
  return "";
}

std::string_view to_string(Confidence confidence) {
  switch (confidence) {
    case Confidence::low:
      return "low";
    case Confidence::medium:
      return "medium";
    case Confidence::high:
      return "high";
  }
  return "";
}

}  // namespace leakcheck::model
