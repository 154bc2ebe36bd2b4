#include "harness/load/event_stream.hpp"

namespace leakcheck::load {
namespace {

constexpr std::string_view kField = "data";
constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::size_t kMarkDone = kMark.size();

}  // namespace

void EventStream::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (mark_ < kMarkDone) {
      if (c == kMark[mark_]) {
        ++mark_;
        continue;
      }
      mark_ = kMarkDone;
    }
    if (c == '\n' && after_cr_) {  // the second half of one line end
      after_cr_ = false;
      continue;
    }
    after_cr_ = c == '\r';
    if (c == '\n' || c == '\r') {
      end_line();
      continue;
    }
    if (line_size_ == kField.size() && matched_ == kField.size() && c == ':') is_data_ = true;
    if (line_size_ < kField.size() && matched_ == line_size_ && c == kField[line_size_]) ++matched_;
    ++line_size_;
  }
}

void EventStream::end_line() {
  const bool bare = line_size_ == kField.size() && matched_ == kField.size();  // no colon, no value
  if (line_size_ > 0) {
    has_data_ = has_data_ || is_data_ || bare;
  } else {
    if (has_data_) ++events_;
    has_data_ = false;
  }
  line_size_ = matched_ = 0;
  is_data_ = false;
}

}  // namespace leakcheck::load
