leakcheck_unit_tests(base SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/bytes_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/clock_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/event_loop_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/file_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/result_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/spelling_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/template_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/unique_fd_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/utf8_test.cpp)
