leakcheck_unit_tests(load LABEL node SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/socket_server.cpp
  ${CMAKE_CURRENT_LIST_DIR}/answers_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/connections_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/connector_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/counts_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/flows_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fast_client_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fast_faults_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fast_slow_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/full_client_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/full_http2_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/models_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/nginx.cpp
  ${CMAKE_CURRENT_LIST_DIR}/nginx_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/node_process.cpp
  ${CMAKE_CURRENT_LIST_DIR}/node_server.cpp
  ${CMAKE_CURRENT_LIST_DIR}/node_server_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/replay_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/requests_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/web_socket_faults_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/web_socket_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/wire_text_test.cpp)

# The same tests over libcurl's own HTTP: a step may take either path, with the same results.
add_test(NAME node.load.full_path COMMAND node_load_test
  "--test-case-exclude=Connector*,FastClient*,FullClient*,HTTP/2*,WebSocketClient*,nginx*,wire text*")
set_tests_properties(node.load.full_path PROPERTIES LABELS node TIMEOUT 120 FIXTURES_REQUIRED npm
  ENVIRONMENT LEAKCHECK_FULL_PATH=1)
# The packages from npm: for the servers of node_process.hpp.
target_compile_definitions(node_load_test PRIVATE LEAKCHECK_NPM="${PROJECT_BINARY_DIR}/npm")
set_tests_properties(node.load PROPERTIES FIXTURES_REQUIRED npm)
