# Debian's libraries, by what they are for. They are linked statically where Debian ships an archive: the dynamic
# loader's look-ups were half of every start (docs/decisions/0008-static-libraries.md).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(Boost 1.74 REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-cpp)
pkg_check_modules(NCURSES REQUIRED IMPORTED_TARGET ncursesw)

# lf_archive(OUT PACKAGE NAME...): OUT is lib<NAME>.a of each name with the headers of PACKAGE, or the shared library where
# one of them is not there.
function(lf_archive out package)
  set(archives)
  foreach(name IN LISTS ARGN)
    find_library(LF_ARCHIVE_${name} lib${name}.a)
    list(APPEND archives ${LF_ARCHIVE_${name}})
  endforeach()
  if("${archives}" MATCHES "NOTFOUND")
    set(${out} PkgConfig::${package} PARENT_SCOPE)
    return()
  endif()
  add_library(lf_${package} INTERFACE)
  target_include_directories(lf_${package} SYSTEM INTERFACE ${${package}_INCLUDE_DIRS})
  target_compile_options(lf_${package} INTERFACE ${${package}_CFLAGS_OTHER})
  target_link_options(lf_${package} INTERFACE ${${package}_LDFLAGS_OTHER})
  target_link_libraries(lf_${package} INTERFACE ${archives})
  set(${out} lf_${package} PARENT_SCOPE)
endfunction()

# lf_headers(OUT NAME DIR...): OUT is a library of which only the headers are taken.
function(lf_headers out name)
  add_library(lf_${name}_headers INTERFACE)
  target_include_directories(lf_${name}_headers SYSTEM INTERFACE ${ARGN})
  set(${out} lf_${name}_headers PARENT_SCOPE)
endfunction()

lf_archive(LF_XXHASH XXHASH xxhash)
lf_archive(LF_DEFLATE DEFLATE deflate)
lf_archive(LF_ZLIB ZLIB z)
lf_archive(LF_RE2 RE2 re2)
lf_archive(LF_YAML YAML yaml-cpp)
lf_archive(LF_NCURSES NCURSES ncursesw tinfo)
# base/formatting.cc compiles what Debian ships as a shared library only.
lf_headers(LF_FMT fmt $<TARGET_PROPERTY:fmt::fmt-header-only,INTERFACE_INCLUDE_DIRECTORIES>)
# target/curl_library.cc loads it on first use, so that help and files do not pay for its thirty libraries.
lf_headers(LF_CURL curl ${CURL_INCLUDE_DIRS})
list(APPEND LF_CURL ${CMAKE_DL_LIBS})
# target/answer_reader.cc reads HTTP with Boost.Beast's parser.
lf_headers(LF_BOOST boost ${Boost_INCLUDE_DIRS})
