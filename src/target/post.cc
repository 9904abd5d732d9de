#include "target/post.h"

#include <algorithm>
#include <string_view>

#include "base/format.h"
#include "base/text.h"
#include "target/ascii.h"
#include "target/curl_library.h"
#include "target/http_errors.h"
#include "target/secrets.h"
#include "target/sigpipe_guard.h"
#include "target/url_parts.h"

namespace lf::target {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kAnswerBytes = 200;             // kept of an answer that is no 2xx
constexpr std::uint64_t kAnswerLimit = 64ULL * 1024;  // read of any answer

/// The address for people: of a webhook the path is a secret too, so only scheme and host are left.
std::string display(std::string_view url) {
  const std::string shown = without_credentials(url);
  const std::size_t host = shown.find("://");
  const std::size_t path = host == std::string::npos ? shown.find('/') : shown.find('/', host + 3);
  return path == std::string::npos ? shown : shown.substr(0, path) + "/…";
}

/// One try, and what came of it.
class Try {
 public:
  Try(const CurlLibrary& curl, const Post& message) : curl_(curl), message_(message), headers_(curl), handle_(curl) {
    secrets_.add_webhook(message.url);
    secrets_.add_proxy(message.proxy);
    headers_.append(format("Content-Type: {}", message.content_type));
    headers_.append("Expect:");
    handle_.set_text(CURLOPT_URL, message.url);
    handle_.set_text(CURLOPT_PROTOCOLS_STR, "http,https");
    handle_.set_text(CURLOPT_USERAGENT, message.user_agent);
    if (!message.proxy.empty()) handle_.set_text(CURLOPT_PROXY, message.proxy);
    handle_.set_pointer(CURLOPT_HTTPHEADER, headers_.list());
    handle_.set_number(CURLOPT_POST, 1);
    handle_.set_large(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(message.body.size()));
    handle_.set_text(CURLOPT_POSTFIELDS, message.body.c_str());
    handle_.set_number(CURLOPT_TIMEOUT_MS, static_cast<long>(message.timeout.count()));
    handle_.set_number(CURLOPT_NOSIGNAL, 1);
    handle_.set_number(CURLOPT_QUICK_EXIT, 1);
    handle_.set_number(CURLOPT_FOLLOWLOCATION, 0);
    handle_.set_function(CURLOPT_WRITEFUNCTION, &Try::take_body);
    handle_.set_pointer(CURLOPT_WRITEDATA, this);
  }
  Try(const Try&) = delete;
  Try& operator=(const Try&) = delete;

  Result<void> run(const Stop& stop) {
    MultiHandle multi(curl_);
    curl_.multi_add(multi.handle(), handle_.handle());
    Result<void> result = drive(multi, stop);
    curl_.multi_remove(multi.handle(), handle_.handle());
    return result;
  }
  /// Whether another try may fare better.
  bool may_pass() const { return code_ != CURLE_OK || status_ == 408 || status_ == 429 || status_ >= 500; }

 private:
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self) noexcept {
    Try& here = *static_cast<Try*>(self);
    const std::size_t bytes = size * count;
    here.answer_.append(data, std::min(bytes, kAnswerBytes - std::min(kAnswerBytes, here.answer_.size())));
    here.answer_bytes_ += bytes;
    return here.answer_bytes_ <= kAnswerLimit ? bytes : 0;
  }

  Result<void> drive(const MultiHandle& multi, const Stop& stop) {
    while (true) {
      if (stop.requested()) return fail(ErrorCode::kInterrupted, "interrupted", display(message_.url));
      int running = 0, left = 0;
      curl_.multi_perform(multi.handle(), &running);
      if (const CURLMsg* done = curl_.multi_next_message(multi.handle(), &left); done != nullptr) {
        code_ = done->data.result;
        return judge();
      }
      curl_waitfd wake{stop.wake_fd(), CURL_WAIT_POLLIN, 0};
      int ready = 0;
      curl_.multi_poll(multi.handle(), &wake, wake.fd >= 0 ? 1 : 0, 1000, &ready);
    }
  }

  Result<void> judge() {
    const std::string where = display(message_.url);
    status_ = handle_.ask_number(CURLINFO_RESPONSE_CODE);
    // An endless answer was cut by us: its status stands.
    if (code_ == CURLE_WRITE_ERROR && status_ != 0) code_ = CURLE_OK;
    if (code_ == CURLE_OPERATION_TIMEDOUT) {
      return fail(ErrorCode::kTimeout,
                  format("no answer from {} within {}", where, describe_duration(message_.timeout)), where);
    }
    if (code_ != CURLE_OK) {
      return fail(ErrorCode::kUnreachable, format("can't reach {}: {}", where, curl_.easy_error_text(code_)), where);
    }
    if (status_ >= 200 && status_ < 300) return {};
    // An answer that shows the request that it refuses must not bring the address into a log.
    const std::string shown = secrets_.mask(answer_);
    const std::string_view words = trim(shown);
    return fail(ErrorCode::kRefused,
                format("{} answered {}{}", where, status_, words.empty() ? "" : format(": \"{}\"", visible(words))),
                where);
  }

  const CurlLibrary& curl_;
  const Post& message_;
  Secrets secrets_;
  HeaderList headers_;
  EasyHandle handle_;
  std::string answer_;
  std::uint64_t answer_bytes_ = 0;
  CURLcode code_ = CURLE_OK;
  long status_ = 0;
};

}  // namespace

Result<void> post(const Post& message, Clock& clock, const Stop& stop) {
  if (!message.url.starts_with("http://") && !message.url.starts_with("https://")) {
    return fail(ErrorCode::kUsage, format("\"{}\" is no http or https address", display(message.url)));
  }
  const auto curl = load_curl();
  if (!curl) return std::unexpected(curl.error());
  const SigpipeGuard guard;
  milliseconds pause = message.first_pause;
  for (int left = message.tries;; pause *= 2) {
    Try attempt(**curl, message);
    Result<void> result = attempt.run(stop);
    if (result || --left <= 0 || result.error().code == ErrorCode::kInterrupted || !attempt.may_pass()) return result;
    if (!clock.wait_until(clock.steady() + pause, stop)) {
      return fail(ErrorCode::kInterrupted, "interrupted", display(message.url));
    }
  }
}

}  // namespace lf::target
