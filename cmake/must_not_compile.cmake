# lf_must_not_compile(NAME FILE MESSAGE): a test that FILE compiles as it is, and with -DLF_MUST_NOT_COMPILE fails with
# a message that matches MESSAGE (so that a missing header is not taken for the promised refusal).
# Run as a script (cmake -P) it is that test.
if(CMAKE_SCRIPT_MODE_FILE)
  separate_arguments(compile UNIX_COMMAND "${COMPILER} -std=c++23 -fsyntax-only -I${INCLUDE}")
  execute_process(COMMAND ${compile} ${FILE} RESULT_VARIABLE status ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${FILE} does not compile as it is:\n${output}")
  endif()
  execute_process(COMMAND ${compile} -DLF_MUST_NOT_COMPILE ${FILE} RESULT_VARIABLE status ERROR_VARIABLE output)
  if(status EQUAL 0)
    message(FATAL_ERROR "${FILE} compiles with LF_MUST_NOT_COMPILE")
  elseif(NOT output MATCHES "${MESSAGE}")
    message(FATAL_ERROR "${FILE} is refused, but not with \"${MESSAGE}\":\n${output}")
  endif()
  return()
endif()

function(lf_must_not_compile name file message)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -DCOMPILER=${CMAKE_CXX_COMPILER} -DINCLUDE=${CMAKE_SOURCE_DIR}/src
    -DFILE=${CMAKE_SOURCE_DIR}/${file} -DMESSAGE=${message} -P ${CMAKE_SOURCE_DIR}/cmake/must_not_compile.cmake)
endfunction()
