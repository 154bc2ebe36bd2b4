# The agent's script in real Node.js processes, against a fake hub that speaks the fixture lines.
find_program(NODE node REQUIRED)
foreach(name protocol manners)
  add_test(NAME node.agent_${name}
    COMMAND ${NODE} --test ${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs)
  set_tests_properties(node.agent_${name} PROPERTIES
    LABELS node
    TIMEOUT 400
    FIXTURES_REQUIRED npm
    ENVIRONMENT "LEAKCHECK_NPM=${PROJECT_BINARY_DIR}/npm;LEAKCHECK_AGENT=${PROJECT_BINARY_DIR}/harness/agent/leakcheck-agent.cjs")
endforeach()
