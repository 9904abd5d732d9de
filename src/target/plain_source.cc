#include <algorithm>
#include <array>

#include <poll.h>

#include "target/connector.h"
#include "target/live_source.h"
#include "target/plain_lane.h"
#include "target/plain_request.h"
#include "target/transports.h"

// Plain HTTP at an address that needs no name server: sockets and one poll. What libcurl does beyond that is TLS,
// names and proxies, and its thirty libraries take longer to load than a small target takes to answer.

namespace lf::target {
namespace {

class PlainSource final : public LiveSource {
 public:
  PlainSource(TargetUrl target, Access access, const Limits& limits)
      : LiveSource(std::move(target), std::move(access), limits),
        addresses_(addresses_without_resolver(url().host(), url().port())) {}

  std::uint64_t connections_made() const override {
    return lanes_[0].connections_made() + lanes_[1].connections_made();
  }

 private:
  Result<void> prepare(std::size_t lane) override {
    auto lines = access().request_lines();
    if (!lines) return std::unexpected(lines.error());
    lines_[lane] = *std::move(lines);
    return {};
  }

  void send(std::size_t lane) override {
    const std::size_t other = 1 - lane;
    if (!lanes_[lane].connected() && !exchange(other).running()) lanes_[lane].take_connection(lanes_[other]);
    lanes_[lane].send(plain_request(exchange(lane).request_url(), lines_[lane], access()));
  }

  void advance() override {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (!exchange(lane).running()) continue;
      if (const auto verdict = lanes_[lane].advance()) finish(lane, *verdict);
    }
  }

  void abandon(std::size_t lane) override { lanes_[lane].close(); }
  Phase phase(std::size_t lane) const override { return lanes_[lane].phase(); }

  void wait(SteadyTime until, const Stop& stop) override {
    std::array<pollfd, 1 + 2 * kLanes> waits{};
    std::array<std::size_t, kLanes + 1> ends{};
    waits[0] = pollfd{stop.wake_fd(), POLLIN, 0};  // -1 is left out by poll
    ends[0] = 1;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      ends[lane + 1] = ends[lane];
      if (!exchange(lane).running()) continue;
      ends[lane + 1] += lanes_[lane].add_waits(std::span(waits).subspan(ends[lane]));
      until = std::min(until, lanes_[lane].wake_at().value_or(until));
    }
    ::poll(waits.data(), ends[kLanes], milliseconds_until(until));
    const SteadyTime now = std::chrono::steady_clock::now();
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const auto mine = std::span(waits).subspan(ends[lane], ends[lane + 1] - ends[lane]);
      const bool ready = std::ranges::any_of(mine, [](const pollfd& each) { return each.revents != 0; });
      if (ready || lanes_[lane].wake_at().value_or(SteadyTime::max()) <= now) lanes_[lane].wake();
    }
  }

  const std::vector<SocketAddress> addresses_;
  std::array<std::vector<std::string>, kLanes> lines_;
  std::array<PlainLane, kLanes> lanes_{{{exchange(0), addresses_}, {exchange(1), addresses_}}};
};

}  // namespace

bool can_go_plain(const TargetUrl& url, const Access& access) {
  return url.scheme() == Scheme::kHttp && !access.may_meet_proxy() &&
         !addresses_without_resolver(url.host(), url.port()).empty();
}

Result<std::unique_ptr<HttpSource>> open_plain(TargetUrl url, Access access, const Limits& limits) {
  return std::make_unique<PlainSource>(std::move(url), std::move(access), limits);
}

}  // namespace lf::target
