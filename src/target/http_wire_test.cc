#include <atomic>
#include <cstdlib>
#include <latch>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "target/testing/http_client.h"
#include "target/testing/promises.h"

// What an answer may look like on the wire, and what becomes of the connection behind it.

namespace lf::target {
namespace {

using testing::Client;
using testing::code_of;
using testing::echo;
using ::testing::HasSubstr;
using testing::LoopbackRequest;
using testing::LoopbackServer;
using testing::message_of;
using testing::spec_of;
using Connection = LoopbackServer::Connection;

class OnTheWire : public testing::OnBothTransports {
 protected:
  /// A server that answers each request with `bytes`, and closes behind them where `closes`.
  static LoopbackServer::Answer raw(std::string bytes, bool closes = false) {
    return [bytes = std::move(bytes), closes](const Connection& connection, const LoopbackRequest&) {
      connection.send(bytes);
      if (closes) connection.close();
    };
  }
};
INSTANTIATE_TEST_SUITE_P(Through, OnTheWire, ::testing::ValuesIn(testing::kBothTransports), OnTheWire::name_of);

TEST_P(OnTheWire, ARequestIsTheSame) {
  const LoopbackServer server(echo);
  TargetSpec spec = spec_of("http://alice:s3cret@" + server.address() + "/a/../b%20c/?token=x");
  spec.headers = {"X-Scope: team", "X-Empty:"};
  const Client client = client_of(spec);
  client.fetch_one("heap?gc=1");
  EXPECT_EQ(server.requests().at(0).head,
            "GET /b%20c/debug/pprof/heap?gc=1&token=x HTTP/1.1\r\nHost: " + server.address() +
                "\r\nAuthorization: Basic YWxpY2U6czNjcmV0\r\nUser-Agent: leakfinder\r\n"
                "Accept: */*\r\nX-Scope: team\r\nX-Empty:\r\n");
}

TEST_P(OnTheWire, HeadersOfTheUserWin) {
  const LoopbackServer server(echo);
  TargetSpec spec = spec_of("http://alice:s3cret@" + server.address());
  spec.headers = {"host: app.internal", "accept: text/plain", "User-Agent:", "Authorization: Own abcdef"};
  const Client client = client_of(spec);
  client.fetch_one("heap");
  EXPECT_EQ(server.requests().at(0).head,
            "GET /debug/pprof/heap HTTP/1.1\r\nHost: app.internal\r\naccept: text/plain\r\nUser-Agent:\r\n"
            "Authorization: Own abcdef\r\n");
}

TEST_P(OnTheWire, DotsOfARedirectAreResolved) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest& request) {
    if (request.target().ends_with("heap")) return connection.answer(302, "", "Location: ../x/./y?z=..\r\n");
    echo(connection, request);
  });
  EXPECT_EQ(client_of(server.url()).fetch_one("heap").body, "/debug/x/y?z=..");
}

TEST_P(OnTheWire, AnswersBeforeTheAnswerAreReadOver) {
  const LoopbackServer server(
      raw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\nContent-Length: 3\r\n\r\n"
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  const Client client = client_of(server.url());
  EXPECT_EQ(client.fetch_one("a").body, "hello");
  EXPECT_EQ(client.fetch_one("b").body, "hello");
  EXPECT_EQ(server.connections(), 1);
}

TEST_P(OnTheWire, EndlessAnswersBeforeTheAnswerAreRefused) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) {
    for (int i = 0; i < 4000; ++i) connection.send("HTTP/1.1 100 Continue\r\n\r\n");
    connection.stay_silent();
  });
  const auto got = client_of(server.url()).fetch_one("heap");
  EXPECT_EQ(code_of(got.response), ErrorCode::kTooLarge) << message_of(got.response);
}

TEST_P(OnTheWire, ChunksWithExtensionsAndTrailersAreTakenApart) {
  const LoopbackServer server(
      raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n"
          "5;name=value\r\nhello\r\n01\r\n,\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n"));
  const Client client = client_of(server.url());
  for (const char* path : {"a", "b"}) {
    const auto got = client.fetch_one(path);
    EXPECT_EQ(got.body, "hello, world") << message_of(got.response);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_P(OnTheWire, EndlessTrailersAreRefused) {
  std::string trailers;
  while (trailers.size() < 200'000) trailers += "X-Filler: " + std::string(1000, 'x') + "\r\n";
  const LoopbackServer server(
      raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n" + trailers, true));
  const auto got = client_of(server.url()).fetch_one("heap");
  EXPECT_EQ(code_of(got.response), ErrorCode::kTooLarge) << message_of(got.response);
}

TEST_P(OnTheWire, AnAnswerOfHttp10EndsWithItsConnection) {
  const LoopbackServer server(raw("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhello", true));
  const Client client = client_of(server.url());
  for (const char* path : {"a", "b"}) {
    const auto got = client.fetch_one(path);
    EXPECT_EQ(got.body, "hello") << message_of(got.response);
    EXPECT_FALSE(got.response.cut);
  }
  EXPECT_EQ(server.connections(), 2);
}

TEST_P(OnTheWire, AnEmptyBodyThatEndsWithItsConnectionIsOne) {
  const LoopbackServer server(raw("HTTP/1.1 200 OK\r\n\r\n", true));
  const auto got = client_of(server.url()).fetch_one("heap");
  EXPECT_FALSE(got.response.error.has_value()) << message_of(got.response);
  EXPECT_EQ(got.response.status, 200);
}

TEST_P(OnTheWire, MoreThanTheLengthIsLeftAloneWithItsConnection) {
  const LoopbackServer server(raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\n"));
  const Client client = client_of(server.url());
  EXPECT_EQ(client.fetch_one("a").body, "hello");
  EXPECT_EQ(client.fetch_one("b").body, "hello");
  EXPECT_EQ(server.connections(), 2);
}

/// libcurl looks at a kept connection only once a second.
TEST(OnAPlainConnection, WhatNobodyAskedForIsNotTheNextAnswer) {
  std::latch said(1);
  const LoopbackServer server([&](const Connection& connection, const LoopbackRequest& request) {
    echo(connection, request);
    if (!request.target().ends_with("a")) return;
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    said.count_down();
  });
  const Client client(testing::Transport::kPlain, spec_of(server.url()));
  client.fetch_one("a");
  said.wait();
  EXPECT_EQ(client.fetch_one("b").body, "/debug/pprof/b");
}

TEST_P(OnTheWire, ARequestThatAKeptConnectionSwallowedIsRepeatedOnce) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest& request) {
    if (request.connection == 1 && request.target().ends_with("b")) return connection.close();
    echo(connection, request);
  });
  const Client client = client_of(server.url());
  client.fetch_one("a");
  EXPECT_EQ(client.fetch_one("b").body, "/debug/pprof/b");
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_EQ(client.source().connections_made(), 2U);
}

TEST_P(OnTheWire, ARequestThatANewConnectionSwallowedIsNotRepeated) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) { connection.close(); });
  const auto got = client_of(server.url()).fetch_one("heap");
  EXPECT_EQ(code_of(got.response), ErrorCode::kUnreachable);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_P(OnTheWire, ARequestWhoseAnswerHasBegunIsNotRepeated) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest& request) {
    if (request.target().ends_with("a")) return echo(connection, request);
    connection.send("HTTP/1.1 200 OK\r\nContent-");
    connection.close();
  });
  const Client client = client_of(server.url());
  client.fetch_one("a");
  const auto got = client.fetch_one("b");
  EXPECT_EQ(code_of(got.response), ErrorCode::kUnreachable);
  EXPECT_THAT(message_of(got.response), HasSubstr("closed the connection"));
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_P(OnTheWire, AResetBeforeTheAnswerIsNamed) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) { connection.reset(); });
  EXPECT_THAT(message_of(client_of(server.url()).fetch_one("heap").response), HasSubstr("reset the connection"));
}

TEST_P(OnTheWire, AnAnswerInSingleBytesIsTheSame) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) {
    for (const char c :
         std::string_view("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")) {
      connection.send({&c, 1});
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  const Client client = client_of(server.url());
  EXPECT_EQ(client.fetch_one("a").body, "hello");
  EXPECT_EQ(client.fetch_one("b").body, "hello");
  EXPECT_EQ(server.connections(), 1);
}

TEST_P(OnTheWire, LargeBodiesComeWhole) {
  std::string body;
  for (int i = 0; body.size() < 900'000; ++i) body += std::to_string(i) + "\n";
  const LoopbackServer server(
      [&](const Connection& connection, const LoopbackRequest&) { connection.answer(200, body); });
  for (const auto& got : client_of(server.url()).fetch({"a", "b", "c"})) EXPECT_EQ(got.body, body);
}

TEST_P(OnTheWire, LocalhostIsFoundOnEitherAddress) {
  for (const char* address : {"", "[::1]"}) {
    const LoopbackServer server(echo, address);
    if (!server.ready()) continue;  // a machine without IPv6
    const auto got = client_of("http://localhost:" + std::to_string(server.port())).fetch_one("heap");
    EXPECT_EQ(got.body, "/debug/pprof/heap") << address << message_of(got.response);
  }
}

TEST_P(OnTheWire, AnAddressOfIpv6IsReached) {
  const LoopbackServer server(echo, "[::1]");
  if (!server.ready()) GTEST_SKIP() << "no IPv6 here";
  const auto got = client_of(server.url()).fetch_one("heap");
  EXPECT_EQ(got.body, "/debug/pprof/heap") << message_of(got.response);
  EXPECT_EQ(server.requests().at(0).header("Host"), "Host: " + server.address());
}

TEST_P(OnTheWire, ALaterRequestTakesTheConnectionThatIsLeft) {
  std::atomic<bool> silent = true;
  const LoopbackServer server([&](const Connection& connection, const LoopbackRequest& request) {
    if (silent && request.target().ends_with("lost")) return connection.stay_silent();
    echo(connection, request);
  });
  Limits limits = testing::short_limits();
  limits.timeout = limits.connect = limits.stall = testing::stretched(300);
  const Client client = client_of(server.url(), limits);
  client.fetch({"lost", "b"});
  silent = false;
  EXPECT_EQ(client.fetch_one("c").body, "/debug/pprof/c");
  EXPECT_EQ(client.source().connections_made(), 2U);
}

/// Damaged answers: each ends, brings no more than the limit, and is told in one plain line.
TEST_P(OnTheWire, DamagedAnswersEndWithinTheLimits) {
  const std::vector<std::string> seeds = {
      "HTTP/1.1 100 X\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n1\r\n!\r\n0\r\nX-T: 1\r\n\r\n",
      "HTTP/1.1 302 Found\r\nLocation: ./x\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.0 500 No\r\nContent-Encoding: gzip\r\n\r\nbody" + std::string(2000, 'x')};
  std::minstd_rand random(7);
  std::vector<std::string> answers;
  while (answers.size() < 300) {
    std::string bytes = seeds[random() % seeds.size()];
    for (std::size_t changes = 1 + random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % bytes.size();
      if (random() % 2 == 0) bytes[at] = static_cast<char>(random() % 256);
      if (random() % 4 == 0) bytes.erase(at, 1 + random() % 9);
    }
    answers.push_back(std::move(bytes));
  }
  const LoopbackServer server([&](const Connection& connection, const LoopbackRequest& request) {
    // A redirect asks for what is no number.
    const auto number =
        static_cast<unsigned>(std::atoi(request.target().substr(request.target().rfind('/') + 1).c_str()));
    connection.send(answers.at(number % answers.size()));
    connection.close();
  });
  Limits limits = testing::short_limits();
  limits.max_body_bytes = 1000;
  for (std::size_t number = 0; number < answers.size(); ++number) {
    const std::string& bytes = answers[number];
    const auto got = client_of(server.url(), limits).fetch_one(std::to_string(number));
    EXPECT_LE(got.body.size(), 1000U) << bytes;
    EXPECT_LT(got.response.duration, limits.timeout) << bytes;
    EXPECT_TRUE(got.response.error.has_value() || got.response.status == 200) << bytes;
    EXPECT_TRUE(testing::is_one_visible_line(message_of(got.response))) << bytes;
  }
}

}  // namespace
}  // namespace lf::target
