#pragma once

#include <functional>
#include <string>

#include "harness/cli/heap_files.hpp"
#include "harness/explain/describe_heap.hpp"
#include "reporters/heap_tables.hpp"

namespace leakcheck::cli {

/// What a report of snapshots is, printed and as JSON.
struct HeapTexts {
  std::string console;
  std::string json;
};

/// The steps that both commands have: arguments and report file are checked, a redacted copy
/// written where one is asked for, the snapshots opened,
/// the ids looked up; then `describe` renders, and the texts are printed and written.
/// Returns the exit code.
int run_heap_command(const HeapArguments& arguments,
                     const std::function<HeapTexts(const std::vector<heap::Snapshot>&,
                                                   const explain::DescribeOptions&,
                                                   const reporters::HeapStyle&)>& describe);

}  // namespace leakcheck::cli
