#pragma once

#include <array>
#include <string>

#include "target/access.h"
#include "target/curl_library.h"
#include "target/exchange.h"

namespace lf::target {

/// One request at a time through libcurl: its handle, and the way from libcurl's callbacks to the exchange. libcurl
/// holds its address, so it stays where it is.
class CurlLane {
 public:
  CurlLane(const CurlLibrary& curl, Exchange& exchange) : handle_(curl), exchange_(exchange), headers_(curl) {}
  CurlLane(const CurlLane&) = delete;
  CurlLane& operator=(const CurlLane&) = delete;

  /// Sets all options of a new request. Fails where `access` does.
  [[nodiscard]] Result<void> prepare(Access& access, CURLSH* share, const Limits& limits);
  /// Sets the address to ask for.
  void set_url(const std::string& url) { handle_.set_text(CURLOPT_URL, url); }
  /// How far libcurl has come.
  Phase phase() const;
  /// What libcurl's verdict means; the text lives as long as this lane's request.
  TransferFailure failure(CURLcode code) const;

  EasyHandle& handle() { return handle_; }

 private:
  static CURLcode take_tls_start(CURL* handle, void* tls_context, void* self) noexcept;
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  void set_protocol();
  void set_callbacks();

  EasyHandle handle_;
  Exchange& exchange_;
  HeaderList headers_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  bool tls_started_ = false;
};

}  // namespace lf::target
