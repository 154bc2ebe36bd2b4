# What the shape of the tree promises: edges between rooms, door plates, sizes, format.
leakcheck_node_test(structure.tree ${CMAKE_CURRENT_LIST_DIR}/structure.test.mjs
  LABEL structure TIMEOUT 300 ENVIRONMENT LEAKCHECK_CMAKE=${CMAKE_COMMAND})
