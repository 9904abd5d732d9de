#include "detect/site.h"

#include <algorithm>
#include <array>

namespace lf::detect {
namespace {

// First elements of the standard library's import paths, Go 1.18 to 1.27 (`go list std`), in order.
constexpr std::array<std::string_view, 55> kStandardRoots{
    "archive", "arena",    "bufio",   "builtin", "bytes",    "cmd",     "cmp",     "compress", "container", "context",
    "crypto",  "database", "debug",   "embed",   "encoding", "errors",  "expvar",  "flag",     "fmt",       "go",
    "hash",    "html",     "image",   "index",   "internal", "io",      "iter",    "log",      "maps",      "math",
    "mime",    "net",      "os",      "path",    "plugin",   "reflect", "regexp",  "runtime",  "simd",      "slices",
    "sort",    "strconv",  "strings", "structs", "sync",     "syscall", "testing", "text",     "time",      "unicode",
    "unique",  "unsafe",   "uuid",    "vendor",  "weak"};

// Packages that only wait, copy or encrypt for somebody; a frame of theirs says nothing of who waits.
constexpr std::array<std::string_view, 10> kPlumbingRoots{"sync", "time",   "syscall",  "io",  "bufio",
                                                          "os",   "crypto", "internal", "net", "vendor"};

std::string_view first_element(std::string_view path) {
  return path.substr(0, path.find('/'));
}

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& roots, std::string_view root) {
  return std::ranges::find(roots, root) != roots.end();
}

bool lies_in(std::string_view folder, std::string_view package) {
  if (!folder.ends_with(package)) return false;
  const std::string_view before = folder.substr(0, folder.size() - package.size());
  return before.empty() || before.ends_with("/src/");
}

/// Whether `file` may belong to the library's `package`: …/src/<package>/x.go, with -trimpath <package>/x.go; what the
/// runtime implements for a package (time.Sleep, sync.runtime_Semacquire) lies in the runtime's folder.
bool file_fits(std::string_view package, std::string_view file) {
  const std::size_t slash = file.rfind('/');
  if (slash == std::string_view::npos) return true;
  const std::string_view folder = file.substr(0, slash);
  return lies_in(folder, package) || lies_in(folder, "runtime") || folder.contains("/src/internal/runtime/");
}

bool is_plumbing(std::string_view package) {
  const std::string_view root = first_element(package);
  // net/http and its kin have loops of their own, which name what they are.
  if (root == "net") return package == "net" || package == "net/textproto";
  return contains(kPlumbingRoots, root);
}

}  // namespace

std::string_view package_of(std::string_view function) {
  // Type arguments may hold slashes and dots: `main.(*Gen[go.shape.string]).Recv`.
  const std::string_view head = function.substr(0, function.find('['));
  const std::size_t slash = head.rfind('/');
  const std::size_t dot = head.find('.', slash == std::string_view::npos ? 0 : slash);
  return dot == std::string_view::npos ? std::string_view{} : function.substr(0, dot);
}

std::string_view name_in_package(std::string_view function) {
  const std::string_view package = package_of(function);
  return package.empty() ? function : function.substr(package.size() + 1);
}

std::string_view owner_type(std::string_view function) {
  const std::string_view package = package_of(function);
  const std::string_view name = name_in_package(function);
  if (name.starts_with("(")) {
    const std::size_t close = name.find(')');
    if (close != std::string_view::npos) return function.substr(0, package.size() + 1 + close + 1);
  }
  return package;
}

CodeOwner owner_of(std::string_view function, std::string_view file) {
  const std::string_view package = package_of(function);
  if (package.empty()) {
    // `panic` and, in some forms, assembly stubs stand without a package.
    return function == "panic" || function.starts_with("runtime") ? CodeOwner::kRuntime : CodeOwner::kUser;
  }
  const std::string_view root = first_element(package);
  if (root == "main" || root.contains('.')) return CodeOwner::kUser;
  if (!contains(kStandardRoots, root) || !file_fits(package, file)) return CodeOwner::kUser;
  if (package == "runtime" || package.starts_with("internal/runtime")) return CodeOwner::kRuntime;
  if (name_in_package(function).starts_with("runtime_")) return CodeOwner::kRuntime;
  return is_plumbing(package) ? CodeOwner::kPlumbing : CodeOwner::kStandard;
}

SitePlace site_of(const Symbols& symbols, std::span<const FrameId> leaf_first) {
  return site_of(leaf_first, [&](FrameId frame) { return owner_of(symbols.function(frame), symbols.file(frame)); });
}

FrameId site_frame(const Symbols& symbols, StackId stack) {
  const std::span<const FrameId> frames = symbols.stack(stack);
  return frames.empty() ? FrameId{} : frames[site_of(symbols, frames).index];
}

}  // namespace lf::detect
