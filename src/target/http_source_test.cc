#include <filesystem>
#include <latch>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

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
using ::testing::Not;
using testing::short_limits;
using Connection = LoopbackServer::Connection;

class OverHttp : public testing::OnBothTransports {};
INSTANTIATE_TEST_SUITE_P(Through, OverHttp, ::testing::ValuesIn(testing::kBothTransports), OverHttp::name_of);

TEST_P(OverHttp, DeliversTheBodyAndWhatCameWithIt) {
  const LoopbackServer server(echo);
  const Client client = client_of(server.url());
  const auto got = client.fetch_one("goroutine?debug=2");
  EXPECT_FALSE(got.response.error.has_value()) << message_of(got.response);
  EXPECT_EQ(got.response.status, 200);
  EXPECT_EQ(got.response.content_type, "text/plain");
  EXPECT_EQ(got.body, "/debug/pprof/goroutine?debug=2");
  EXPECT_EQ(got.response.body_bytes, got.body.size());
  EXPECT_FALSE(got.response.cut);
}

TEST_P(OverHttp, AsksWithGetAndForNoEncoding) {
  const LoopbackServer server(echo);
  const Client client = client_of(server.url());
  client.fetch_one("heap");
  ASSERT_EQ(server.requests().size(), 1U);
  const LoopbackRequest request = server.requests()[0];
  EXPECT_EQ(request.method(), "GET");
  EXPECT_EQ(request.header("Accept-Encoding"), "");
  EXPECT_EQ(request.header("User-Agent"), "User-Agent: leakfinder");
}

TEST_P(OverHttp, KeepsOneConnectionForRequestsInTurn) {
  const LoopbackServer server(echo);
  const Client client = client_of(server.url());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.fetch_one("heap").response.status, 200);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(client.source().connections_made(), 1U);
}

TEST_P(OverHttp, RunsTwoSideBySideAndReusesTheFirstConnection) {
  std::latch both(2);
  const LoopbackServer server([&](const Connection& connection, const LoopbackRequest& request) {
    if (!request.target().ends_with("/")) both.arrive_and_wait();  // neither ends before both have come
    echo(connection, request);
  });
  const Client client = client_of(server.url());
  client.fetch_one("");
  for (const auto& got : client.fetch({"goroutine", "heap"})) EXPECT_EQ(got.response.status, 200);
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ(client.source().connections_made(), 2U);
}

TEST_P(OverHttp, NeverOpensAThirdConnection) {
  const LoopbackServer server(echo);
  const Client client = client_of(server.url());
  const auto all = client.fetch({"a", "b", "c", "d", "e", "f", "g"});
  for (const auto& got : all) EXPECT_EQ(got.response.status, 200);
  EXPECT_EQ(all[6].body, "/debug/pprof/g");
  EXPECT_LE(server.connections(), 2);
}

TEST_P(OverHttp, ConnectsAgainWhereTheServerHasClosedMeanwhile) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest& request) {
    echo(connection, request);
    connection.close();
  });
  const Client client = client_of(server.url());
  EXPECT_EQ(client.fetch_one("a").response.status, 200);
  EXPECT_EQ(client.fetch_one("b").response.status, 200);
  EXPECT_EQ(server.connections(), 2);
}

TEST(OverAUnixSocket, ProfilesAreRead) {
  const std::string path = std::filesystem::temp_directory_path() / ("lf-" + std::to_string(::getpid()) + ".sock");
  {
    const LoopbackServer server(echo, path);
    ASSERT_TRUE(server.ready());
    const Client client(server.url() + ":/admin/");
    const auto got = client.fetch_one("heap");
    EXPECT_EQ(got.body, "/admin/debug/pprof/heap") << message_of(got.response);
  }
  const Client client("unix://" + path);
  EXPECT_EQ(code_of(client.fetch_one("heap").response), ErrorCode::kRefused);
  std::filesystem::remove(path);
  EXPECT_THAT(message_of(client.fetch_one("heap").response), HasSubstr("no socket at"));
}

TEST_P(OverHttp, SaysThatNothingListens) {
  int port = 0;
  {
    const LoopbackServer server(echo);
    port = server.port();
  }
  const Client client = client_of("localhost:" + std::to_string(port));
  const auto got = client.fetch_one("");
  EXPECT_EQ(got.response.status, 0);
  EXPECT_EQ(code_of(got.response), ErrorCode::kRefused);
  EXPECT_THAT(message_of(got.response), HasSubstr("nothing listens on localhost:" + std::to_string(port)));
}

TEST_P(OverHttp, TellsAMissingProfileFromAMissingPprof) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest& request) {
    connection.answer(404, "Unknown profile\n", request.target().ends_with("own") ? "X-Go-Pprof: 1\r\n" : "");
  });
  const Client client = client_of(server.url());
  const auto missing = client.fetch_one("own");
  EXPECT_EQ(code_of(missing.response), ErrorCode::kNotFound);
  EXPECT_TRUE(missing.response.from_pprof);
  EXPECT_THAT(message_of(missing.response), HasSubstr("does not offer the profile \"own\""));
  const auto unmounted = client.fetch_one("heap");
  EXPECT_EQ(code_of(unmounted.response), ErrorCode::kNotFound);
  EXPECT_FALSE(unmounted.response.from_pprof);
  EXPECT_THAT(message_of(unmounted.response), HasSubstr("not mounted"));
  EXPECT_EQ(unmounted.response.error_body, "Unknown profile\n");
  EXPECT_EQ(unmounted.body, "");
}

struct StatusRow {
  int status;
  ErrorCode code;
  std::string says;
};

TEST_P(OverHttp, SaysWhatToDoAboutEachStatus) {
  for (const StatusRow& row : std::vector<StatusRow>{{401, ErrorCode::kUnauthorized, "-bearer-token-file"},
                                                     {403, ErrorCode::kUnauthorized, "-user"},
                                                     {405, ErrorCode::kUnsupported, "405"},
                                                     {407, ErrorCode::kUnauthorized, "-proxy"},
                                                     {429, ErrorCode::kUnreachable, "429"},
                                                     {503, ErrorCode::kUnreachable, "503: \"over\\x1b[31m capacity\""},
                                                     {204, ErrorCode::kMalformed, "no profile"},
                                                     {302, ErrorCode::kMalformed, "302"},
                                                     {418, ErrorCode::kMalformed, "418"}}) {
    const LoopbackServer server([&](const Connection& connection, const LoopbackRequest&) {
      connection.answer(row.status, row.status == 204 ? "" : "over\x1b[31m capacity\nsecond line");
    });
    const auto got = client_of(server.url()).fetch_one("heap");
    EXPECT_EQ(got.response.status, row.status);
    EXPECT_EQ(code_of(got.response), row.code) << row.status;
    EXPECT_THAT(message_of(got.response), HasSubstr(row.says)) << row.status;
    EXPECT_THAT(message_of(got.response), Not(HasSubstr("second line")));
  }
}

TEST_P(OverHttp, KeepsTheStartOfAnErrorBodyAndTheConnection) {
  const LoopbackServer server(
      [](const Connection& connection, const LoopbackRequest&) { connection.answer(500, std::string(10'000, 'x')); });
  const Client client = client_of(server.url());
  EXPECT_EQ(client.fetch_one("a").response.error_body.size(), 512U);
  client.fetch_one("b");
  EXPECT_EQ(server.connections(), 1);
}

TEST_P(OverHttp, FollowsRedirectsWithinTheOriginAtMostThreeTimes) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest& request) {
    const int hops = std::stoi(request.target().substr(request.target().rfind('/') + 1));
    if (hops == 0) return connection.answer(200, "there");
    connection.answer(307, "", "Location: " + std::to_string(hops - 1) + "\r\n");
  });
  const Client client = client_of(server.url());
  EXPECT_EQ(client.fetch_one("3").body, "there");
  const auto lost = client.fetch_one("4");
  EXPECT_EQ(code_of(lost.response), ErrorCode::kUnreachable);
  EXPECT_THAT(message_of(lost.response), HasSubstr("more than 3 times"));
  EXPECT_EQ(server.connections(), 1);
}

TEST_P(OverHttp, NeverFollowsARedirectToAnotherOrigin) {
  const LoopbackServer other(echo);
  const LoopbackServer server([&](const Connection& connection, const LoopbackRequest&) {
    connection.answer(302, "moved", "Location: " + other.url() + "/login?session=hush\r\n");
  });
  const auto got = client_of(server.url()).fetch_one("heap");
  EXPECT_EQ(code_of(got.response), ErrorCode::kUnreachable);
  EXPECT_THAT(message_of(got.response), HasSubstr(other.url() + "/login"));
  EXPECT_THAT(message_of(got.response) + got.response.location, Not(HasSubstr("hush")));
  EXPECT_EQ(other.connections(), 0);
}

TEST_P(OverHttp, RefusesHeadersBeyondTheirLimit) {
  for (const std::string& line : {"X-Filler: " + std::string(1000, 'x') + "\r\n", std::string(200, 'x')}) {
    const LoopbackServer server([&](const Connection& connection, const LoopbackRequest&) {
      connection.send("HTTP/1.1 200 OK\r\n");
      std::string headers;
      while (headers.size() < 1 << 20) headers += line;  // with or without ends of lines
      connection.send(headers);
      connection.close();
    });
    const auto got = client_of(server.url()).fetch_one("heap");
    EXPECT_EQ(code_of(got.response), ErrorCode::kTooLarge) << message_of(got.response);
    EXPECT_THAT(message_of(got.response), HasSubstr("headers of more than 64 KiB"));
  }
}

TEST_P(OverHttp, RefusesWhatIsNotHttp) {
  for (const std::string bytes :
       {"goroutine profile: total 3\n", "\x15\x03\x01\x00\x02\x02\x46", "HTTP/1.1 banana\r\n\r\nx"}) {
    const LoopbackServer server([&](const Connection& connection, const LoopbackRequest&) {
      connection.send(bytes);
      connection.close();
    });
    const auto got = client_of(server.url()).fetch_one("heap");
    EXPECT_EQ(code_of(got.response), ErrorCode::kMalformed) << message_of(got.response);
    EXPECT_THAT(message_of(got.response), HasSubstr("does not speak HTTP"));
    EXPECT_EQ(got.body, "");
  }
}

TEST_P(OverHttp, StopsABodyAtItsLimit) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(100'000, 'x'));
    connection.close();
  });
  Limits limits = short_limits();
  limits.max_body_bytes = 65'537;
  const auto got = client_of(server.url(), limits).fetch_one("heap");
  EXPECT_EQ(code_of(got.response), ErrorCode::kTooLarge);
  EXPECT_THAT(message_of(got.response), HasSubstr("-max-body"));
  EXPECT_TRUE(got.response.cut);
  EXPECT_EQ(got.body.size(), 65'537U);
}

TEST_P(OverHttp, RefusesADeclaredLengthBeyondTheLimitBeforeReading) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nxx");
    connection.stay_silent();
  });
  const auto got = client_of(server.url()).fetch_one("heap");
  EXPECT_EQ(code_of(got.response), ErrorCode::kTooLarge);
  EXPECT_THAT(message_of(got.response), HasSubstr("99999999999"));
  EXPECT_EQ(got.body, "");
}

TEST_P(OverHttp, DecodesAnEncodingThatAProxyAddedAndBoundsIt) {
  const LoopbackServer server([&](const Connection& connection, const LoopbackRequest& request) {
    if (request.target().ends_with("broken")) return connection.answer(200, "no gzip", "Content-Encoding: gzip\r\n");
    // "hello" in one stored block.
    connection.answer(200,
                      std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x05\0\xfa\xffhello\x86\xa6\x10\x36\x05\0\0\0", 28),
                      "Content-Encoding: gzip\r\n");
  });
  const Client client = client_of(server.url());
  EXPECT_EQ(client.fetch_one("heap").body, "hello");
  const auto broken = client.fetch_one("broken");
  EXPECT_EQ(code_of(broken.response), ErrorCode::kMalformed);
  EXPECT_THAT(message_of(broken.response), HasSubstr("Content-Encoding"));
  Limits limits = short_limits();
  limits.max_body_bytes = 4;
  EXPECT_EQ(code_of(client_of(server.url(), limits).fetch_one("heap").response), ErrorCode::kTooLarge);
}

TEST_P(OverHttp, KeepsWhatCameBeforeAnEarlyEnd) {
  for (const bool reset : {false, true}) {
    const LoopbackServer server([&](const Connection& connection, const LoopbackRequest&) {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst half");
      if (reset) std::this_thread::sleep_for(milliseconds(50));  // a reset drops what is still on its way
      return reset ? connection.reset() : connection.close();
    });
    const auto got = client_of(server.url()).fetch_one("goroutine");
    EXPECT_EQ(code_of(got.response), ErrorCode::kUnreachable);
    EXPECT_THAT(message_of(got.response), HasSubstr("in the middle of goroutine, after 10 bytes"));
    EXPECT_TRUE(got.response.cut);
    EXPECT_EQ(got.body, "first half");
  }
}

TEST_P(OverHttp, SaysThatTheConnectionWasClosedWithoutAnAnswer) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) { connection.close(); });
  const auto got = client_of(server.url()).fetch_one("heap");
  EXPECT_EQ(code_of(got.response), ErrorCode::kUnreachable);
  EXPECT_THAT(message_of(got.response), HasSubstr("without an answer"));
}

TEST_P(OverHttp, SaysThatAPortSpeaksTls) {
  const LoopbackServer go_tls([](const Connection& connection, const LoopbackRequest&) {
    connection.answer(400, "Client sent an HTTP request to an HTTPS server.\n");
  });
  const auto got = client_of(go_tls.url()).fetch_one("heap");
  EXPECT_EQ(code_of(got.response), ErrorCode::kTls);
  EXPECT_THAT(message_of(got.response), HasSubstr("https://"));
}

TEST_P(OverHttp, EndsWithoutAnErrorWhereTheSinkHasEnough) {
  const LoopbackServer server(
      [](const Connection& connection, const LoopbackRequest&) { connection.answer(200, std::string(500'000, 'x')); });
  const Client client = client_of(server.url());
  std::vector<Transfer> transfers(1);
  transfers[0].sink = [](std::span<const std::byte>) { return false; };
  client.source().fetch(transfers, NeverStop{});
  EXPECT_FALSE(transfers[0].response.error.has_value());
  EXPECT_TRUE(transfers[0].response.cut);
}

}  // namespace
}  // namespace lf::target
