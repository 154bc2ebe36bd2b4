leakcheck_unit_tests(stats SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/floors_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/growth_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/robust_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/theil_sen_test.cpp)
