#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "report/report_writer.h"

namespace lf::cli {

/// Keeps what a format writes, for what takes it as a whole.
class StringSink final : public report::Sink {
 public:
  [[nodiscard]] Result<void> write(std::string_view text) override {
    text_ += text;
    return {};
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace lf::cli
