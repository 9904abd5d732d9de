#pragma once

#include <string>
#include <vector>

#include "model/report.h"
#include "report/report_writer.h"

namespace lf::report {

/// Reports that tests of this room write, built by hand: each field of the model is set in one of them.
struct SampleReport {
  std::string name;  ///< the golden files' stem
  Report report;
};
std::vector<SampleReport> sample_reports();

/// A finding with every field set.
Finding full_finding();
/// A report whose texts all are `text`, in every place that text of a target can reach.
Report report_full_of(const std::string& text);

/// Keeps what is written; fails from `capacity` bytes on where one is given.
class StringSink final : public Sink {
 public:
  explicit StringSink(std::size_t capacity = std::string::npos) : capacity_(capacity) {}
  Result<void> write(std::string_view text) override {
    if (written.size() + text.size() > capacity_) return fail(ErrorCode::kIo, "no space left on device");
    written += text;
    return {};
  }
  std::string written;

 private:
  std::size_t capacity_;
};

/// `report` in the format of that name; a failure is the text "failed: …".
std::string written(const Report& report, std::string_view format_name, const Style& style = {});

}  // namespace lf::report
