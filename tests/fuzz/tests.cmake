# Each fuzzer's corpus is replayed as an ordinary test. The fuzzer itself is Clang's: README.md.
option(LEAKCHECK_FUZZ "Build the fuzzers, with Clang and its sanitizers" OFF)

function(leakcheck_fuzzer name)
  set(folder ${PROJECT_SOURCE_DIR}/tests/fuzz)
  add_executable(${name}_replay ${folder}/${name}_fuzz.cpp ${folder}/replay.cpp)
  target_link_libraries(${name}_replay PRIVATE leakcheck_load leakcheck_series leakcheck_heap
    leakcheck_build_flags)
  add_test(NAME fuzz.${name} COMMAND ${name}_replay ${folder}/corpus/${name})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
  if(NOT LEAKCHECK_FUZZ)
    return()
  endif()
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "LEAKCHECK_FUZZ needs Clang: configure with -DCMAKE_CXX_COMPILER=clang++")
  endif()
  # What is fuzzed is built once more, so that it is instrumented.
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/)
  add_executable(${name}_fuzz ${folder}/${name}_fuzz.cpp ${ARGN})
  target_include_directories(${name}_fuzz PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_options(${name}_fuzz PRIVATE -g -O1 -fsanitize=fuzzer,address,undefined
    -fno-sanitize-recover=all)
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer,address,undefined)
  target_link_libraries(${name}_fuzz PRIVATE leakcheck_build_flags Boost::headers leakcheck_stats
    leakcheck_base simdjson::simdjson fmt::fmt PkgConfig::zstd nlohmann_json::nlohmann_json
    Threads::Threads)
endfunction()

leakcheck_fuzzer(answer_parser harness/load/answer_parser.cpp harness/load/event_stream.cpp)
leakcheck_fuzzer(series_log
  harness/series/clean.cpp harness/series/csv.cpp harness/series/draft.cpp harness/series/format.cpp
  harness/series/json_lines.cpp harness/series/json_walk.cpp harness/series/keys.cpp harness/series/lives.cpp
  harness/series/log_reader.cpp harness/series/prometheus.cpp harness/series/times.cpp harness/series/values.cpp)
leakcheck_fuzzer(heap_snapshot
  harness/heap/byte_source.cpp harness/heap/depth_first.cpp harness/heap/dominators.cpp
  harness/heap/essential_edges.cpp harness/heap/file_kind.cpp harness/heap/finish_graph.cpp
  harness/heap/graph_rows.cpp harness/heap/heap_graph.cpp harness/heap/input.cpp
  harness/heap/lazy_text.cpp harness/heap/load_snapshot.cpp harness/heap/row_blocks.cpp
  harness/heap/semi_nca.cpp harness/heap/shallow_sizes.cpp harness/heap/snapshot_header.cpp
  harness/heap/string_table.cpp harness/heap/string_text.cpp harness/heap/zstd_source.cpp)
