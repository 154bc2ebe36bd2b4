# Equality with Chrome DevTools, node by node. dump_heap also serves ci/bench heap --verify.
add_executable(dump_heap ${CMAKE_CURRENT_LIST_DIR}/dump_heap.cpp)
target_link_libraries(dump_heap PRIVATE leakcheck_heap leakcheck_build_flags nlohmann_json::nlohmann_json)
leakcheck_node_test(node.heap.devtools ${CMAKE_CURRENT_LIST_DIR}/devtools.test.mjs TIMEOUT 300
  ENVIRONMENT "LEAKCHECK_DUMP_HEAP=$<TARGET_FILE:dump_heap>")
