#pragma once

namespace lf {

/// Somebody's wish that the work ends (Ctrl-C, SIGTERM). Asked often, from the thread that works.
class Stop {
 public:
  virtual ~Stop() = default;
  virtual bool requested() const = 0;
  /// A descriptor that becomes readable when the wish comes, to poll beside others; -1 where there is none. Never read.
  virtual int wake_fd() const { return -1; }
};

/// The wish that never comes.
class NeverStop final : public Stop {
 public:
  bool requested() const override { return false; }
};

}  // namespace lf
