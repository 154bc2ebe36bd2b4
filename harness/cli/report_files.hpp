#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/model/run_report.hpp"
#include "harness/model/scenario.hpp"

namespace leakcheck::cli {

/// The report files of one call. Several scenarios that name the same file share it.
class ReportFiles {
 public:
  void add(const model::ReporterSpec& spec);

  /// Tries every file before anything is measured. Errors: the first that cannot be written, or
  /// that reports of two kinds would share.
  Result<void> check() const;

  /// Gives `report` to every file of `specs`.
  void take(const model::RunReport& report, const std::vector<model::ReporterSpec>& specs);

  /// Writes all files, whole or not at all, and goes on past one that fails.
  /// Errors: one per file that could not be written.
  std::vector<Error> write() const;

 private:
  struct File {
    model::ReporterSpec spec;
    std::vector<model::RunReport> reports;
  };
  std::vector<File> files_;
};

}  // namespace leakcheck::cli
