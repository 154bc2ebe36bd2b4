#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace leakcheck::load {

/// Counts server-sent events, however the stream is cut into pieces. An event is a block of lines
/// with a data field, ended by an empty line.
/// Source: HTML Living Standard, 9.2.6 Interpreting an event stream.
class EventStream {
 public:
  void feed(std::string_view bytes);
  std::int64_t events() const { return events_; }

 private:
  void end_line();

  std::int64_t events_ = 0;
  std::size_t line_size_ = 0;
  std::size_t matched_ = 0;  // bytes at the line's beginning that "data" has too
  bool is_data_ = false;     // the line's field
  bool has_data_ = false;    // the block's
  bool after_cr_ = false;
  std::size_t mark_ = 0;  // bytes of a byte order mark at the stream's beginning; then done
};

}  // namespace leakcheck::load
