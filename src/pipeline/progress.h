#pragma once

#include <chrono>
#include <string_view>

namespace lf::pipeline {

/// Where work of more than a moment tells how far it is; the command line draws it, tests record it.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `fraction` of `what` is done, 0 to 1; `left` is the time it will still take, negative where unknown.
  virtual void update(std::string_view what, double fraction, std::chrono::milliseconds left) = 0;
  /// `what` ended; whatever was drawn for it may go.
  virtual void end() = 0;
};

/// Tells nobody.
class NoProgress final : public Progress {
 public:
  void update(std::string_view, double, std::chrono::milliseconds) override {}
  void end() override {}
};

}  // namespace lf::pipeline
