#pragma once

#include <cstdint>
#include <string>

namespace leakcheck::load {

/// As many as 10.0.0.0/8 has.
constexpr std::int64_t kMostClientAddresses = std::int64_t{1} << 24;

/// Appends an IPv4 address out of 10.0.0.0/8: `distinct` different ones, in turn. The first is
/// 10.0.0.1.
/// Shape: iteration at least 0, distinct from 1 to kMostClientAddresses.
void append_client_address(std::string& out, std::int64_t iteration, std::int64_t distinct);

}  // namespace leakcheck::load
