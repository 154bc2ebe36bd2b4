#pragma once

#include <concepts>
#include <type_traits>

/// What a record has in JSON is said once, for writing and for reading: `fields(walk, record)` of
/// each record names its keys in their order. A walk has
///   take      a value that is always written, and keeps its default when it is not there
///   require   the same, but it must be there
///   some      a value that is written only when it is not the default: empty, none, 0,
///             false, or what the third argument says
/// Doubles under keys that end in "Ms" are rounded to microseconds.
namespace leakcheck::model {

/// The record, or when it is written, the record as const.
template <typename T, typename Record>
concept Of = std::same_as<std::remove_const_t<T>, Record>;

}  // namespace leakcheck::model
