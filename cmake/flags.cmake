# Warnings, hardening and sanitizers, for everything that is ours.
add_library(lf_flags INTERFACE)
target_compile_options(lf_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # g++ leaves these out of -Wconversion and -Wextra for C++; its word is what counts.
  target_compile_options(lf_flags INTERFACE -Wno-sign-conversion -Wno-missing-field-initializers
    -Wno-missing-designated-field-initializers)
endif()
target_include_directories(lf_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)

set(LF_SANITIZE "" CACHE STRING "comma list for -fsanitize")
option(LF_FUZZ "build the libFuzzer targets" OFF)

if(LF_SANITIZE)
  # g++ 12 sees uninitialised values in the standard library's own headers once they are instrumented (GCC bug 105562).
  target_compile_options(lf_flags INTERFACE -fsanitize=${LF_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  # These four checks of g++'s take a quarter of the time to compile. A null pointer faults under AddressSanitizer as well, and
  # clang's fuzz targets are built with all four.
  target_compile_options(lf_flags INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-fno-sanitize=null,alignment,object-size,vptr>)
  # clang only: g++ does not look for what the list names.
  target_compile_options(lf_flags INTERFACE
    $<$<CXX_COMPILER_ID:Clang>:-fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/cmake/sanitizers_ignore.txt>)
  target_link_options(lf_flags INTERFACE -fsanitize=${LF_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
  target_compile_options(lf_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong
    -ftrivial-auto-var-init=zero)
  target_link_options(lf_flags INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,--as-needed -Wl,--gc-sections -static-libstdc++
    -static-libgcc)
endif()
add_link_options(-pie)

find_program(LF_CCACHE ccache)
if(LF_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths count from the checkout, and neither its folder nor the language of messages is part of the key, so that a second
  # clone is served by the first's results.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=locale ${LF_CCACHE})
endif()
