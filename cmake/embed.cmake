# lf_embed_pages(TARGET FOLDER ACCESSOR): builds the Markdown files of FOLDER into TARGET as a generated source that
# defines `std::span<const lf::cli::Page> lf::cli::ACCESSOR()`; made anew when a page changes, comes or goes.
# Run as a script (cmake -P) it writes that source.
if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB_RECURSE pages RELATIVE ${FOLDER} ${FOLDER}/*.md)
  list(SORT pages)
  set(rows "")
  set(count 0)
  foreach(page IN LISTS pages)
    file(READ ${FOLDER}/${page} text)
    string(REGEX REPLACE "\\.md$" "" name "${page}")
    string(APPEND rows "    Page{\"${name}\", R\"page(${text})page\"},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  file(WRITE ${OUTPUT} "// Made by cmake/embed.cmake.\n#include <array>\n\n#include \"cli/page.h\"\n
namespace lf::cli {\n\nstd::span<const Page> ${ACCESSOR}() {
  static constexpr std::array<Page, ${count}> kPages{\n${rows}  };\n  return kPages;\n}\n\n}  // namespace lf::cli\n")
  return()
endif()

function(lf_embed_pages target folder accessor)
  file(GLOB_RECURSE pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.md)
  set(output ${CMAKE_BINARY_DIR}/embedded/${accessor}.cc)
  # The list of pages is an input too: one that went is no newer file.
  string(SHA256 names "${pages}")
  set(list ${CMAKE_BINARY_DIR}/embedded/${accessor}.list)
  file(CONFIGURE OUTPUT ${list} CONTENT "${names}\n")
  add_custom_command(OUTPUT ${output} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${CMAKE_SOURCE_DIR}/${folder} -DOUTPUT=${output} -DACCESSOR=${accessor}
            -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${pages} ${list} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    COMMENT "Embedding ${folder}")
  target_sources(${target} PRIVATE ${output})
endfunction()
