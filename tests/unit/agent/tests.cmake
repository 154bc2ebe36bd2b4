leakcheck_unit_tests(agent
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/connection_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/fake_agent.cpp
    ${CMAKE_CURRENT_LIST_DIR}/hub_questions_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/hub_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/lines_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/notes_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/peer_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/socket_place_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/threads_test.cpp
  LINKS nlohmann_json::nlohmann_json)
target_compile_definitions(unit_agent_test PRIVATE LEAKCHECK_VERSION="${PROJECT_VERSION}")
