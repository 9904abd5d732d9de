#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "target/access.h"
#include "target/curl_library.h"
#include "target/http_errors.h"
#include "target/response_headers.h"
#include "target/source.h"
#include "target/url.h"

namespace lf::target {

/// One transfer on its way: the request, its redirects, its limits, and what came of it. libcurl holds its address, so
/// it stays where it is.
class Exchange {
 public:
  Exchange(const CurlLibrary& curl, const TargetUrl& url, const Limits& limits, std::string_view proxy,
           std::string_view proxy_variable);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Prepares `transfer` for the event loop; false where it failed before a byte was sent (its error is set).
  bool start(Transfer& transfer, Access& access, CURLSH* share, SteadyTime now);
  /// Takes libcurl's verdict. Returns true when a redirect is to be followed: the handle is ready for it.
  bool finish(CURLcode code, SteadyTime now);
  /// When the next of its deadlines passes.
  SteadyTime deadline() const;
  /// Ends it with the error for the deadline that has passed.
  void time_out(SteadyTime now);
  void interrupt(SteadyTime now);

  bool running() const { return transfer_ != nullptr; }
  EasyHandle& handle() { return handle_; }

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

  static CURLcode take_tls_start(CURL* handle, void* tls_context, void* self) noexcept;
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  bool on_header(std::string_view line);
  bool on_body(std::span<const std::byte> chunk);
  bool on_error_body(std::string_view chunk);
  void note_progress(std::size_t bytes);
  bool follow(SteadyTime now);
  void prepare_request();
  Phase phase() const;
  Bound bound() const;
  RequestContext context() const;
  TransferFailure failure_of(CURLcode code) const;
  void end(SteadyTime now, std::optional<Error> error);

  EasyHandle handle_;
  const TargetUrl& url_;
  const Limits& limits_;
  std::string_view proxy_, proxy_variable_;
  HeaderList headers_;
  const Secrets* secrets_ = nullptr;  ///< of the transfer's Access
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  Transfer* transfer_ = nullptr;
  bool has_credentials_ = false;
  bool has_own_authority_ = false;
  std::string request_url_;
  ResponseHeaders answer_;
  bool tls_started_ = false;
  Refusal refusal_ = Refusal::kNone;
  int redirects_ = 0;
  std::uint64_t error_bytes_ = 0;
  SteadyTime started_;
  SteadyTime progress_at_;            ///< when the last kStallBytes, or a header, had come
  std::uint64_t since_progress_ = 0;  ///< bytes of the body since then
  std::optional<SteadyTime> first_byte_;
};

}  // namespace lf::target
