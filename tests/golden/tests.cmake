leakcheck_unit_tests(reporters LABEL golden SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/check_golden.cpp
  ${CMAKE_CURRENT_LIST_DIR}/golden_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/heap_golden_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/heap_reports.cpp
  ${CMAKE_CURRENT_LIST_DIR}/load_golden_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/load_reports.cpp)
