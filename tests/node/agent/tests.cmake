# The agent's script in real Node.js processes, against a fake hub that speaks the fixture lines.
foreach(name protocol manners threads clock stand_ins)
  leakcheck_node_test(node.agent_${name} ${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs TIMEOUT 400
    ENVIRONMENT LEAKCHECK_AGENT=${PROJECT_BINARY_DIR}/harness/agent/leakcheck-agent.cjs)
endforeach()
