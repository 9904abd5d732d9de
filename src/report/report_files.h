#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "report/report_writer.h"

namespace lf::report {

/// TS of a report file's name: local time as YYYYMMDD_HHMMSS.
std::string local_stamp(WallTime time);

/// The folder of one run's report files (spec, section 4): STEM_TS.EXTENSION, TS from the run's start.
class ReportFolder {
 public:
  ReportFolder(std::string folder, WallTime at) : folder_(std::move(folder)), stamp_(local_stamp(at)) {}

  /// Saves `bytes` as `stem`_TS`extension` ("goroutine_analysis", ".txt"), as STEM_TS_2 where that is taken. The folder
  /// is created with its parents where missing. No file is overwritten, and none is there before it is whole: it is
  /// written under a temporary name in the same folder and renamed. Returns its path. Fails with kIo, the system's
  /// reason and what to do; the temporary file is gone then.
  [[nodiscard]] Result<std::string> save(std::string_view stem, std::string_view extension,
                                         std::string_view bytes) const;

 private:
  std::string folder_, stamp_;
};

/// Writes the file that a user named (-o): the same way, its folders too, but over what is there. Where `path` is no
/// regular file (a pipe, a device) it is written directly. Fails with kIo as above.
[[nodiscard]] Result<void> write_file(const std::string& path, std::string_view bytes);

/// Every goroutine site of `report` with its whole stack: what follows the analysis in an analysis file. Begins with a
/// blank line; empty where there is no stack.
std::string stacks_text(const Report& report);

}  // namespace lf::report
