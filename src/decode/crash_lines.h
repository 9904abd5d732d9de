#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lf::decode {

/// What a line of a crash log, without what a log collector put before it, is.
enum class CrashLine : std::uint8_t {
  kEmpty,
  kHeader,        ///< goroutine 7 gp=0x… m=nil [select]:
  kFunction,      ///< main.run(0xc000010000, {0x0?, ...})
  kCreator,       ///< created by main.main in goroutine 1
  kPlace,         ///< \t/src/app/main.go:24 +0x18, also where the tab became spaces or "#011", or was lost
  kStackNote,     ///< elided frames, stack unavailable, ancestors, non-Go functions
  kCause,         ///< panic: …, fatal error: …, SIGQUIT: quit, http: panic serving …
  kRuntimeStack,  ///< runtime stack:
  kThread,        ///< -----, before the section of another thread (GOTRACEBACK=crash)
  kTrailer,       ///< registers, PC=…, exit status 2, FAIL: belongs to the dump, says nothing
  kWord,          ///< one word: a C function's name, or nothing of ours
  kForeign,
};

CrashLine classify_crash_line(std::string_view line);

/// Where a goroutine's header begins in a line that may have something before it, npos without one.
std::size_t find_goroutine_header(std::string_view line);

/// The cause in a line: "panic: …", "fatal error: …", "SIGQUIT: quit" at its start, "http: panic serving …" anywhere;
/// empty where there is none.
std::string_view cause_in(std::string_view line);

/// Whether `cause` is the runtime's word that every goroutine waits and none can be woken (runtime/proc.go checkdead).
bool tells_deadlock(std::string_view cause);

/// Whether `line`, without a tab, is "FILE:LINE", perhaps with an offset.
bool is_place(std::string_view line);

/// "/src/app/main.go:24 +0x18": the line of a place without what stands for its tab.
std::string_view untabbed(std::string_view line);

std::string_view without_spaces_behind(std::string_view line);

}  // namespace lf::decode
