# How often the procedure errs, over tens of thousands of seeded services.
leakcheck_unit_tests(verdict LABEL slow
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/rates_test.cpp
    ${PROJECT_SOURCE_DIR}/tests/unit/verdict/synthetic_service.cpp
  LINKS fmt::fmt)
set_tests_properties(slow.verdict PROPERTIES TIMEOUT 900)
