# What reads our reports, and what they promise to it: schemas, and readers from npm.
find_program(XMLLINT xmllint REQUIRED)
foreach(name run_record load_report heap_reports junit)
  leakcheck_node_test(consumers.${name} ${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs
    TIMEOUT 200 ENVIRONMENT XMLLINT=${XMLLINT})
endforeach()
