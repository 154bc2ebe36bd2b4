# How often a judgement by time errs, over seeded services.
leakcheck_unit_tests(series LABEL slow
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/time_rates_test.cpp
    ${PROJECT_SOURCE_DIR}/tests/unit/verdict/simulated_log.cpp
  LINKS leakcheck_verdict fmt::fmt)
set_tests_properties(slow.series PROPERTIES TIMEOUT 900)
