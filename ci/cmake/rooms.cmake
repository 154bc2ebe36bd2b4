# The rooms and the only edges between them. tests/structure reads the same table and
# compares it with every #include, because a PRIVATE link does not keep a header out.
#
# leakcheck_room(<name> [SOURCES <file>...] [USES <room>...] [OWNS <library target>...])
#   USES  rooms this one may include; an edge that is not in the table below stops the configuration
#   OWNS  third-party libraries; linked PRIVATE, their headers stay in this room's .cpp files

set(LEAKCHECK_MAY_USE_base "")
set(LEAKCHECK_MAY_USE_model base)
set(LEAKCHECK_MAY_USE_stats base)
set(LEAKCHECK_MAY_USE_heap base)
set(LEAKCHECK_MAY_USE_explain heap model base)
set(LEAKCHECK_MAY_USE_verdict stats model base)
set(LEAKCHECK_MAY_USE_scenario model base)
set(LEAKCHECK_MAY_USE_target model base)
set(LEAKCHECK_MAY_USE_agent model base)
set(LEAKCHECK_MAY_USE_load model base)
set(LEAKCHECK_MAY_USE_series model stats base)
set(LEAKCHECK_MAY_USE_native model base)
set(LEAKCHECK_MAY_USE_reporters model base)
set(LEAKCHECK_MAY_USE_run verdict explain scenario target agent load native model base)
set(LEAKCHECK_MAY_USE_cli run series explain heap verdict reporters scenario model base)

function(leakcheck_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;OWNS" ${ARGN})
  if(NOT DEFINED LEAKCHECK_MAY_USE_${name})
    message(FATAL_ERROR "Room '${name}' is not in ci/cmake/rooms.cmake; add it to the table there first.")
  endif()
  foreach(used IN LISTS ROOM_USES)
    if(NOT used IN_LIST LEAKCHECK_MAY_USE_${name})
      message(FATAL_ERROR
        "Room '${name}' may not use '${used}'. Allowed: ${LEAKCHECK_MAY_USE_${name}}. "
        "A shared record goes to model, a shared tool to base, never sideways.")
    endif()
  endforeach()
  add_library(leakcheck_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(leakcheck_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(leakcheck_${name} PRIVATE leakcheck_build_flags ${ROOM_OWNS})
  foreach(used IN LISTS ROOM_USES)
    target_link_libraries(leakcheck_${name} PUBLIC leakcheck_${used})
  endforeach()
endfunction()
