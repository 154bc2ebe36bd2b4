#include "harness/run/ignored.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/bytes.hpp"

namespace leakcheck::run {
namespace {

constexpr double kUnexplained = 0.1;

}  // namespace

bool is_seen_in_heap(model::Quantity quantity) {
  return quantity == model::Quantity::heap_used || quantity == model::Quantity::external ||
         quantity == model::Quantity::array_buffers;
}

bool grows(const model::QuantityVerdict& quantity) {
  return quantity.answer == model::Answer::leak || quantity.answer == model::Answer::keyed_growth;
}

std::vector<std::string> mark_ignored(std::vector<model::Finding>& findings,
                                      const std::vector<model::Ignore>& list,
                                      const std::string& today) {
  std::vector<std::string> notes;
  for (const model::Ignore& entry : list) {
    bool found = false;
    const bool expired = !entry.expires.empty() && entry.expires < today;
    for (model::Finding& finding : findings) {
      if (finding.identity != entry.path) continue;
      found = true;
      if (!expired) finding.ignored = entry.reason;
    }
    if (found && expired)
      notes.push_back(fmt::format("ignore: {} ({}) was to hold until {}, and counts again",
                                  entry.path, entry.reason, entry.expires));
    if (!found)
      notes.push_back(
          fmt::format("ignore: no finding is called {}; take the entry out if it is "
                      "mended",
                      entry.path));
  }
  return notes;
}

double measured_growth(const model::Verdict& verdict, const model::Explanation& explanation) {
  for (const model::PartGrowth& part : verdict.parts)
    if (!explanation.snapshots.empty() && part.pid == explanation.snapshots.front().pid &&
        part.thread == explanation.snapshots.front().thread)
      return part.growth.bytes_per_request;
  double heap = 0, outside = 0;
  for (const auto& quantity : verdict.quantities) {
    if (!grows(quantity) || !is_seen_in_heap(quantity.quantity)) continue;
    double& sum = quantity.quantity == model::Quantity::heap_used ? heap : outside;
    sum = std::max(sum, quantity.growth.bytes_per_request);
  }
  return heap + outside;
}

std::string why_ignored(const model::Verdict& verdict, const model::Explanation& explanation) {
  if (explanation.requests <= 0) return "";
  double budget = 0;
  for (const auto& quantity : verdict.quantities) {
    if (grows(quantity) && !is_seen_in_heap(quantity.quantity)) return "";
    if (grows(quantity)) budget = std::max(budget, quantity.budget_per_request);
  }
  double bytes = 0;
  std::string names;
  for (const model::Finding& finding : explanation.findings) {
    if (finding.ignored.empty() && finding.confidence != model::Confidence::low) return "";
    if (finding.ignored.empty()) continue;
    bytes += static_cast<double>(finding.bytes) / static_cast<double>(explanation.requests);
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", finding.identity, finding.ignored);
  }
  const double measured = measured_growth(verdict, explanation);
  if (names.empty() || measured - bytes > std::max(budget, kUnexplained * measured)) return "";
  return fmt::format("{} of every request are kept by what the scenario ignores: {}",
                     format_bytes(measured), names);
}

}  // namespace leakcheck::run
