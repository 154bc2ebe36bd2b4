#include "reporters/console_routes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/bytes.hpp"
#include "reporters/code_points.hpp"
#include "reporters/judged.hpp"
#include "reporters/marks.hpp"
#include "reporters/numbers.hpp"

namespace leakcheck::reporters {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowestName = 16;
constexpr std::size_t kMostRows = 12;
constexpr std::size_t kSentenceRows = 4;
constexpr std::size_t kRemarkRows = 2;

/// One line of the table: name, bytes kept and their interval, a word or two.
struct Row {
  std::string mark;  ///< painted, one column wide
  std::string name;
  std::string kept;
  std::string interval;
  std::string words;
  std::string remark;  ///< below it
  bool bold = false;
};

struct Heads {
  std::string name;
  std::string words;
};

void fill_numbers(Row& row, const model::Estimate& growth) {
  const bool known = growth.deltas > 0;
  row.kept = known ? format_bytes(growth.bytes_per_request) : "–";
  row.interval = known ? format_interval(growth.low, growth.high) : "–";
}

int widest(const std::vector<Row>& rows, std::string Row::*cell, const std::string& head) {
  int width = display_width(head);
  for (const Row& row : rows) width = std::max(width, display_width(row.*cell));
  return width;
}

/// What matters least goes first when the terminal is narrow: the interval; then names are cut.
std::vector<std::string> render_table(const Heads& heads, const std::vector<Row>& rows,
                                      const Paint& paint, int width) {
  const int kept = kGap + widest(rows, &Row::kept, "kept");
  int interval = kGap + widest(rows, &Row::interval, "interval");
  int words = widest(rows, &Row::words, heads.words);
  if (words > 0) words += kGap;
  int name = widest(rows, &Row::name, heads.name);
  const int margin = 4;
  if (margin + std::min(name, kNarrowestName) + kept + interval + words > width) interval = 0;
  name = std::max(1, std::min(name, width - margin - kept - interval - words));

  const auto line = [&](const std::string& first, const std::string& second,
                        const std::string& third, const std::string& fourth) {
    std::string out = pad_right(cut(first, name), name) + pad_left(second, kept);
    if (interval > 0) out += pad_left(third, interval);
    return fourth.empty() ? out : out + std::string(kGap, ' ') + fourth;
  };
  std::vector<std::string> lines = {
      "  " + paint.dim("  " + line(heads.name, "kept", "interval", heads.words))};
  for (const Row& row : rows) {
    const std::string text = line(row.name, row.kept, row.interval, row.words);
    lines.push_back("  " + row.mark + " " + (row.bold ? paint.bold(text) : text));
    if (!row.remark.empty())
      for (const auto& part : wrap(row.remark, width - 6, kRemarkRows))
        lines.push_back("      " + paint.dim(part));
  }
  return lines;
}

void add_sentence(std::vector<std::string>& lines, const std::string& sentence, int width) {
  if (sentence.empty()) return;
  for (const auto& row : wrap(clean_line(sentence), width - 2, kSentenceRows))
    lines.push_back("  " + row);
}

std::string join_names(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

Row row_of(const model::RouteGrowth& route, const Paint& paint) {
  Row row;
  row.name = clean_line(route.name);
  row.bold = route.leaks;
  if (!route.problem.empty()) {
    row.mark = mark(model::CheckState::inconclusive, paint);
    row.kept = row.interval = "–";
    row.remark = clean_line(route.problem);
    return row;
  }
  row.mark = mark(route.leaks ? model::CheckState::failed : model::CheckState::passed, paint);
  fill_numbers(row, route.growth);
  if (!route.with.empty()) row.remark = clean_line("after " + join_names(route.with));
  return row;
}

std::string words_of(model::Ablation::Effect effect) {
  switch (effect) {
    case model::Ablation::Effect::ends_growth:
      return "ends the growth";
    case model::Ablation::Effect::reduces_growth:
      return "less growth";
    case model::Ablation::Effect::no_effect:
      return "no effect";
    case model::Ablation::Effect::unclear:
      return "unclear";
  }
  return "";
}

}  // namespace

std::vector<std::string> list_parts(const model::RunReport& report, const Paint& paint, int width) {
  if (!report.verdict || report.verdict->parts.empty()) return {};
  std::vector<model::PartGrowth> parts = report.verdict->parts;
  std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
    return a.growth.bytes_per_request > b.growth.bytes_per_request;
  });
  const std::size_t shown = std::min(parts.size(), kMostRows);
  std::vector<Row> rows;
  for (std::size_t at = 0; at < shown; ++at) {
    Row& row = rows.emplace_back();
    row.mark = " ";
    row.name = name_part(parts[at]);
    fill_numbers(row, parts[at].growth);
  }
  const std::string head = fmt::format("{} of each part", model::to_string(parts.front().quantity));
  auto lines = render_table({head, ""}, rows, paint, width);
  if (parts.size() > shown) lines.push_back(fmt::format("    and {} more", parts.size() - shown));
  return lines;
}

std::vector<std::string> list_routes(const model::RunReport& report, const Paint& paint,
                                     int width) {
  if (!report.verdict) return {};
  std::vector<std::string> lines;
  add_sentence(lines, report.verdict->routes_say, width);
  std::vector<model::RouteGrowth> routes = report.verdict->routes;
  if (routes.empty()) return lines;
  const auto rank = [](const model::RouteGrowth& route) {
    return route.leaks ? 0 : route.problem.empty() ? 2 : 1;
  };
  std::stable_sort(routes.begin(), routes.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  const std::size_t shown = std::min(routes.size(), kMostRows);
  std::vector<Row> rows;
  for (std::size_t at = 0; at < shown; ++at) rows.push_back(row_of(routes[at], paint));
  for (auto& line : render_table({"route alone", ""}, rows, paint, width))
    lines.push_back(std::move(line));
  if (routes.size() > shown)
    lines.push_back(fmt::format("    and {} more in the run record", routes.size() - shown));
  return lines;
}

std::vector<std::string> list_ablations(const model::RunReport& report, const Paint& paint,
                                        int width) {
  if (!report.verdict || report.verdict->ablations.empty()) return {};
  std::vector<Row> rows;
  for (const auto& ablation : report.verdict->ablations) {
    Row& row = rows.emplace_back();
    row.mark = " ";
    row.name = clean_line(ablation.suspect);
    fill_numbers(row, ablation.growth);
    row.words = words_of(ablation.effect);
    row.bold = ablation.effect == model::Ablation::Effect::ends_growth;
    row.remark = clean_line(ablation.effect == model::Ablation::Effect::unclear ? ablation.reason
                                                                                : ablation.change);
  }
  return render_table({"without", "effect"}, rows, paint, width);
}

}  // namespace leakcheck::reporters
