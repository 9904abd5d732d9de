#include "target/connector.h"

#include <array>
#include <cerrno>

#include <gtest/gtest.h>

#include "target/testing/deaf_server.h"
#include "target/testing/http_client.h"

namespace lf::target {
namespace {

using std::chrono::milliseconds;
using State = Connector::State;
using testing::DeafServer;
using testing::LoopbackServer;

SocketAddress loopback(int port) {
  return addresses_without_resolver("127.0.0.1", static_cast<std::uint16_t>(port)).at(0);
}

int port_of_nobody() {
  return LoopbackServer(testing::echo).port();
}

/// Goes on at the time `now` until it has come to something, or for some seconds.
State settle(Connector& connector, SteadyTime now) {
  for (int i = 0; i < 1000 && connector.advance(now) == State::kTrying; ++i) {
    std::array<pollfd, 2> waits{};
    for (std::size_t k = 0; k < waits.size(); ++k) waits[k] = pollfd{connector.waits_for()[k], POLLOUT, 0};
    ::poll(waits.data(), waits.size(), 5);
  }
  return connector.state();
}

TEST(Connector, KnowsAddressesWithoutAResolver) {
  EXPECT_EQ(addresses_without_resolver("127.0.0.1", 1).size(), 1U);
  EXPECT_EQ(addresses_without_resolver("::1", 1).size(), 1U);
  EXPECT_EQ(addresses_without_resolver("::ffff:127.0.0.1", 1).size(), 1U);
  const auto local = addresses_without_resolver("localhost", 1);
  ASSERT_EQ(local.size(), 2U);
  EXPECT_EQ(local[0].storage.ss_family, AF_INET6);
  EXPECT_EQ(local[1].storage.ss_family, AF_INET);
  for (const char* name : {"app", "x.localhost", "localhost.", "127.1", "2130706433", "fe80::1%25eth0", ""}) {
    EXPECT_TRUE(addresses_without_resolver(name, 1).empty()) << name;
  }
}

TEST(Connector, TakesTheSecondAddressWhereTheFirstRefuses) {
  const LoopbackServer server(testing::echo);
  const std::array addresses{loopback(port_of_nobody()), loopback(server.port())};
  Connector connector(addresses);
  const SteadyTime now{};
  connector.start(now);
  EXPECT_EQ(settle(connector, now), State::kConnected);  // no time has passed
  EXPECT_TRUE(connector.take().open());
}

TEST(Connector, SaysWhyAllHaveFailed) {
  const std::array addresses{loopback(port_of_nobody()), loopback(port_of_nobody())};
  Connector connector(addresses);
  connector.start(SteadyTime{});
  EXPECT_EQ(settle(connector, SteadyTime{}), State::kFailed);
  EXPECT_EQ(connector.os_error(), ECONNREFUSED);
}

TEST(Connector, TriesTheSecondAddressBesideAFirstThatIsSilent) {
  const DeafServer deaf;
  const LoopbackServer server(testing::echo);
  const std::array addresses{loopback(deaf.port()), loopback(server.port())};
  Connector connector(addresses);
  const SteadyTime now{};
  connector.start(now);
  EXPECT_EQ(connector.advance(now + milliseconds(199)), State::kTrying);
  ASSERT_TRUE(connector.wake_at().has_value());
  EXPECT_EQ(*connector.wake_at(), now + milliseconds(200));
  EXPECT_EQ(settle(connector, now + milliseconds(200)), State::kConnected);
}

TEST(Connector, WaitsForTheFirstWhereTheSecondRefuses) {
  const DeafServer deaf;
  const std::array addresses{loopback(deaf.port()), loopback(port_of_nobody())};
  Connector connector(addresses);
  const SteadyTime now{};
  connector.start(now);
  connector.advance(now + milliseconds(300));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(connector.advance(now + milliseconds(300)), State::kTrying);
  EXPECT_FALSE(connector.wake_at().has_value());
}

}  // namespace
}  // namespace lf::target
