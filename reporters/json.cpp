#include "reporters/reporters.hpp"

namespace leakcheck::reporters {

std::string render_json(const std::vector<model::RunReport>& reports) {
  if (reports.size() == 1) return model::render_run_record(reports.front());
  std::string out = "[";
  for (const auto& report : reports) {
    out += out.size() == 1 ? "\n" : ",\n";
    out += model::render_run_record(report);
    out.pop_back();  // its line feed
  }
  return out + "\n]\n";
}

}  // namespace leakcheck::reporters
