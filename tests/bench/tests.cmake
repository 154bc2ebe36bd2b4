# The bench itself is no test: ci/bench runs it. Its pure parts and its front door are.
find_program(NODE node REQUIRED)
add_test(NAME bench.parts COMMAND ${NODE} --test ${CMAKE_CURRENT_LIST_DIR}/bench.test.mjs)
set_tests_properties(bench.parts PROPERTIES LABELS node TIMEOUT 120)
