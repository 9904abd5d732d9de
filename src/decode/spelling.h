#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "decode/leaf_state.h"

namespace lf::decode {

/// What a function's name (and file) say of its frames; bits of `FrameTraits::bits`.
enum FrameTrait : std::uint16_t {
  kHiddenRuntime = 1,       ///< debug=2 leaves it out unless nothing else is there
  kPanicFrame = 2,          ///< runtime.gopanic: shown as "panic", but not as the leaf
  kPanicCallee = 4,         ///< gopanic, sigpanic, panicwrap: a wrapper that calls one is shown
  kWrapper = 8,             ///< made by the compiler: method values, `go f(x)` and `defer f(x)`, promoted methods
  kGoExit = 16,             ///< runtime.goexit: the end of every stack, shown by none but crash logs
  kServesProfile = 32,      ///< of net/http/pprof or the writer of goroutine profiles
  kBackgroundRead = 64,     ///< net/http.(*connReader).backgroundRead, one beside each request of HTTP/1
  kRuntimeMain = 128,       ///< runtime.main: the root of the main goroutine
  kServesConnection = 256,  ///< net/http.(*conn).serve: a request of HTTP/1, or the connection of HTTP/2
};

struct FrameTraits {
  std::uint16_t bits = 0;
  LeafRow leaf = 0;

  bool has(FrameTrait trait) const { return (bits & trait) != 0; }
};

/// The traits of `function`, spelled as any profile does.
///
/// Hidden are names of package runtime that are not exported, but runFinalizers and runCleanups, and names without a
/// dot, which are cgo's (runtime/traceback.go showfuncinfo, Go 1.18 to 1.27; before 1.25 those two were hidden as
/// runfinq).
FrameTraits frame_traits(std::string_view function, std::string_view file);

/// How `function` stands in goroutine debug=2: type arguments as "[...]", runtime.gopanic as "panic".
///
/// `scratch` holds the result where it differs. Go 1.27 keeps what stands between two lists of type arguments (generic
/// methods, closures in them); before, everything from the first "[" to the last "]" is one "[...]"; `pairs` chooses
/// (runtime/traceback.go funcNamePiecesForPrint).
std::string_view debug2_spelling(std::string_view function, bool pairs, std::string& scratch);

/// The Go version that a file below GOROOT names, "go1.27.0", or empty: ".../go1.27.0.linux-amd64/src/runtime/proc.go",
/// "/usr/lib/go-1.19/src/…", "/opt/hostedtoolcache/go/1.22.3/x64/src/…". Trimmed paths and /usr/local/go name none.
std::string go_version_in_path(std::string_view file);

/// Whether `version` ("go1.26.8") is Go 1.27 or later; so is an empty one, for want of better.
bool prints_type_argument_pairs(std::string_view version);

}  // namespace lf::decode
