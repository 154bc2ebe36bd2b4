leakcheck_unit_tests(model SOURCES ${CMAKE_CURRENT_LIST_DIR}/run_record_test.cpp)
