// A native add-on that leaks as native add-ons do: malloc without free. world.mjs builds it against
// the headers of npm's node-api-headers.
#include <node_api.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>

namespace {

void* allocate(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = nullptr;
  std::uint32_t bytes = 0;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  napi_get_value_uint32(env, argument, &bytes);
  void* const block = std::malloc(bytes);
  if (block != nullptr) std::memset(block, 1, bytes);  // or the compiler drops it
  return block;
}

napi_value answer(napi_env env, const void* block) {
  napi_value value = nullptr;
  napi_get_boolean(env, block != nullptr, &value);
  return value;
}

napi_value keep(napi_env env, napi_callback_info info) {
  return answer(env, allocate(env, info));
}

napi_value borrow(napi_env env, napi_callback_info info) {
  void* const block = allocate(env, info);
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
