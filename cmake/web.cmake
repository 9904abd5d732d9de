# lf_web_page(TARGET): builds the page of web/ with node and esbuild into TARGET, as a generated source that defines
# `lf::report::page_assets()`. Without node, npm or the packages (no network), the source holds an empty page, the
# build says so and goes on; it tries again with the next build.
# Run as a script (cmake -P) it makes that source.
if(CMAKE_SCRIPT_MODE_FILE)
  set(why "")
  # Looked for at each build, not when it is configured: who builds without node and installs it then is not held to it.
  find_program(NODE node)
  find_program(NPM npm)
  if(NOT NODE OR NOT NPM)
    set(why "node or npm is not installed (scripts/setup web)")
  endif()
  # Packages change with the lock file only; esbuild's own platform binary is a package, so no install script runs.
  file(SHA256 ${WEB}/package-lock.json lock)
  if(NOT why AND NOT EXISTS ${FOLDER}/node_modules/.installed-${lock})
    file(MAKE_DIRECTORY ${FOLDER})
    file(COPY ${WEB}/package.json ${WEB}/package-lock.json ${WEB}/.npmrc DESTINATION ${FOLDER})
    execute_process(
      COMMAND ${NPM} ci --omit=dev --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
              --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=30000
      WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 180)
    if(status EQUAL 0)
      file(TOUCH ${FOLDER}/node_modules/.installed-${lock})
    else()
      string(REGEX REPLACE "\n.*" "" line "${output}")
      set(why "its npm packages could not be installed: ${line}")
    endif()
  endif()
  if(NOT why)
    execute_process(COMMAND ${NODE} ${WEB}/build.mjs ${WEB} ${FOLDER} ${OUTPUT} RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
      message(FATAL_ERROR "the page of the HTML report does not build (its errors are above)")
    endif()
    return()
  endif()
  message("-format=html is left out of this build: ${why}")
  file(REMOVE ${FOLDER}/THIRD_PARTY)
  file(WRITE ${OUTPUT} "// Made by cmake/web.cmake, without node.\n#include \"report/page_assets.h\"\n
namespace lf::report {\n\nconst PageAssets& page_assets() {\n  static constexpr PageAssets kNone{};\n  return kNone;\n}\n
}  // namespace lf::report\n")
  # Older than what it is made from, so that the next build tries again.
  execute_process(COMMAND touch -d @1 ${OUTPUT})
  return()
endif()

function(lf_web_page target)
  set(web ${CMAKE_SOURCE_DIR}/web)
  set(folder ${CMAKE_BINARY_DIR}/web)
  set(output ${CMAKE_BINARY_DIR}/embedded/page_assets.cc)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/*)
  add_custom_command(OUTPUT ${output} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DWEB=${web} -DFOLDER=${folder} -DOUTPUT=${output} -P ${CMAKE_SOURCE_DIR}/cmake/web.cmake
    DEPENDS ${sources} ${web}/build.mjs ${web}/package.json ${web}/package-lock.json ${CMAKE_SOURCE_DIR}/cmake/web.cmake
    COMMENT "Building the page of the HTML report")
  if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    # The page is one string, longer than the standard asks a compiler to take.
    set_source_files_properties(${output} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
  endif()
  target_sources(${target} PRIVATE ${output})
endfunction()
