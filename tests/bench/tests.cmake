# The bench itself is no test: ci/bench runs it. Its pure parts and its front door are.
leakcheck_node_test(bench.parts ${CMAKE_CURRENT_LIST_DIR}/bench.test.mjs TIMEOUT 300)
leakcheck_node_test(bench.verdict_parts ${CMAKE_CURRENT_LIST_DIR}/verdict.test.mjs TIMEOUT 300)
leakcheck_node_test(bench.load_parts ${CMAKE_CURRENT_LIST_DIR}/load.test.mjs TIMEOUT 120)
leakcheck_node_test(bench.heap_parts ${CMAKE_CURRENT_LIST_DIR}/heap.test.mjs TIMEOUT 120)
leakcheck_node_test(bench.explain_parts ${CMAKE_CURRENT_LIST_DIR}/explain.test.mjs TIMEOUT 120)
add_subdirectory(${CMAKE_CURRENT_LIST_DIR}/native bench_native)
