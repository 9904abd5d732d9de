#include "target/curl_lane.h"

namespace lf::target {

Result<void> CurlLane::prepare(Access& access, CURLSH* share, const Limits& limits) {
  tls_started_ = false;
  error_text_[0] = '\0';
  handle_.reset();
  headers_ = HeaderList(handle_.curl());
  if (auto applied = access.apply(handle_, headers_); !applied) return applied;
  handle_.set_pointer(CURLOPT_SHARE, share);
  // Far beyond our own deadlines, which name the phase.
  handle_.set_number(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.timeout.count() + 60'000));
  set_protocol();
  set_callbacks();
  return {};
}

void CurlLane::set_protocol() {
  handle_.set_text(CURLOPT_PROTOCOLS_STR, "http,https");
  handle_.set_number(CURLOPT_HTTPGET, 1);
  handle_.set_number(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  handle_.set_number(CURLOPT_HTTP09_ALLOWED, 0);
  handle_.set_number(CURLOPT_FOLLOWLOCATION, 0);
  handle_.set_number(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
  handle_.set_number(CURLOPT_NOSIGNAL, 1);
  // A name server that is silent must not hold us beyond the deadline: its thread is left behind.
  handle_.set_number(CURLOPT_QUICK_EXIT, 1);
  handle_.set_number(CURLOPT_BUFFERSIZE, 256 * 1024);
}

void CurlLane::set_callbacks() {
  handle_.set_pointer(CURLOPT_ERRORBUFFER, error_text_.data());
  // Called when the connection stands and TLS begins; libcurl's own times do not tell the two apart before both are
  // done.
  handle_.set_function(CURLOPT_SSL_CTX_FUNCTION, &CurlLane::take_tls_start);
  handle_.set_pointer(CURLOPT_SSL_CTX_DATA, this);
  handle_.set_function(CURLOPT_HEADERFUNCTION, &CurlLane::take_header);
  handle_.set_pointer(CURLOPT_HEADERDATA, this);
  handle_.set_function(CURLOPT_WRITEFUNCTION, &CurlLane::take_body);
  handle_.set_pointer(CURLOPT_WRITEDATA, this);
}

CURLcode CurlLane::take_tls_start(CURL*, void*, void* self) noexcept {
  static_cast<CurlLane*>(self)->tls_started_ = true;
  return CURLE_OK;
}

std::size_t CurlLane::take_header(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  Exchange& exchange = static_cast<CurlLane*>(self)->exchange_;
  return exchange.on_header(std::string_view(data, size * count)) ? size * count : 0;
}

std::size_t CurlLane::take_body(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  Exchange& exchange = static_cast<CurlLane*>(self)->exchange_;
  return exchange.on_body(std::as_bytes(std::span(data, size * count))) ? size * count : 0;
}

Phase CurlLane::phase() const {
  if (handle_.ask_large(CURLINFO_PRETRANSFER_TIME_T) > 0) return Phase::kFirstByte;
  if (tls_started_) return Phase::kTls;
  return handle_.ask_large(CURLINFO_NAMELOOKUP_TIME_T) > 0 ? Phase::kConnect : Phase::kResolve;
}

TransferFailure CurlLane::failure(CURLcode code) const {
  TransferFailure failure;
  failure.code = code;
  failure.os_error = static_cast<int>(handle_.ask_number(CURLINFO_OS_ERRNO));
  failure.tls_verify = handle_.ask_number(CURLINFO_SSL_VERIFYRESULT);
  failure.proxy_status = handle_.ask_number(CURLINFO_HTTP_CONNECTCODE);
  failure.text = error_text_[0] != '\0' ? std::string_view(error_text_.data()) : handle_.curl().easy_error_text(code);
  return failure;
}

}  // namespace lf::target
