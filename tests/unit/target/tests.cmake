leakcheck_unit_tests(target SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/ending_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/log_pump_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/node_options_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/ports_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/processes_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/ready_probe_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/unix_sockets_test.cpp)
