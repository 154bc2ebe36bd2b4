# Every command and every YAML block of the documents, run and read.
add_test(NAME docs
  COMMAND ${NODE} --test ${CMAKE_CURRENT_LIST_DIR}/docs.test.mjs)
set_tests_properties(docs PROPERTIES
  LABELS node
  TIMEOUT 300
  FIXTURES_REQUIRED npm
  ENVIRONMENT "LEAKCHECK_BINARY=$<TARGET_FILE:leakcheck>;LEAKCHECK_NPM=${PROJECT_BINARY_DIR}/npm")
