#pragma once

#include <string>

#include "harness/base/clock.hpp"
#include "harness/model/heap_report.hpp"
#include "harness/model/load_report.hpp"
#include "harness/model/progress.hpp"

namespace leakcheck::cli {

/// Shows where a run stands on stderr: one line that is rewritten in a terminal, plain lines in a
/// pipe (at every change of phase, and every few seconds).
class LiveProgress {
 public:
  struct Style {
    bool terminal = false;
    bool color = false;
    int width = 80;
  };

  LiveProgress(Style style, const Clock& clock) : style_(style), clock_(clock) {}
  ~LiveProgress() { clear(); }
  LiveProgress(const LiveProgress&) = delete;
  LiveProgress& operator=(const LiveProgress&) = delete;

  void show(const model::Progress& progress);
  /// The same for a load without a verdict; nothing in a pipe.
  void show(const model::LoadProgress& progress);
  /// The same while snapshots are read.
  void show(const model::HeapProgress& progress);
  /// Takes the live line away, so that something else can be printed.
  void clear();

 private:
  bool is_due(const model::Progress& progress) const;
  void put_line(const std::string& line);

  Style style_;
  const Clock& clock_;
  bool shown_ = false;
  bool any_ = false;
  model::Phase phase_ = model::Phase::launch;
  TimePoint last_{};
};

}  // namespace leakcheck::cli
