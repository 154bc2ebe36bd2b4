leakcheck_unit_tests(load SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/answer_parser_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/answer_plan_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/arrival_schedule_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/client_address_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/compiled_matcher_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cookie_date_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cookie_jar_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/deadlines_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/descriptor_limit_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/descriptor_watch_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/distinct_counts_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/escaping_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/event_stream_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/failure_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/flow_plan_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/flow_schedule_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/header_lines_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/histogram_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/json_reader_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/json_text_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/pace_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/pattern_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/prepared_request_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/random_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/request_plan_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/tally_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/url_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/variables_test.cpp
  LINKS CURL::libcurl)
target_compile_definitions(unit_load_test PRIVATE LEAKCHECK_VERSION="${PROJECT_VERSION}")
