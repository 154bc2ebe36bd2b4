leakcheck_unit_tests(heap SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/classes_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/comparison_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/dominators_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/heap_builder.cpp
  ${CMAKE_CURRENT_LIST_DIR}/heap_graph_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/load_snapshot_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/redact_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/retainer_path_test.cpp)
