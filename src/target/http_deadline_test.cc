#include <atomic>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "target/http_errors.h"
#include "target/testing/deaf_server.h"
#include "target/testing/http_client.h"

namespace lf::target {
namespace {

using std::chrono::milliseconds;
using testing::Client;
using testing::code_of;
using testing::echo;
using ::testing::HasSubstr;
using testing::LoopbackRequest;
using testing::LoopbackServer;
using testing::message_of;
using testing::short_limits;
using testing::stretched;
using Connection = LoopbackServer::Connection;

/// Short limits; the rest is long enough for the slowest machine.
Limits limits(int timeout, int connect, int stall) {
  Limits limits = short_limits();
  limits.timeout = stretched(timeout);
  limits.connect = stretched(connect);
  limits.stall = stretched(stall);
  return limits;
}

void expect_timeout(const Client::Outcome& got, const std::string& says) {
  EXPECT_EQ(code_of(got.response), ErrorCode::kTimeout);
  EXPECT_THAT(message_of(got.response), HasSubstr(says));
  EXPECT_LT(got.response.duration, stretched(10'000));
}

class DeadlineOf : public testing::OnBothTransports {};
INSTANTIATE_TEST_SUITE_P(Through, DeadlineOf, ::testing::ValuesIn(testing::kBothTransports), DeadlineOf::name_of);

TEST_P(DeadlineOf, TheFirstByteIsTheWholeTimeout) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) { connection.stay_silent(); });
  const auto got = client_of(server.url(), limits(150, 20, 20)).fetch_one("heap");
  expect_timeout(got, "waiting for the first byte of heap");
  EXPECT_THAT(message_of(got.response), HasSubstr("-timeout"));
  EXPECT_GE(got.response.duration, milliseconds(150));
  EXPECT_EQ(got.response.status, 0);
}

TEST_P(DeadlineOf, ARequestThatTakesLongMayBeExtended) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) { connection.stay_silent(); });
  const Client client = client_of(server.url(), limits(50, 50, 50));
  std::vector<Transfer> transfers(1);
  transfers[0].request.extra_time = milliseconds(150);
  transfers[0].sink = [](std::span<const std::byte>) { return true; };
  client.source().fetch(transfers, NeverStop{});
  EXPECT_EQ(code_of(transfers[0].response), ErrorCode::kTimeout);
  EXPECT_GE(transfers[0].response.duration, milliseconds(200));
}

TEST_P(DeadlineOf, AStallIsNamedAndKeepsWhatCame) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst half");
    connection.stay_silent();
  });
  const auto got = client_of(server.url(), limits(60'000, 1000, 100)).fetch_one("goroutine?debug=2");
  expect_timeout(got, "goroutine?debug=2 stalled after 10 bytes");
  EXPECT_TRUE(got.response.cut);
  EXPECT_EQ(got.body, "first half");
}

/// Sends `piece` every 10 ms, up to 800 ms or more.
LoopbackServer::Answer drip(std::string piece) {
  return [piece = std::move(piece)](const Connection& connection, const LoopbackRequest&) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 80 * testing::pace(); ++i) {
      connection.send(piece);
      std::this_thread::sleep_for(milliseconds(10));
    }
    connection.close();
  };
}

TEST_P(DeadlineOf, ADripIsAStall) {
  const LoopbackServer server(drip("x"));
  const auto got = client_of(server.url(), limits(60'000, 300, 200)).fetch_one("heap");
  expect_timeout(got, "heap stalled after");
  EXPECT_GE(got.body.size(), 1U);
}

TEST_P(DeadlineOf, AnAnswerThatIsSlowButComesEndsWithTheWholeTimeout) {
  const LoopbackServer server(drip(std::string(kStallBytes, 'x')));
  expect_timeout(client_of(server.url(), limits(300, 300, 200)).fetch_one("heap"), "was not complete within ");
}

TEST(DeadlineOfTls, TheHandshakeIsNamed) {
  const LoopbackServer server(echo);  // takes the ClientHello for the start of a request and waits for more
  const auto got = Client("https://" + server.address(), limits(60'000, 200, 60'000)).fetch_one("heap");
  expect_timeout(got, "TLS handshake");
}

TEST_P(DeadlineOf, AHeadThatNeverEndsIsTheWholeTimeout) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nX-Start: 1\r\nX-Pa");
    connection.stay_silent();
  });
  expect_timeout(client_of(server.url(), limits(150, 20, 150)).fetch_one("heap"), "heap");
}

TEST_P(DeadlineOf, TheConnectionIsItsOwn) {
  const testing::DeafServer server;
  expect_timeout(client_of(server.url(), limits(60'000, 100, 60'000)).fetch_one("heap"), "while connecting to");
}

TEST_P(DeadlineOf, OneTransferLeavesTheOtherAlone) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest& request) {
    if (request.target().ends_with("heap")) return connection.stay_silent();
    echo(connection, request);
  });
  const Client client = client_of(server.url(), limits(300, 300, 300));
  const auto got = client.fetch({"heap", "goroutine", "allocs"});
  expect_timeout(got[0], "first byte of heap");
  EXPECT_EQ(got[1].body, "/debug/pprof/goroutine");
  EXPECT_EQ(got[2].body, "/debug/pprof/allocs");
}

class WishToStop : public testing::OnBothTransports {};
INSTANTIATE_TEST_SUITE_P(Through, WishToStop, ::testing::ValuesIn(testing::kBothTransports), WishToStop::name_of);

TEST_P(WishToStop, EndsEveryTransferAtOnce) {
  class Wish final : public Stop {
   public:
    Wish() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
    ~Wish() override {
      ::close(ends_[0]);
      ::close(ends_[1]);
    }
    bool requested() const override { return asked_; }
    int wake_fd() const override { return ends_[0]; }
    void ask() {
      asked_ = true;
      EXPECT_EQ(::write(ends_[1], "x", 1), 1);
    }

   private:
    int ends_[2] = {-1, -1};
    std::atomic<bool> asked_ = false;
  };
  Wish wish;
  const LoopbackServer server([&](const Connection& connection, const LoopbackRequest&) {
    wish.ask();
    connection.stay_silent();
  });
  Limits limits = short_limits();
  limits.timeout = milliseconds(60'000);
  const auto got = client_of(server.url(), limits).fetch({"a", "b", "c"}, wish);
  for (const auto& each : got) {
    EXPECT_EQ(code_of(each.response), ErrorCode::kInterrupted);
    EXPECT_LT(each.response.duration, stretched(10'000));
  }
}

}  // namespace
}  // namespace lf::target
