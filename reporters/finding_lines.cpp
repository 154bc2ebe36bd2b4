#include "reporters/finding_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/bytes.hpp"
#include "reporters/code_points.hpp"
#include "reporters/numbers.hpp"

namespace leakcheck::reporters {
namespace {

constexpr std::size_t kMostSteps = 8;
constexpr std::size_t kLastSteps = 3;  // that are shown in any case
constexpr int kDeepest = 8;            // levels of indentation
constexpr int kLongestLabel = 40;
constexpr std::size_t kSentenceRows = 3;
constexpr std::size_t kEvidence = 2;
constexpr std::size_t kNotes = 1;
constexpr std::size_t kAdvice = 2;

std::string draw_step(const model::PathStep& step, int level, const Paint& paint, int width) {
  const std::string margin(static_cast<std::size_t>(4 + 2 * std::min(level, kDeepest)), ' ');
  int room = width - static_cast<int>(margin.size());
  std::string out = margin;
  const auto put = [&](const std::string& text, auto draw) {
    const int gap = out.size() == margin.size() ? 0 : 2;
    if (text.empty() || room <= gap) return;
    const std::string shown = cut(text, room - gap);
    out += std::string(static_cast<std::size_t>(gap), ' ') + draw(shown);
    room -= gap + display_width(shown);
  };
  const auto plain = [](const std::string& text) { return text; };
  const auto bold = [&](const std::string& text) { return paint.bold(text); };
  const auto dim = [&](const std::string& text) { return paint.dim(text); };
  if (step.collapsed > 0) put(fmt::format("… {} like it", format_grouped(step.collapsed)), dim);
  put(cut(clean_line(step.label), kLongestLabel), bold);
  put(clean_line(step.class_name) + (step.id > 0 ? fmt::format(" @{}", step.id) : ""), plain);
  if (step.place) put(show_place(*step.place), dim);
  return out;
}

std::string words_of(model::Pattern pattern) {
  std::string words(model::to_string(pattern));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string mark_of(model::Confidence confidence, const Paint& paint) {
  return confidence == model::Confidence::high ? paint.red("✗") : paint.yellow("?");
}

void add_some(Page& page, const std::string& label, const std::vector<std::string>& texts,
              std::size_t most) {
  for (std::size_t i = 0; i < std::min(texts.size(), most); ++i)
    page.entry(i == 0 ? label : "", texts[i], 2);
}

}  // namespace

std::string show_place(const model::SourcePlace& place) {
  std::string out = clean_line(place.file);
  if (place.line > 0) out += fmt::format(":{}", place.line);
  if (place.line > 0 && place.column > 0) out += fmt::format(":{}", place.column);
  return out;
}

std::vector<std::string> draw_path(const std::vector<model::PathStep>& path, const Paint& paint,
                                   int width) {
  std::vector<std::string> lines;
  const bool is_long = path.size() > kMostSteps;
  const std::size_t first_of_last = is_long ? path.size() - kLastSteps : path.size();
  const std::size_t first = is_long ? kMostSteps - kLastSteps : path.size();
  int level = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (i == first) {
      const std::string margin(static_cast<std::size_t>(4 + 2 * std::min(level, kDeepest)), ' ');
      lines.push_back(cut(fmt::format("{}… {} more", margin, first_of_last - first), width));
      i = first_of_last;
    }
    lines.push_back(draw_step(path[i], level++, paint, width));
  }
  return lines;
}

void add_finding(Page& page, const model::Finding& finding) {
  page.marked(mark_of(finding.confidence, page.paint()), finding.sentence, kSentenceRows);
  std::string kind = fmt::format("{}, {} confidence", words_of(finding.pattern),
                                 model::to_string(finding.confidence));
  if (finding.bytes != 0) kind += ", " + format_bytes(Bytes{finding.bytes});
  if (!finding.package.empty()) kind += ", in " + finding.package;
  page.entry("pattern", kind, 1);
  if (finding.declared) page.entry("declared", show_place(*finding.declared), 1);
  if (finding.site) page.entry("leaks at", show_place(*finding.site), 1);
  page.lines(draw_path(finding.path, page.paint(), page.width()));
  add_some(page, "seen", finding.evidence, kEvidence);
  add_some(page, "note", finding.notes, kNotes);
  add_some(page, "fix", finding.advice, kAdvice);
}

}  // namespace leakcheck::reporters
