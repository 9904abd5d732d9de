#pragma once

#include <array>
#include <chrono>
#include <string>

#include "base/clock.h"
#include "target/access.h"
#include "target/exchange.h"
#include "target/source.h"
#include "target/url.h"

namespace lf::target {

/// A live target, whatever carries its bytes: which transfer runs when on at most two lanes, their deadlines, and the
/// wish to stop. A transport says how a lane sends its request and what has come of it.
class LiveSource : public HttpSource {
 public:
  LiveSource(TargetUrl url, Access access, const Limits& limits);
  LiveSource(const LiveSource&) = delete;
  LiveSource& operator=(const LiveSource&) = delete;

  void fetch(std::span<Transfer> transfers, const Stop& stop) override;
  std::string_view display_url() const override { return display_; }
  std::string display(const ProfileRequest& request) const override { return url_.display(request); }
  std::string without_secrets(std::string text) const override { return access_.secrets().mask(std::move(text)); }

 protected:
  static constexpr std::size_t kLanes = 2;  ///< connections at a time, never more

  /// Prepares a lane for the transfer that has begun. Fails where the way in can't be read any more (a token's file).
  virtual Result<void> prepare(std::size_t lane) = 0;
  /// Sends the request of a lane: `exchange(lane).request_url()`, another one after each redirect.
  virtual void send(std::size_t lane) = 0;
  /// Does what can be done without waiting; hands verdicts to `finish`.
  virtual void advance() = 0;
  /// Sleeps until something has come for a lane or `until` has passed or `stop` wakes.
  virtual void wait(SteadyTime until, const Stop& stop) = 0;
  /// Forgets the request of a lane, whatever has come of it.
  virtual void abandon(std::size_t lane) = 0;
  /// How far a lane has come that has no answer yet.
  virtual Phase phase(std::size_t lane) const = 0;

  /// Takes what has come of a lane's request; follows its redirect.
  void finish(std::size_t lane, const TransferFailure& failure);
  /// The milliseconds until `until`, rounded up so that nothing wakes just before it; never negative.
  static int milliseconds_until(SteadyTime until);

  Exchange& exchange(std::size_t lane) { return exchanges_[lane]; }
  const Exchange& exchange(std::size_t lane) const { return exchanges_[lane]; }
  Access& access() { return access_; }
  const Limits& limits() const { return limits_; }
  const TargetUrl& url() const { return url_; }

 private:
  void start(std::size_t lane, Transfer& transfer);
  bool end_overdue(SteadyTime now);
  void interrupt(std::span<Transfer> waiting);
  SteadyTime next_deadline(SteadyTime now) const;

  const TargetUrl url_;
  Access access_;
  const Limits limits_;
  const std::string display_;
  std::array<Exchange, kLanes> exchanges_;
  bool ended_ = false;  ///< whether a transfer has ended, or goes on elsewhere, since the loop last looked
};

}  // namespace lf::target
