leakcheck_unit_tests(run SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/ablation_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/head_room_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/honesty_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/ignored_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/interrupt_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/routes_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/settled_test.cpp)
