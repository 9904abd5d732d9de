# lf_room(NAME ROOMS a b LIBS x y TIMING pattern): the static library lf_NAME of src/NAME/*.cc, and its tests NAME_test of
# src/NAME/*_test.cc, each test one of ctest's. Those that match TIMING (a filter of GoogleTest's) carry the label `timing`.
include(GoogleTest)
find_package(GTest)

# Where the tests find testdata/: one object that knows the checkout's path, so that ccache serves all others to a second one.
configure_file(${CMAKE_SOURCE_DIR}/cmake/source_dir.cc.in ${CMAKE_BINARY_DIR}/generated/source_dir.cc @ONLY)
add_library(lf_source_dir STATIC ${CMAKE_BINARY_DIR}/generated/source_dir.cc)
target_link_libraries(lf_source_dir PUBLIC lf_flags)

function(lf_room name)
  cmake_parse_arguments(ARG "" "TIMING" "ROOMS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|bench)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(library lf_${name})
  if(sources)
    add_library(${library} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${library} INTERFACE)
    set(scope INTERFACE)
  endif()
  list(TRANSFORM ARG_ROOMS PREPEND lf_)
  target_link_libraries(${library} ${scope} lf_flags ${ARG_ROOMS} ${ARG_LIBS})
  if(tests AND GTest_FOUND AND NOT LF_FUZZ)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${library} lf_source_dir GTest::gtest GTest::gmock GTest::gtest_main)
    # Tests are compiled more often than they run; the library's own code keeps its optimisation.
    target_compile_options(${name}_test PRIVATE -O0)
    if(ARG_TIMING)
      lf_discover_tests(${name} "-${ARG_TIMING}")
      lf_discover_tests(${name} "${ARG_TIMING}" LABELS timing)
    else()
      lf_discover_tests(${name} "*")
    endif()
  endif()
endfunction()

# lf_discover_tests(NAME FILTER PROPERTY VALUE...): ctest's tests of NAME_test, by the names that GoogleTest gives them.
function(lf_discover_tests name filter)
  gtest_discover_tests(${name}_test TEST_PREFIX "${name}." TEST_FILTER "${filter}" NO_PRETTY_VALUES
    PROPERTIES TIMEOUT 300 ${ARGN} DISCOVERY_TIMEOUT 120)
endfunction()

# The slow parser that tests hold the fast ones against; never linked into the product.
function(lf_referee)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/decode/testing/*.cc)
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  if(sources)
    add_library(lf_decode_referee STATIC ${sources})
    target_link_libraries(lf_decode_referee PUBLIC lf_flags lf_model lf_source_dir ${LF_ZLIB})
    if(TARGET decode_test)
      target_link_libraries(decode_test PRIVATE lf_decode_referee)
    endif()
  endif()
endfunction()
