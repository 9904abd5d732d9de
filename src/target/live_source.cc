#include "target/live_source.h"

#include <algorithm>

// One event loop drives the transfers of a target over at most two connections. Transfers beyond two wait here, not in
// a transport, where the time in a queue would count against them.

namespace lf::target {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestWait{1000};

Limits within_timeout(Limits limits) {
  limits.connect = std::min(limits.connect, limits.timeout);
  limits.stall = std::min(limits.stall, limits.timeout);
  return limits;
}

}  // namespace

LiveSource::LiveSource(TargetUrl url, Access access, const Limits& limits)
    : url_(std::move(url)),
      access_(std::move(access)),
      limits_(within_timeout(limits)),
      display_(url_.display()),
      exchanges_{{{url_, limits_, access_.proxy_display(), access_.proxy_variable()},
                  {url_, limits_, access_.proxy_display(), access_.proxy_variable()}}} {}

void LiveSource::fetch(std::span<Transfer> transfers, const Stop& stop) {
  for (Transfer& transfer : transfers) transfer.response = Response{};
  std::size_t next = 0;
  while (true) {
    if (stop.requested()) {
      interrupt(transfers.subspan(next));
      return;
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      while (!exchanges_[lane].running() && next < transfers.size()) start(lane, transfers[next++]);
    }
    if (std::ranges::none_of(exchanges_, &Exchange::running)) return;
    ended_ = false;
    advance();
    if (ended_) continue;
    const SteadyTime now = std::chrono::steady_clock::now();
    if (end_overdue(now)) continue;
    wait(next_deadline(now), stop);
  }
}

void LiveSource::start(std::size_t lane, Transfer& transfer) {
  Exchange& exchange = exchanges_[lane];
  const SteadyTime now = std::chrono::steady_clock::now();
  if (!exchange.start(transfer, access_, now)) return;
  if (auto prepared = prepare(lane); !prepared) {
    exchange.give_up(prepared.error(), now);
    return;
  }
  send(lane);
}

void LiveSource::finish(std::size_t lane, const TransferFailure& failure) {
  ended_ = true;
  if (exchanges_[lane].finish(failure, std::chrono::steady_clock::now())) send(lane);
}

bool LiveSource::end_overdue(SteadyTime now) {
  bool any = false;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    Exchange& exchange = exchanges_[lane];
    if (!exchange.running()) continue;
    const Phase reached = phase(lane);
    if (exchange.deadline(reached) > now) continue;
    abandon(lane);
    exchange.time_out(reached, now);
    any = true;
  }
  return any;
}

SteadyTime LiveSource::next_deadline(SteadyTime now) const {
  SteadyTime until = now + kLongestWait;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (exchanges_[lane].running()) until = std::min(until, exchanges_[lane].deadline(phase(lane)));
  }
  return until;
}

int LiveSource::milliseconds_until(SteadyTime until) {
  const auto rest = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(0, rest.count()));
}

void LiveSource::interrupt(std::span<Transfer> waiting) {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (!exchanges_[lane].running()) continue;
    abandon(lane);
    exchanges_[lane].interrupt(now);
  }
  for (Transfer& transfer : waiting) {
    transfer.response.error = Error{ErrorCode::kInterrupted, "interrupted", url_.display(transfer.request)};
  }
}

}  // namespace lf::target
