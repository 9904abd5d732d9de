#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/stop.h"

namespace lf::target {

/// Where to look and how to get in. Secrets are never printed; `TargetUrl::display` (url.h) has none.
struct TargetSpec {
  std::string url;  ///< http(s)://[user:password@]host[:port][/prefix][/debug/pprof/] or unix:///path.sock
  std::vector<std::string> headers;  ///< "Name: value"
  std::string bearer_token_file;     ///< read again when it changes
  std::string user, password;        ///< basic auth
  std::string ca_file, certificate_file, key_file;
  bool insecure = false;
  std::string proxy;
  std::string user_agent = "leakfinder";  ///< a -header of that name wins
};

struct Limits {
  std::chrono::milliseconds timeout{30'000};    ///< of one request, in all
  std::chrono::milliseconds connect{10'000};    ///< resolve, connect and TLS, never above `timeout`
  std::chrono::milliseconds stall{10'000};      ///< for each kStallBytes of a body, never above `timeout`
  std::uint64_t max_body_bytes = 512ULL << 20;  ///< as sent; decoders bound the decompressed size
};

/// One profile to ask for, relative to the pprof base ("goroutine?debug=2", "heap?gc=1", "" is the index page), or to
/// the service's base where `from_root` ("debug/vars").
struct ProfileRequest {
  std::string path;
  bool from_root = false;
  std::chrono::milliseconds extra_time{0};  ///< on top of Limits::timeout, for what is known to take long (gc=1)
};

/// What came back besides the body. `status` 0: no answer (then `error` says why).
struct Response {
  int status = 0;
  std::string content_type;  ///< raw
  bool from_pprof = false;   ///< X-Go-Pprof: an error made by net/http/pprof itself
  std::string location;      ///< of a redirect that was not followed; safe to print, without secrets
  std::uint64_t body_bytes = 0;
  std::chrono::milliseconds duration{0};
  std::chrono::milliseconds first_byte{0};
  std::string error_body;      ///< first 512 bytes of a non-200 answer, raw
  std::optional<Error> error;  ///< transfer failed, was refused by a limit or is no 200; message ready to show
  bool cut = false;            ///< a 200 whose body ended early, by an `error` or by the sink; what came was delivered
};

/// Takes the body of a 200 answer as it arrives. Returning false ends the transfer.
using ChunkSink = std::function<bool(std::span<const std::byte>)>;

/// One transfer of `HttpSource::fetch`.
struct Transfer {
  ProfileRequest request;
  ChunkSink sink;
  Response response;  ///< filled by fetch
};

/// A live target behind one connection pool and one event loop. Not for two threads at once.
class HttpSource {
 public:
  virtual ~HttpSource() = default;
  /// Runs all `transfers` side by side until each has ended, its deadline has passed, or `stop` is requested (then
  /// kInterrupted). After one has timed out the others still run to their own deadlines; what follows is the
  /// caller's to leave out. Never throws, never blocks beyond deadline plus a scheduling delay.
  virtual void fetch(std::span<Transfer> transfers, const Stop& stop) = 0;
  /// The pprof base URL without credentials, for people and reports.
  virtual std::string_view display_url() const = 0;
  /// What a request asks for, likewise.
  virtual std::string display(const ProfileRequest& request) const = 0;
  /// What the target says, without what opened it.
  virtual std::string without_secrets(std::string text) const = 0;
  /// The TCP connections made so far (tests hold it to one or two).
  virtual std::uint64_t connections_made() const = 0;
};

/// Opens (without a request) the target. Fails with kUsage: bad URL, unreadable certificate, key or token file.
[[nodiscard]] Result<std::unique_ptr<HttpSource>> open_http(const TargetSpec& spec, const Limits& limits);

/// Reads a file, a FIFO, or stdin for "-", in pieces; returns the bytes delivered. Fails with kNotFound, kIo, kUsage (a
/// directory), kTooLarge (after `max_bytes`), kInterrupted; what was delivered before stands. A file that shrinks
/// meanwhile ends early, without harm.
[[nodiscard]] Result<std::uint64_t> read_file(const std::string& path, std::uint64_t max_bytes, const ChunkSink& sink,
                                              const Stop& stop = NeverStop{});

}  // namespace lf::target
