# System tests: the real binary, real Node.js, real sockets.
foreach(name faults verdicts real_packages terminal)
  add_test(NAME system.${name}
    COMMAND ${NODE} --test ${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs)
  set_tests_properties(system.${name} PROPERTIES
    LABELS node
    TIMEOUT 400
    FIXTURES_REQUIRED npm
    ENVIRONMENT "LEAKCHECK_BINARY=$<TARGET_FILE:leakcheck>;LEAKCHECK_NPM=${PROJECT_BINARY_DIR}/npm")
endforeach()
