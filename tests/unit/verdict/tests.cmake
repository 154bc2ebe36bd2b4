leakcheck_unit_tests(verdict SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/budget_window_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/budgets_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/growth_kinds_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/judge_ablation_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/judge_routes_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/judge_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/procedure_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/recorded_run.cpp
  ${CMAKE_CURRENT_LIST_DIR}/recorded_series_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/surroundings_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/synthetic_service.cpp
  ${CMAKE_CURRENT_LIST_DIR}/thresholds_test.cpp)
