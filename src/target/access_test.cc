#include "target/access.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/format.h"
#include "target/testing/http_client.h"

namespace lf::target {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::LoopbackRequest;
using testing::LoopbackServer;
using ::testing::Not;
using testing::spec_of;

constexpr std::string_view kSecret = "s3cret";

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "lf-access-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name, std::string_view content) const {
    const std::filesystem::path path = path_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A variable of the environment for the length of a test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

/// The error of opening the target, or of one request for its heap.
Error error_of(const TargetSpec& spec) {
  Limits limits;
  limits.timeout = testing::stretched(5'000);
  const auto source = open_http(spec, limits);
  if (!source) return source.error();
  std::vector<Transfer> transfers(1);
  transfers[0].request.path = "heap";
  transfers[0].sink = [](std::span<const std::byte>) { return true; };
  (*source)->fetch(transfers, NeverStop{});
  return transfers[0].response.error.value_or(Error{});
}

void accept(const LoopbackServer::Connection& connection, const LoopbackRequest&) {
  connection.answer(200, "ok");
}

TEST(Credentials, OfTheUrlAreSentAndNeverShown) {
  const LoopbackServer server(
      [](const LoopbackServer::Connection& connection, const LoopbackRequest&) { connection.answer(401, ""); });
  const Error error = error_of(spec_of("http://alice:s3cret@" + server.address()));
  // base64 of "alice:s3cret".
  EXPECT_EQ(server.requests().at(0).header("Authorization"), "Authorization: Basic YWxpY2U6czNjcmV0");
  EXPECT_EQ(error.code, ErrorCode::kUnauthorized);
  EXPECT_THAT(error.message, HasSubstr("refuses these credentials"));
  EXPECT_THAT(error.message + error.where, AllOf(Not(HasSubstr("alice")), Not(HasSubstr(std::string(kSecret)))));
}

TEST(Credentials, OfTheFlagsGoBeforeThoseOfTheUrl) {
  const LoopbackServer server(accept);
  TargetSpec spec = spec_of("http://bob:other@" + server.address());
  spec.user = "alice";
  spec.password = kSecret;
  error_of(spec);
  EXPECT_EQ(server.requests().at(0).header("Authorization"), "Authorization: Basic YWxpY2U6czNjcmV0");
}

TEST(Credentials, OfTwoKindsAreRefused) {
  const Folder folder;
  TargetSpec spec = spec_of("http://alice:s3cret@localhost");
  spec.bearer_token_file = folder.file("token", "abc\n");
  const Error error = error_of(spec);
  EXPECT_EQ(error.code, ErrorCode::kUsage);
  EXPECT_THAT(error.message, HasSubstr("exclude each other"));
}

class AFileOfATokenIsReadAgain : public testing::OnBothTransports {};
INSTANTIATE_TEST_SUITE_P(Through, AFileOfATokenIsReadAgain, ::testing::ValuesIn(testing::kBothTransports),
                         AFileOfATokenIsReadAgain::name_of);

TEST_P(AFileOfATokenIsReadAgain, WhenItChanges) {
  const Folder folder;
  const LoopbackServer server(accept);
  TargetSpec spec = spec_of(server.url());
  spec.bearer_token_file = folder.file("token", "first\n");
  const auto source = testing::open_through(GetParam(), spec, Limits{});
  ASSERT_TRUE(source.has_value());
  const auto fetch = [&] {
    std::vector<Transfer> transfers(1);
    transfers[0].sink = [](std::span<const std::byte>) { return true; };
    (*source)->fetch(transfers, NeverStop{});
    return transfers[0].response;
  };
  fetch();
  folder.file("token", "second, longer\n");  // spaces: no token
  EXPECT_EQ(fetch().error.value_or(Error{}).code, ErrorCode::kUsage);
  folder.file("token", "second\n");
  fetch();
  std::filesystem::remove(spec.bearer_token_file);
  EXPECT_EQ(fetch().error.value_or(Error{}).code, ErrorCode::kUsage);
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.requests()[0].header("Authorization"), "Authorization: Bearer first");
  EXPECT_EQ(server.requests()[1].header("Authorization"), "Authorization: Bearer second");
}

TEST(BearerToken, IsRefusedWhereItsFileHoldsNone) {
  const Folder folder;
  for (const std::string_view content : {"", "\n", "two\nlines\n", "s3cret\r\nX: y\n"}) {
    TargetSpec spec = spec_of("http://localhost");
    spec.bearer_token_file = folder.file("token", content);
    const Error error = error_of(spec);
    EXPECT_EQ(error.code, ErrorCode::kUsage);
    EXPECT_THAT(error.message, AllOf(HasSubstr("holds no token"), Not(HasSubstr(std::string(kSecret)))));
  }
}

TEST(OwnHeaders, AreSentAsGiven) {
  const LoopbackServer server(accept);
  TargetSpec spec = spec_of(server.url());
  spec.headers = {"X-Scope:  team a ", "X-Empty:", "User-Agent: me", "Host: app.internal"};
  error_of(spec);
  const LoopbackRequest request = server.requests().at(0);
  EXPECT_EQ(request.header("X-Scope"), "X-Scope: team a");
  EXPECT_EQ(request.header("X-Empty"), "X-Empty:");
  EXPECT_EQ(request.header("User-Agent"), "User-Agent: me");
  EXPECT_EQ(request.header("Host"), "Host: app.internal");
}

TEST(OwnHeaders, AreRefusedWhereTheyWouldBreakTheRequest) {
  for (const std::string header : {"s3cret", "Na me: s3cret", ": s3cret", "X-A: s3cret\r\nX-B: y", "X-A: s3cret\n",
                                   "Content-Length: s3cret", "transfer-encoding: s3cret"}) {
    TargetSpec spec = spec_of("http://localhost:1");
    spec.headers = {header};
    const Error error = error_of(spec);
    EXPECT_EQ(error.code, ErrorCode::kUsage) << header;
    EXPECT_THAT(error.message, Not(HasSubstr(std::string(kSecret))));
  }
}

TEST(TlsFiles, ThatCannotBeReadAreMistakesOfUse) {
  const Folder folder;
  const auto broken = [&](std::string TargetSpec::* file, const std::string& path) {
    TargetSpec spec = spec_of("https://localhost:1");
    spec.*file = path;
    return error_of(spec);
  };
  for (const auto file : {&TargetSpec::ca_file, &TargetSpec::certificate_file, &TargetSpec::bearer_token_file}) {
    EXPECT_EQ(broken(file, folder.path() + "/missing").code, ErrorCode::kUsage);
    EXPECT_THAT(broken(file, folder.path() + "/missing").message, HasSubstr("no such file"));
    EXPECT_EQ(broken(file, folder.path()).code, ErrorCode::kUsage);
  }
  EXPECT_THAT(broken(&TargetSpec::key_file, folder.file("key.pem", "x")).message, HasSubstr("without -cert"));
}

TEST(Proxy, OfTheUserCarriesTheRequestEvenToThisMachine) {
  const LoopbackServer proxy(accept);
  TargetSpec spec = spec_of("http://localhost:1");
  spec.proxy = "http://alice:s3cret@" + proxy.address();
  EXPECT_EQ(error_of(spec).message, "");
  EXPECT_EQ(proxy.requests().at(0).target(), "http://localhost:1/debug/pprof/heap");
  EXPECT_EQ(proxy.requests().at(0).header("Proxy-Authorization"), "Proxy-Authorization: Basic YWxpY2U6czNjcmV0");
}

TEST(Proxy, OfTheEnvironmentIsHonouredButNotForThisMachine) {
  const LoopbackServer proxy(accept);
  const LoopbackServer server(accept);
  const Variable variable("http_proxy", proxy.url());
  EXPECT_EQ(error_of(spec_of("http://app.invalid/")).message, "");
  EXPECT_EQ(proxy.requests().size(), 1U);
  EXPECT_EQ(error_of(spec_of(server.url())).message, "");
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(proxy.requests().size(), 1U);
}

TEST(Proxy, OfTheEnvironmentIsLeftOutByNoProxy) {
  const LoopbackServer proxy(accept);
  const Variable variable("http_proxy", proxy.url());
  const Variable exception("no_proxy", "app.invalid");
  const Error error = error_of(spec_of("http://app.invalid/"));
  EXPECT_EQ(error.code, ErrorCode::kUnreachable);
  EXPECT_THAT(error.message, HasSubstr("no such host"));
  EXPECT_EQ(proxy.requests().size(), 0U);
}

TEST(Proxy, ThatFailsIsNamedWithoutItsSecrets) {
  int port = 0;
  {
    const LoopbackServer gone(accept);
    port = gone.port();
  }
  TargetSpec spec = spec_of("http://app.invalid/");
  spec.proxy = "http://alice:s3cret@127.0.0.1:" + std::to_string(port);
  const Error refused = error_of(spec);
  EXPECT_EQ(refused.code, ErrorCode::kRefused);
  EXPECT_THAT(refused.message,
              AllOf(HasSubstr("the proxy http://***@127.0.0.1"), Not(HasSubstr(std::string(kSecret)))));

  const LoopbackServer forbidding(
      [](const LoopbackServer::Connection& connection, const LoopbackRequest&) { connection.answer(403, "no"); });
  spec.url = "https://app.invalid/";
  spec.proxy = "http://alice:s3cret@" + forbidding.address();
  const Error forbidden = error_of(spec);
  EXPECT_EQ(forbidden.code, ErrorCode::kUnreachable);
  EXPECT_THAT(forbidden.message, AllOf(HasSubstr("the proxy refuses to connect to app.invalid:443 (status 403)"),
                                       Not(HasSubstr(std::string(kSecret)))));
}

TEST(Proxy, ThatIsNoUrlIsAMistakeOfUse) {
  TargetSpec spec = spec_of("http://localhost");
  spec.proxy = "ftp://alice:s3cret@proxy";
  const Error error = error_of(spec);
  EXPECT_EQ(error.code, ErrorCode::kUsage);
  EXPECT_THAT(error.message, Not(HasSubstr(std::string(kSecret))));
}

TEST(AToken, OfAPipeIsReadOnce) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  ASSERT_EQ(::write(ends[1], "first-token\n", 12), 12);
  ::close(ends[1]);
  BearerToken token(format("/proc/self/fd/{}", ends[0]));
  EXPECT_EQ(token.read().value_or("none"), "first-token");
  EXPECT_EQ(token.read().value_or("none"), "first-token");
  ::close(ends[0]);
}

}  // namespace
}  // namespace lf::target
