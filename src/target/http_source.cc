#include <algorithm>
#include <array>

#include <poll.h>

#include "base/clock.h"
#include "base/format.h"
#include "target/access.h"
#include "target/curl_library.h"
#include "target/exchange.h"
#include "target/sigpipe_guard.h"
#include "target/source.h"
#include "target/url.h"

// One event loop drives the transfers of a target over at most two connections. libcurl's multi handle is the pool: it
// keeps connections, names and TLS sessions from one fetch to the next. Transfers beyond two wait here, not in libcurl,
// where the time in the queue would count against them.

namespace lf::target {
namespace {

using std::chrono::milliseconds;

class CurlSource final : public HttpSource {
 public:
  CurlSource(const CurlLibrary& curl, TargetUrl url, Access access, const Limits& limits)
      : curl_(curl), url_(std::move(url)), access_(std::move(access)), limits_(limits), display_(url_.display()) {
    limits_.connect = std::min(limits_.connect, limits_.timeout);
    limits_.stall = std::min(limits_.stall, limits_.timeout);
    curl_.multi_set(multi_.handle(), CURLMOPT_MAXCONNECTS, static_cast<long>(kMaxConnections));
  }
  CurlSource(const CurlSource&) = delete;
  CurlSource& operator=(const CurlSource&) = delete;
  ~CurlSource() override {
    // Closing writes TLS's farewell to sockets that may be gone.
    const SigpipeGuard guard;
    multi_.close();
  }

  void fetch(std::span<Transfer> transfers, const Stop& stop) override {
    const SigpipeGuard guard;
    for (Transfer& transfer : transfers) transfer.response = Response{};
    std::size_t next = 0;
    while (true) {
      if (stop.requested()) {
        interrupt(transfers.subspan(next));
        return;
      }
      for (Exchange& exchange : exchanges_) {
        while (!exchange.running() && next < transfers.size()) start(exchange, transfers[next++]);
      }
      if (std::ranges::none_of(exchanges_, &Exchange::running)) return;
      int running = 0;
      curl_.multi_perform(multi_.handle(), &running);
      if (take_messages()) continue;
      const SteadyTime now = std::chrono::steady_clock::now();
      if (end_overdue(now)) continue;
      wait(now, stop);
    }
  }

  std::string_view display_url() const override { return display_; }
  std::string display(const ProfileRequest& request) const override { return url_.display(request); }
  std::string without_secrets(std::string text) const override { return access_.secrets().mask(std::move(text)); }
  std::uint64_t connections_made() const override { return connections_made_; }

 private:
  static constexpr std::size_t kMaxConnections = 2;
  static constexpr milliseconds kLongestWait{1000};

  void start(Exchange& exchange, Transfer& transfer) {
    if (exchange.start(transfer, access_, share_.handle(), std::chrono::steady_clock::now())) add(exchange);
  }

  void add(Exchange& exchange) { curl_.multi_add(multi_.handle(), exchange.handle().handle()); }

  void remove(Exchange& exchange) {
    connections_made_ += static_cast<std::uint64_t>(std::max(0L, exchange.handle().ask_number(CURLINFO_NUM_CONNECTS)));
    curl_.multi_remove(multi_.handle(), exchange.handle().handle());
  }

  /// Whether a transfer has ended or goes on after a redirect.
  bool take_messages() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_.multi_next_message(multi_.handle(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto ended = std::ranges::find_if(
          exchanges_, [&](Exchange& exchange) { return exchange.handle().handle() == message->easy_handle; });
      if (ended == exchanges_.end()) continue;
      remove(*ended);
      if (ended->finish(code, std::chrono::steady_clock::now())) add(*ended);
      any = true;
    }
    return any;
  }

  bool end_overdue(SteadyTime now) {
    bool any = false;
    for (Exchange& exchange : exchanges_) {
      if (!exchange.running() || exchange.deadline() > now) continue;
      remove(exchange);
      exchange.time_out(now);
      any = true;
    }
    return any;
  }

  void interrupt(std::span<Transfer> waiting) {
    const SteadyTime now = std::chrono::steady_clock::now();
    for (Exchange& exchange : exchanges_) {
      if (!exchange.running()) continue;
      remove(exchange);
      exchange.interrupt(now);
    }
    for (Transfer& transfer : waiting) {
      transfer.response.error = Error{ErrorCode::kInterrupted, "interrupted", url_.display(transfer.request)};
    }
  }

  /// Sleeps until something arrives, a deadline passes, or a wish to stop comes.
  void wait(SteadyTime now, const Stop& stop) {
    SteadyTime until = now + kLongestWait;
    for (const Exchange& exchange : exchanges_) {
      if (exchange.running()) until = std::min(until, exchange.deadline());
    }
    const auto rest = std::chrono::ceil<milliseconds>(until - now);
    curl_waitfd wake{stop.wake_fd(), CURL_WAIT_POLLIN, 0};
    int ready = 0;
    curl_.multi_poll(multi_.handle(), &wake, wake.fd >= 0 ? 1 : 0,
                     static_cast<int>(std::max<std::int64_t>(0, rest.count())), &ready);
  }

  const CurlLibrary& curl_;
  const TargetUrl url_;
  Access access_;
  Limits limits_;
  const std::string display_;
  ShareHandle share_{curl_};
  MultiHandle multi_{curl_};
  std::array<Exchange, kMaxConnections> exchanges_{
      {{curl_, url_, limits_, access_.proxy_display(), access_.proxy_variable()},
       {curl_, url_, limits_, access_.proxy_display(), access_.proxy_variable()}}};
  std::uint64_t connections_made_ = 0;
};

}  // namespace

Result<std::unique_ptr<HttpSource>> open_http(const TargetSpec& spec, const Limits& limits) {
  auto url = TargetUrl::parse(spec.url);
  if (!url) return std::unexpected(url.error());
  auto access = Access::prepare(spec, *url);
  if (!access) return std::unexpected(access.error());
  const auto curl = load_curl();
  if (!curl) return std::unexpected(curl.error());
  return std::make_unique<CurlSource>(**curl, *std::move(url), *std::move(access), limits);
}

}  // namespace lf::target
