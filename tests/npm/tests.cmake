# The packages from npm that the node tests run against, installed below the build folder when the
# list has changed. A CTest fixture: tests that need it say FIXTURES_REQUIRED npm and find the
# folder in LEAKCHECK_NPM.
add_test(NAME npm.install
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_CURRENT_LIST_DIR} -DFOLDER=${PROJECT_BINARY_DIR}/npm
    -P ${CMAKE_CURRENT_LIST_DIR}/install.cmake)
set_tests_properties(npm.install PROPERTIES LABELS node FIXTURES_SETUP npm TIMEOUT 900)
