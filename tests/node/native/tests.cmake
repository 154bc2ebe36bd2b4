leakcheck_unit_tests(native LABEL node SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/counted_process.cpp
  ${CMAKE_CURRENT_LIST_DIR}/known_blocks_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/node_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/off_test.cpp
  LINKS fmt::fmt)

# Programs that are counted, or cannot be: without sanitizers, which bring their own malloc().
add_executable(native_known_blocks ${CMAKE_CURRENT_LIST_DIR}/known_blocks.cpp)
add_executable(native_waits ${CMAKE_CURRENT_LIST_DIR}/waits.c)
add_executable(native_waits_static ${CMAKE_CURRENT_LIST_DIR}/waits.c)
add_executable(native_other_linked ${CMAKE_CURRENT_LIST_DIR}/known_blocks.cpp)
add_library(native_other_allocator SHARED ${CMAKE_CURRENT_LIST_DIR}/other_allocator.cpp)
add_executable(malloc_cost EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/malloc_cost.c)
set_target_properties(native_known_blocks native_waits native_waits_static native_other_linked
  native_other_allocator malloc_cost PROPERTIES COMPILE_OPTIONS "" LINK_OPTIONS "")
# No call of the test programs is to be reasoned away.
target_compile_options(native_known_blocks PRIVATE -fno-builtin)
target_compile_options(native_other_linked PRIVATE -fno-builtin)
target_compile_options(native_other_allocator PRIVATE -fno-builtin -fno-threadsafe-statics)
target_compile_options(malloc_cost PRIVATE -O2)
target_link_options(native_known_blocks PRIVATE -rdynamic)
target_link_options(native_other_linked PRIVATE -rdynamic)
target_link_options(malloc_cost PRIVATE -rdynamic)
target_link_options(native_waits_static PRIVATE -static)
target_link_libraries(native_known_blocks PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
target_link_libraries(native_other_linked PRIVATE native_other_allocator Threads::Threads ${CMAKE_DL_LIBS})
target_link_libraries(malloc_cost PRIVATE Threads::Threads)
add_dependencies(node_native_test native_known_blocks native_waits native_waits_static
  native_other_linked native_other_allocator)
target_compile_definitions(node_native_test PRIVATE
  LEAKCHECK_PROGRAMS="$<TARGET_FILE_DIR:native_known_blocks>")
