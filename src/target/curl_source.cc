#include <algorithm>
#include <array>

#include <poll.h>

#include "target/curl_lane.h"
#include "target/curl_library.h"
#include "target/live_source.h"
#include "target/sigpipe_guard.h"
#include "target/transports.h"

// libcurl's multi handle is the pool: it keeps connections, names and TLS sessions from one fetch to the next.

namespace lf::target {
namespace {

class CurlSource final : public LiveSource {
 public:
  CurlSource(const CurlLibrary& curl, TargetUrl url, Access access, const Limits& limits)
      : LiveSource(std::move(url), std::move(access), limits), curl_(curl) {
    curl_.multi_set(multi_.handle(), CURLMOPT_MAXCONNECTS, static_cast<long>(kLanes));
  }
  ~CurlSource() override {
    // Closing writes TLS's farewell to sockets that may be gone.
    const SigpipeGuard guard;
    multi_.close();
  }

  void fetch(std::span<Transfer> transfers, const Stop& stop) override {
    const SigpipeGuard guard;
    LiveSource::fetch(transfers, stop);
  }
  std::uint64_t connections_made() const override { return connections_made_; }

 private:
  Result<void> prepare(std::size_t lane) override { return lanes_[lane].prepare(access(), share_.handle(), limits()); }

  void send(std::size_t lane) override {
    lanes_[lane].set_url(exchange(lane).request_url());
    curl_.multi_add(multi_.handle(), lanes_[lane].handle().handle());
  }

  void advance() override {
    int running = 0;
    curl_.multi_perform(multi_.handle(), &running);
    int left = 0;
    while (const CURLMsg* message = curl_.multi_next_message(multi_.handle(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto ended =
          std::ranges::find_if(lanes_, [&](CurlLane& lane) { return lane.handle().handle() == message->easy_handle; });
      if (ended == lanes_.end()) continue;
      const auto lane = static_cast<std::size_t>(ended - lanes_.begin());
      abandon(lane);
      finish(lane, ended->failure(code));
    }
  }

  void abandon(std::size_t lane) override {
    EasyHandle& handle = lanes_[lane].handle();
    connections_made_ += static_cast<std::uint64_t>(std::max(0L, handle.ask_number(CURLINFO_NUM_CONNECTS)));
    curl_.multi_remove(multi_.handle(), handle.handle());
  }

  Phase phase(std::size_t lane) const override { return lanes_[lane].phase(); }

  void wait(SteadyTime until, const Stop& stop) override {
    curl_waitfd wake{stop.wake_fd(), CURL_WAIT_POLLIN, 0};
    int ready = 0;
    curl_.multi_poll(multi_.handle(), &wake, wake.fd >= 0 ? 1 : 0, milliseconds_until(until), &ready);
  }

  const CurlLibrary& curl_;
  ShareHandle share_{curl_};
  MultiHandle multi_{curl_};
  std::array<CurlLane, kLanes> lanes_{{{curl_, exchange(0)}, {curl_, exchange(1)}}};
  std::uint64_t connections_made_ = 0;
};

}  // namespace

Result<std::unique_ptr<HttpSource>> open_with_curl(TargetUrl url, Access access, const Limits& limits) {
  const auto curl = load_curl();
  if (!curl) return std::unexpected(curl.error());
  return std::make_unique<CurlSource>(**curl, std::move(url), std::move(access), limits);
}

}  // namespace lf::target
