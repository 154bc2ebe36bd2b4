# What the shape of the tree promises: edges between rooms, door plates, sizes, format.
find_program(NODE node REQUIRED)
add_test(NAME structure.tree
  COMMAND ${NODE} --test ${CMAKE_CURRENT_LIST_DIR}/structure.test.mjs)
set_tests_properties(structure.tree PROPERTIES
  LABELS structure
  TIMEOUT 300
  ENVIRONMENT "LEAKCHECK_CMAKE=${CMAKE_COMMAND}")
