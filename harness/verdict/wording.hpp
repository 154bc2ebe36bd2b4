#pragma once

#include <string>
#include <string_view>

#include "harness/model/memory.hpp"

/// The words that reasons share.
namespace leakcheck::verdict {

/// "the JS heap": for sentences. model::to_string has the name for names.
std::string_view name_in_prose(model::Quantity quantity);

/// "683.6 KB": a level of memory or a difference of two; rates per request are format_bytes().
std::string format_level(double bytes);

}  // namespace leakcheck::verdict
