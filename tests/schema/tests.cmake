# The schema that the binary prints, against the examples that the reader is tested with.
find_program(NODE node REQUIRED)
add_test(NAME schema.scenario
  COMMAND ${NODE} --test ${CMAKE_CURRENT_LIST_DIR}/scenario.test.mjs)
set_tests_properties(schema.scenario PROPERTIES
  LABELS node
  TIMEOUT 120
  FIXTURES_REQUIRED npm
  ENVIRONMENT "LEAKCHECK_BINARY=$<TARGET_FILE:leakcheck>;LEAKCHECK_NPM=${PROJECT_BINARY_DIR}/npm")
