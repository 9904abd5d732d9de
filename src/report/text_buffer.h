#pragma once

#include <string>
#include <string_view>

#include "report/report_writer.h"

namespace lf::report {

/// Collects what a writer says and hands it to the sink in blocks; the first failure ends it.
class TextBuffer {
 public:
  explicit TextBuffer(Sink& sink) : sink_(sink) {}

  TextBuffer& operator<<(std::string_view text) {
    pending_ += text;
    constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;
    if (pending_.size() >= kBlockBytes) flush();
    return *this;
  }
  [[nodiscard]] Result<void> finish() {
    flush();
    return result_;
  }

 private:
  void flush() {
    if (result_ && !pending_.empty()) result_ = sink_.write(pending_);
    pending_.clear();
  }
  Sink& sink_;
  std::string pending_;
  Result<void> result_;
};

}  // namespace lf::report
