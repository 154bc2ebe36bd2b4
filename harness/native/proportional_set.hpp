#pragma once

#include <optional>
#include <string_view>

#include "harness/base/bytes.hpp"

namespace leakcheck::native {

/// The proportional set size of a process: its resident memory, with each shared page split among
/// those that have it. Reported, never judged: pages that malloc keeps for later are in it.
/// Cost: the kernel walks the page tables; some milliseconds for a gigabyte.
/// Errors: nothing when the process has ended, or may not be looked at.
std::optional<Bytes> read_pss(int pid);

/// From the text of /proc/PID/smaps_rollup. Source: proc(5).
std::optional<Bytes> parse_pss(std::string_view rollup);

}  // namespace leakcheck::native
