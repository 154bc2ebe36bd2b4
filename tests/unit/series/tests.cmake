leakcheck_unit_tests(series SOURCES ${CMAKE_CURRENT_LIST_DIR}/log_reader_test.cpp)
