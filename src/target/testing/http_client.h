#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "target/source.h"
#include "target/testing/loopback_server.h"
#include "target/testing/pace.h"
#include "target/transports.h"

namespace lf::target::testing {

inline Limits short_limits() {
  Limits limits;
  limits.timeout = stretched(5'000);
  limits.max_body_bytes = 1 << 20;
  return limits;
}

inline TargetSpec spec_of(const std::string& url) {
  TargetSpec spec;
  spec.url = url;
  return spec;
}

/// What carries the bytes of a target.
enum class Transport : std::uint8_t { kPlain, kCurl };
inline constexpr std::array kBothTransports{Transport::kPlain, Transport::kCurl};

inline std::string name_of(Transport transport) {
  return transport == Transport::kPlain ? "Plain" : "Curl";
}

inline void PrintTo(Transport transport, std::ostream* out) {
  *out << name_of(transport);
}

/// Opens a target as `open_http` does, through the transport of the test's choice.
inline Result<std::unique_ptr<HttpSource>> open_through(Transport transport, const TargetSpec& spec,
                                                        const Limits& limits) {
  auto url = TargetUrl::parse(spec.url);
  if (!url) return std::unexpected(url.error());
  auto access = Access::prepare(spec, *url);
  if (!access) return std::unexpected(access.error());
  EXPECT_TRUE(transport == Transport::kCurl || can_go_plain(*url, *access)) << spec.url;
  const auto open = transport == Transport::kPlain ? open_plain : open_with_curl;
  return open(*std::move(url), *std::move(access), limits);
}

/// One target and what was fetched from it, each path a transfer of its own, all in one fetch.
class Client {
 public:
  explicit Client(const std::string& url, const Limits& limits = short_limits())
      : Client(open_http(spec_of(url), limits)) {}
  Client(Transport transport, const TargetSpec& spec, const Limits& limits = short_limits())
      : Client(open_through(transport, spec, limits)) {}

  struct Outcome {
    Response response;
    std::string body;
  };
  std::vector<Outcome> fetch(const std::vector<std::string>& paths, const Stop& stop = NeverStop{}) const {
    std::vector<Transfer> transfers(paths.size());
    std::vector<Outcome> outcomes(paths.size());
    for (std::size_t i = 0; i < paths.size(); ++i) {
      transfers[i].request.path = paths[i];
      transfers[i].sink = [&outcomes, i](std::span<const std::byte> chunk) {
        outcomes[i].body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
        return true;
      };
    }
    source_->fetch(transfers, stop);
    for (std::size_t i = 0; i < paths.size(); ++i) outcomes[i].response = transfers[i].response;
    return outcomes;
  }
  Outcome fetch_one(const std::string& path) const { return fetch({path})[0]; }
  HttpSource& source() const { return *source_; }

 private:
  explicit Client(Result<std::unique_ptr<HttpSource>> opened) {
    EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
    if (opened) source_ = *std::move(opened);
  }
  std::unique_ptr<HttpSource> source_;
};

/// What holds whatever carries the bytes.
class OnBothTransports : public ::testing::TestWithParam<Transport> {
 public:
  static std::string name_of(const ::testing::TestParamInfo<Transport>& info) { return testing::name_of(info.param); }

 protected:
  static Client client_of(const std::string& url, const Limits& limits = short_limits()) {
    return {GetParam(), spec_of(url), limits};
  }
  static Client client_of(const TargetSpec& spec) { return {GetParam(), spec}; }
};

inline void echo(const LoopbackServer::Connection& connection, const LoopbackRequest& request) {
  connection.answer(200, request.target(), "Content-Type: text/plain\r\n");
}

inline ErrorCode code_of(const Response& response) {
  return response.error ? response.error->code : ErrorCode::kInternal;
}

inline std::string message_of(const Response& response) {
  return response.error ? response.error->message : "";
}

}  // namespace lf::target::testing
