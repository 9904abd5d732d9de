# Debian's libraries, by what they are for. Small ones are linked statically where Debian ships an archive: it saves
# the dynamic loader's time at every start.
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

set(LF_FMT fmt::fmt)
set(LF_XXHASH PkgConfig::XXHASH)
# Only libcurl's headers: target/curl_library.cc loads it on first use, so that help and files do not pay for its thirty
# libraries.
add_library(lf_curl_headers INTERFACE)
target_include_directories(lf_curl_headers SYSTEM INTERFACE ${CURL_INCLUDE_DIRS})
set(LF_CURL lf_curl_headers ${CMAKE_DL_LIBS})
set(LF_DEFLATE PkgConfig::DEFLATE)
set(LF_ZLIB PkgConfig::ZLIB)
set(LF_RE2 PkgConfig::RE2)
set(LF_YAML PkgConfig::YAML)
# Statically where the archives are there: the live view is for `monitor` alone, and no other command waits for the
# dynamic loader on its account.
find_library(LF_NCURSES_ARCHIVE libncursesw.a)
find_library(LF_TINFO_ARCHIVE libtinfo.a)
if(LF_NCURSES_ARCHIVE AND LF_TINFO_ARCHIVE)
  add_library(lf_ncurses INTERFACE)
  target_link_libraries(lf_ncurses INTERFACE ${LF_NCURSES_ARCHIVE} ${LF_TINFO_ARCHIVE})
  set(LF_NCURSES lf_ncurses)
else()
  set(LF_NCURSES PkgConfig::NCURSES)
endif()
# Only headers: target/answer_reader.cc reads HTTP with Boost.Beast's parser.
add_library(lf_boost_headers INTERFACE)
target_include_directories(lf_boost_headers SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
set(LF_BOOST lf_boost_headers)
