#include "harness/cli/report_files.hpp"

#include <algorithm>

#include "harness/base/file.hpp"
#include "reporters/reporters.hpp"

namespace leakcheck::cli {
namespace {

bool same_file(const model::ReporterSpec& a, const model::ReporterSpec& b) {
  return a.kind == b.kind && a.path == b.path;
}

std::string render(const model::ReporterSpec& spec, const std::vector<model::RunReport>& reports) {
  switch (spec.kind) {
    case model::ReporterSpec::Kind::console:
      return "";
    case model::ReporterSpec::Kind::json:
      return reporters::render_json(reports);
    case model::ReporterSpec::Kind::junit:
      return reporters::render_junit(reports, spec.dialect);
  }
  return "";
}

}  // namespace

void ReportFiles::add(const model::ReporterSpec& spec) {
  if (spec.kind == model::ReporterSpec::Kind::console) return;
  const auto known = std::find_if(files_.begin(), files_.end(),
                                  [&](const File& file) { return same_file(file.spec, spec); });
  if (known == files_.end()) files_.push_back({spec, {}});
}

Result<void> ReportFiles::check() const {
  for (const File& file : files_)
    for (const File& other : files_)
      if (&file < &other && file.spec.path.lexically_normal() == other.spec.path.lexically_normal())
        return fail(ErrorKind::report,
                    "two kinds of reports would be written to " + file.spec.path.string(),
                    "give each a file of its own");
  for (const File& file : files_)
    if (auto writable = check_writable(file.spec.path); !writable) return writable;
  return {};
}

void ReportFiles::take(const model::RunReport& report,
                       const std::vector<model::ReporterSpec>& specs) {
  for (File& file : files_) {
    const bool wanted =
        std::any_of(specs.begin(), specs.end(),
                    [&](const model::ReporterSpec& spec) { return same_file(file.spec, spec); });
    if (wanted) file.reports.push_back(report);
  }
}

std::vector<Error> ReportFiles::write() const {
  std::vector<Error> errors;
  for (const File& file : files_) {
    if (file.reports.empty()) continue;
    if (auto written = write_file(file.spec.path, render(file.spec, file.reports)); !written)
      errors.push_back(written.error());
  }
  return errors;
}

}  // namespace leakcheck::cli
