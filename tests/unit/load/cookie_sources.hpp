#pragma once

#include <string>
#include <string_view>

#include "harness/load/wire_text.hpp"

namespace leakcheck::test {

/// Cookies that are the same for every target; "" for none.
inline load::CookieSource gives(const std::string& value) {
  return [value](std::string& out, std::string_view) { out += value; };
}

}  // namespace leakcheck::test
