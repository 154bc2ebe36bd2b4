leakcheck_unit_tests(scenario SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/examples_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/extends_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/hostile_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/ignore_section_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/load_vocabulary_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/payload_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/problems_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/request_vocabulary_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/requests_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/scratch_scenario.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sections_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/snapshots_section_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/units_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/verdict_vocabulary_test.cpp)
