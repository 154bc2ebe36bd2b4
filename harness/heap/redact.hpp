#pragma once

#include <filesystem>

#include "harness/base/result.hpp"

namespace leakcheck::heap {

/// Copies a snapshot with the contents of its values replaced; graph, ids and sizes stay.
/// "(string 17, 12 characters)" stands for the content of string 17, so that copies of one text
/// stay copies. Contents are what names nodes of the types string (the source text of scripts is
/// one), concatenated and sliced string, number, bigint and regexp, also where the name of a
/// WeakMap's pair repeats it, and strings that nothing uses. Kept are the names of classes,
/// functions, scripts, symbols, properties and variables. A key of an object that is used as a
/// dictionary is the name of a property, and so it is kept; a key of a Map is a value.
/// Shape:  the copy is uncompressed, 0600, and whole or not there; a section that is not known is
///         left out.
/// Errors: those of load_snapshot(); ErrorKind::usage when `in` can be read only once or is `out`;
///         ErrorKind::report when `out` can't be written.
Result<void> redact_snapshot(const std::filesystem::path& in, const std::filesystem::path& out);

}  // namespace leakcheck::heap
