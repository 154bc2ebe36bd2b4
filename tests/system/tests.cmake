# System tests: the real binary, real Node.js, real sockets.
foreach(name faults verdicts real_packages procedure terminal load loads routes suspects judge snapshot diagnosis)
  leakcheck_node_test(system.${name} ${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs TIMEOUT 400)
endforeach()
