leakcheck_unit_tests(target LABEL node SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/guardian_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/reaching_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/service_test.cpp)
