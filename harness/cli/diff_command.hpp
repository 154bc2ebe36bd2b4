#pragma once

#include "harness/cli/heap_files.hpp"

namespace leakcheck::cli {

/// `leakcheck diff`: returns the exit code.
int show_diff(const HeapArguments& arguments);

}  // namespace leakcheck::cli
