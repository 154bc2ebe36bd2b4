leakcheck_unit_tests(reporters LABEL golden SOURCES ${CMAKE_CURRENT_LIST_DIR}/golden_test.cpp)
