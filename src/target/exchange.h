#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "target/access.h"
#include "target/http_errors.h"
#include "target/response_headers.h"
#include "target/source.h"
#include "target/url.h"

namespace lf::target {

/// One transfer on its way: its redirects, its limits and deadlines, and what came of it. What carries its bytes tells
/// it what arrives and asks it when to give up.
class Exchange {
 public:
  Exchange(const TargetUrl& url, const Limits& limits, std::string_view proxy, std::string_view proxy_variable);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Begins `transfer`; false where it can't even be asked for (its error is set).
  bool start(Transfer& transfer, const Access& access, SteadyTime now);
  /// What to ask for: an absolute URL without credentials, another one after each redirect.
  const std::string& request_url() const { return request_url_; }

  /// Notes that a part of the answer's head has come.
  void note_head();
  /// Takes one line of the answer's head or trailer. False: the transfer is to be ended; `finish` knows why.
  bool on_header(std::string_view line);
  /// Takes a piece of the answer's body. False: likewise.
  bool on_body(std::span<const std::byte> chunk);
  /// Takes lines that were too long to be shown whole: the transfer is to be ended.
  void refuse_huge_headers() { refusal_ = Refusal::kHugeHeaders; }
  /// What the lines have said so far.
  const ResponseHeaders& answer() const { return answer_; }

  /// Takes the transport's verdict (`failure.code` is CURLE_OK where the answer is complete). True: a redirect is to be
  /// followed to `request_url()`.
  bool finish(TransferFailure failure, SteadyTime now);
  /// When the next of its deadlines passes; `phase` is how far the transport has come, until an answer has begun.
  SteadyTime deadline(Phase phase) const;
  /// Ends it with the error for the deadline that has passed.
  void time_out(Phase phase, SteadyTime now);
  void interrupt(SteadyTime now);
  /// Ends it with `error`, before anything was sent.
  void give_up(Error error, SteadyTime now) { end(now, std::move(error)); }

  bool running() const { return transfer_ != nullptr; }

 private:
  static constexpr int kMaxRedirects = 3;
  static constexpr std::size_t kErrorBodyBytes = 512;          // kept of an answer that is no 200
  static constexpr std::uint64_t kErrorBodyLimit = 64 * 1024;  // read of it, to keep the connection
  enum class Refusal : std::uint8_t { kNone, kHugeHeaders, kBodyTooLarge, kSinkDone, kErrorBodyDone };
  struct Bound {
    SteadyTime at;
    Deadline deadline;
    std::chrono::milliseconds limit;
  };

  bool on_error_body(std::string_view chunk);
  void note_progress(std::size_t bytes);
  bool follow(SteadyTime now);
  Phase reached(Phase phase) const { return first_byte_ ? Phase::kBody : phase; }
  Bound bound(Phase phase) const;
  RequestContext context() const;
  void end(SteadyTime now, std::optional<Error> error);

  const TargetUrl& url_;
  const Limits& limits_;
  std::string_view proxy_, proxy_variable_;
  const Secrets* secrets_ = nullptr;  ///< of the transfer's Access

  Transfer* transfer_ = nullptr;
  bool has_credentials_ = false;
  bool has_own_authority_ = false;
  std::string request_url_;
  ResponseHeaders answer_;
  Refusal refusal_ = Refusal::kNone;
  int redirects_ = 0;
  std::uint64_t error_bytes_ = 0;
  SteadyTime started_;
  SteadyTime progress_at_;            ///< when the last kStallBytes, or a part of the head, had come
  std::uint64_t since_progress_ = 0;  ///< bytes of the body since then
  std::optional<SteadyTime> first_byte_;
};

}  // namespace lf::target
