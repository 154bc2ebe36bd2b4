#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/model/load_report.hpp"

namespace leakcheck {

/// Reports of loads as they may be, by the names of their golden files.
std::vector<std::pair<std::string, model::LoadReport>> list_load_reports();

}  // namespace leakcheck
