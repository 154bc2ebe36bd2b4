#include "harness/native/embedded_library.hpp"

#include <cstddef>

asm(".pushsection .rodata\n"
    ".balign 16\n"
    "leakcheck_malloc_library:\n"
    ".incbin \"" LEAKCHECK_MALLOC_LIBRARY
    "\"\n"
    "leakcheck_malloc_library_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" {
extern const char leakcheck_malloc_library[];
extern const char leakcheck_malloc_library_end[];
}

namespace leakcheck::native {

std::string_view embedded_library() {
  return {leakcheck_malloc_library,
          static_cast<std::size_t>(leakcheck_malloc_library_end - leakcheck_malloc_library)};
}

}  // namespace leakcheck::native
