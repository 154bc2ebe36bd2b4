#pragma once

#include "harness/cli/heap_files.hpp"

namespace leakcheck::cli {

/// `leakcheck snapshot`: returns the exit code.
int show_snapshot(const HeapArguments& arguments);

}  // namespace leakcheck::cli
