# Every command and every YAML block of the documents, run and read.
leakcheck_node_test(docs ${CMAKE_CURRENT_LIST_DIR}/docs.test.mjs TIMEOUT 300)
