#pragma once

#include <string>

namespace leakcheck {

/// Compares with tests/golden/expected/<name> byte for byte; LEAKCHECK_UPDATE_GOLDEN=1 writes the
/// file instead.
void check_golden(const std::string& name, const std::string& text);

}  // namespace leakcheck
