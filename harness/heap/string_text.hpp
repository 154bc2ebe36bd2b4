#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leakcheck::heap {

/// The text of a JSON string, given what stands between its quotes. Escapes are decoded, pairs of
/// surrogates joined; what is no valid text (a lone surrogate, a wrong escape or byte) is U+FFFD.
std::string decode_string(std::string_view raw);

/// The id of the table when an edge of that name is half of a WeakMap's pair, given as for
/// decode_string(): "2 / part of key (Object @7) -> value (Object @9) pair in WeakMap (table @11)".
/// Source: chrome-devtools-frontend, heap_snapshot_worker/HeapSnapshot.ts, tryParseWeakMapEdgeName.
std::optional<std::uint32_t> find_weak_map_table(std::string_view raw);

}  // namespace leakcheck::heap
