#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "harness/base/event_loop.hpp"
#include "harness/base/unique_fd.hpp"

namespace leakcheck::target {

/// Carries one output of the service into a file, bounded: the first kHead bytes go there at once,
/// of the rest the last kTail are kept and written at the end. A service that floods its log fills
/// neither disk nor memory and never waits for us.
class LogPump {
 public:
  static constexpr std::size_t kHead = 8 << 20;
  static constexpr std::size_t kTail = 1 << 20;

  LogPump(std::filesystem::path file, EventLoop& loop);
  ~LogPump();
  LogPump(const LogPump&) = delete;
  LogPump& operator=(const LogPump&) = delete;

  /// Reads from `pipe` from now on; a second process may follow a first.
  void attach(UniqueFd pipe);
  /// Forgets all that came, also in the file.
  void start_over();
  /// Called for every line; for a log probe.
  void set_line_callback(std::function<void(std::string_view line)> callback);
  /// Reads what is left, without waiting, writes the tail, closes the file.
  void finish();
  /// Reads what is there now.
  void drain();

  const std::filesystem::path& file() const { return file_; }
  /// The last bytes that came, at most kTail.
  std::string tail() const;

 private:
  bool read_some();
  void take(std::string_view text);
  void find_lines(std::string_view text);

  std::filesystem::path file_;
  EventLoop& loop_;
  UniqueFd out_;
  UniqueFd pipe_;
  std::size_t written_ = 0;
  std::size_t left_out_ = 0;  ///< bytes past the head, those of the ring included
  std::string recent_;        ///< the last bytes, up to 2 × kTail before it is cut
  std::string partial_line_;
  std::function<void(std::string_view)> on_line_;
};

}  // namespace leakcheck::target
