leakcheck_unit_tests(native SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/executable_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/places_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proportional_set_test.cpp)
