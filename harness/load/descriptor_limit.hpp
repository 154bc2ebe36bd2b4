#pragma once

#include <cstdint>

#include "harness/base/result.hpp"

namespace leakcheck::load {

/// What the limit of open descriptors must become for `needed` of them: the present soft limit
/// when that is enough.
/// Errors: ErrorKind::load when the hard limit is below it.
Result<std::uint64_t> plan_descriptor_limit(std::uint64_t needed, std::uint64_t soft,
                                            std::uint64_t hard);

/// Sees to it that `more` descriptors can be opened, by raising the soft limit where it is needed.
/// Errors: ErrorKind::load when the hard limit forbids it.
Result<void> ensure_descriptors(std::uint64_t more);

}  // namespace leakcheck::load
