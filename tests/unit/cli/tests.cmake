leakcheck_unit_tests(cli SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/exit_code_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/report_files_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/run_folder_test.cpp)
