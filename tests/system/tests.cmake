# System tests: the real binary, real Node.js, real sockets.
foreach(name faults verdicts real_packages procedure terminal load loads routes suspects judge snapshot diagnosis explain)
  leakcheck_node_test(system.${name} ${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs TIMEOUT 400)
endforeach()
# Every sample service on both releases; a part of them is in system.diagnosis.
leakcheck_node_test(slow.diagnosis ${CMAKE_CURRENT_LIST_DIR}/diagnosis.test.mjs LABEL slow TIMEOUT 1200
  ENVIRONMENT LEAKCHECK_DIAGNOSIS=all)
