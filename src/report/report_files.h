#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "report/report_writer.h"

namespace lf::report {

/// The files that commands save (spec, section 4).
enum class ReportFile : std::uint8_t {
  kGoroutineAnalysis,      ///< goroutine_analysis_TS.txt: the analysis, then the stacks
  kGoroutineProfileText,   ///< goroutine_profile_TS.txt: the target's bytes
  kGoroutineProfileProto,  ///< goroutine_profile_TS.pb.gz: the target's bytes
  kMemoryProfile,          ///< memory_profile_TS.pprof: the target's bytes, opens in `go tool pprof`
  kFilteredAnalysis,       ///< filtered_analysis_TS.txt
  kLeakprofAnalysis,       ///< leakprof_analysis_TS.txt (patterns)
  kUberLeakprof,           ///< uber_leakprof_TS.txt (channels)
  kCompareAnalysis,        ///< compare_analysis_TS.txt
};

/// TS of a file's name: local time as YYYYMMDD_HHMMSS.
std::string local_stamp(WallTime time);

/// "goroutine_analysis_20261123_164041.txt"; from the second of its second on, `attempt` 2, …, "…_2.txt".
std::string report_file_name(ReportFile file, std::string_view stamp, int attempt = 1);

/// Writes a file's content into the sink.
using WriteContent = std::function<Result<void>(Sink&)>;

/// Saves a file in `folder`, which is created with its parents where missing. No file is overwritten, and none is
/// there before it is whole: it is written under a temporary name in the same folder and renamed. Returns its path.
/// Fails with kIo, the system's reason and what to do; the temporary file is gone then.
[[nodiscard]] Result<std::string> save_report_file(const std::string& folder, ReportFile file, std::string_view stamp,
                                                   const WriteContent& write);

/// Writes the file that a user named (-o): the same way, but over what is there. Where `path` is no regular file (a
/// pipe, a device) it is written directly. Fails with kIo as above.
[[nodiscard]] Result<void> write_named_file(const std::string& path, const WriteContent& write);

/// Content that is there already: the bytes a target sent.
WriteContent content(std::string_view bytes);

/// A text report followed by every stack: the content of the analysis files.
WriteContent analysis_with_stacks(const Report& report);

}  // namespace lf::report
