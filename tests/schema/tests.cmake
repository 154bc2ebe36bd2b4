# The schema that the binary prints, against the examples that the reader is tested with.
leakcheck_node_test(schema.scenario ${CMAKE_CURRENT_LIST_DIR}/scenario.test.mjs TIMEOUT 120)
