# What reads our reports, and what they promise to it: schemas, and readers from npm.
find_program(NODE node REQUIRED)
find_program(XMLLINT xmllint REQUIRED)
foreach(name run_record junit)
  add_test(NAME consumers.${name}
    COMMAND ${NODE} --test ${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs)
  set_tests_properties(consumers.${name} PROPERTIES
    LABELS node
    TIMEOUT 200
    FIXTURES_REQUIRED npm
    ENVIRONMENT "LEAKCHECK_BINARY=$<TARGET_FILE:leakcheck>;LEAKCHECK_NPM=${PROJECT_BINARY_DIR}/npm;XMLLINT=${XMLLINT}")
endforeach()
