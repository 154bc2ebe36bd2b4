#pragma once

#include <string_view>

namespace leakcheck::native {

/// malloc_library.cpp as a shared library, as of the build.
std::string_view embedded_library();

}  // namespace leakcheck::native
