// A native add-on that leaks as native add-ons do: malloc without free. world.mjs builds it against
// the headers of npm's node-api-headers.
#include <malloc.h>
#include <node_api.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>

namespace {

std::uint32_t read_size(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = nullptr;
  std::uint32_t bytes = 0;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  napi_get_value_uint32(env, argument, &bytes);
  return bytes;
}

void* allocate(std::uint32_t bytes) {
  void* const block = std::malloc(bytes);
  if (block != nullptr) std::memset(block, 1, bytes);  // or the compiler drops it
  return block;
}

// A block as large as malloc makes it when it is not short of better ones: glibc gives a free block
// that is 16 bytes larger whole, and what is kept would then depend on what the service freed.
void* allocate_exactly(std::uint32_t bytes) {
  std::array<void*, 64> larger{};
  std::size_t count = 0;
  void* block = allocate(bytes);
  while (block != nullptr && malloc_usable_size(block) > bytes + 8 && count < larger.size()) {
    larger[count++] = block;
    block = allocate(bytes);
  }
  while (count > 0) std::free(larger[--count]);
  return block;
}

napi_value answer(napi_env env, const void* block) {
  napi_value value = nullptr;
  napi_get_boolean(env, block != nullptr, &value);
  return value;
}

napi_value keep(napi_env env, napi_callback_info info) {
  return answer(env, allocate_exactly(read_size(env, info)));
}

napi_value borrow(napi_env env, napi_callback_info info) {
  void* const block = allocate(read_size(env, info));
  napi_value const value = answer(env, block);
  std::free(block);
  return value;
}

}  // namespace

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"keep", nullptr, keep, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"borrow", nullptr, borrow, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, std::size(functions), functions);
  return exports;
}
