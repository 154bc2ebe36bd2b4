leakcheck_unit_tests(explain SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/../heap/heap_builder.cpp
  ${CMAKE_CURRENT_LIST_DIR}/find_leaks_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/locate_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/source_map_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sources_test.cpp)
