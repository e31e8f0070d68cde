# CkptlintConfig.cmake - ckptlint in a CMake project.
#
#   find_package(Ckptlint)
#   ckptlint_add(TARGET [TIDY] [CHECKPOINTS FILE...] [OPTIONS OPTION...])
#
# makes ckptlint check what TARGET compiles and links, as part of the build:
#   CHECKPOINTS  files whose change checks again (relative to the current source folder)
#   TIDY         through CMake's clang-tidy slot instead of launchers (for generators and setups that have no room for those)
#   OPTIONS      options of `ckptlint check` (-Wno-ckpt-unexpected-key, --checkpoint=Net=weights/net.pt ...)
# A launcher that is already set (ccache, sccache) is kept, between ckptlint and the compiler. Besides, for the whole project:
#   the target `ckptlint` and the CTest test `ckptlint` (check everything that compile_commands.json lists), once, when
#   CMAKE_EXPORT_COMPILE_COMMANDS is on.
#
# Without find_package, the same from outside: cmake -DCMAKE_CXX_COMPILER_LAUNCHER="ckptlint;cc" -DCMAKE_CXX_LINKER_LAUNCHER="ckptlint;cc"
cmake_minimum_required(VERSION 3.21) # LINKER_LAUNCHER

find_program(CKPTLINT_EXECUTABLE ckptlint HINTS ${CMAKE_CURRENT_LIST_DIR}/../../../bin ${CMAKE_CURRENT_LIST_DIR}/../../build
             DOC "the ckptlint program")
if(CKPTLINT_EXECUTABLE)
  set(Ckptlint_FOUND TRUE)
else()
  set(Ckptlint_FOUND FALSE)
  set(Ckptlint_NOT_FOUND_MESSAGE "the program ckptlint was not found; set CKPTLINT_EXECUTABLE")
endif()

function(ckptlint_add target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TIDY" "" "CHECKPOINTS;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ckptlint_add(${target}): not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "ckptlint_add(${target}): there is no such target")
  endif()
  if(NOT CKPTLINT_EXECUTABLE)
    return()
  endif()
  if(arg_TIDY)
    set_property(TARGET ${target} PROPERTY CXX_CLANG_TIDY ${CKPTLINT_EXECUTABLE} check ${arg_OPTIONS})
  else()
    set(launcher ${CKPTLINT_EXECUTABLE} cc ${arg_OPTIONS})
    foreach(kind CXX_COMPILER_LAUNCHER CXX_LINKER_LAUNCHER)
      get_target_property(already ${target} ${kind})
      if(NOT already)
        set(already)
      endif()
      set_property(TARGET ${target} PROPERTY ${kind} ${launcher} ${already})
    endforeach()
  endif()
  foreach(checkpoint ${arg_CHECKPOINTS})
    get_filename_component(path ${checkpoint} ABSOLUTE)
    if(arg_TIDY) # the slot runs at the compile, and cannot add to what the compiler writes into its depfile
      get_target_property(sources ${target} SOURCES)
      set_property(SOURCE ${sources} APPEND PROPERTY OBJECT_DEPENDS ${path})
    else()
      set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${path})
    endif()
  endforeach()
  if(CMAKE_EXPORT_COMPILE_COMMANDS AND NOT TARGET ckptlint)
    add_custom_target(ckptlint COMMAND ${CKPTLINT_EXECUTABLE} check -p ${CMAKE_BINARY_DIR} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
                      COMMENT "ckptlint: checking every load site" VERBATIM)
    add_test(NAME ckptlint COMMAND ${CKPTLINT_EXECUTABLE} check -p ${CMAKE_BINARY_DIR} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
endfunction()
