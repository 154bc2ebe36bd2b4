#include "harness/cli/live_progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "reporters/heap_tables.hpp"
#include "reporters/reporters.hpp"

namespace leakcheck::cli {
namespace {

constexpr std::chrono::milliseconds kTerminalPause{100};
constexpr std::chrono::seconds kPipePause{5};

void put(const std::string& text) {
  // A closed stderr is no reason to end a run.
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

bool LiveProgress::is_due(const model::Progress& progress) const {
  if (!any_ || progress.phase != phase_) return true;
  const Duration pause = style_.terminal ? Duration(kTerminalPause) : Duration(kPipePause);
  return clock_.now() - last_ >= pause;
}

void LiveProgress::show(const model::Progress& progress) {
  if (!progress.note.empty()) {
    clear();
    put("leakcheck: " + progress.note + "\n");
  }
  if (!is_due(progress)) return;
  any_ = true;
  phase_ = progress.phase;
  last_ = clock_.now();
  put_line(reporters::render_progress_line(progress, {style_.color, style_.width}));
}

void LiveProgress::show(const model::LoadProgress& progress) {
  if (!style_.terminal) return;
  put_line(reporters::render_load_line(progress, {style_.color, style_.width}));
}

void LiveProgress::show(const model::HeapProgress& progress) {
  if (!style_.terminal) return;
  put_line(reporters::render_heap_line(progress, {style_.color, style_.width}));
}

void LiveProgress::put_line(const std::string& line) {
  put(style_.terminal ? "\r\x1b[K" + line : line + "\n");
  shown_ = style_.terminal;
}

void LiveProgress::clear() {
  if (shown_) put("\r\x1b[K");
  shown_ = false;
}

}  // namespace leakcheck::cli
