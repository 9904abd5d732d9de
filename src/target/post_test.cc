#include "target/post.h"

#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "target/testing/http_client.h"

namespace lf::target {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using testing::LoopbackRequest;
using testing::LoopbackServer;
using ::testing::Not;
using Connection = LoopbackServer::Connection;

/// A clock that never waits, and remembers how long it should have.
class EagerClock final : public Clock {
 public:
  WallTime wall() const override { return {}; }
  SteadyTime steady() const override { return now_; }
  bool wait_until(SteadyTime deadline, const Stop& stop) override {
    waits_.push_back(std::chrono::duration_cast<milliseconds>(deadline - now_));
    now_ = deadline;
    return !stop.requested();
  }
  const std::vector<milliseconds>& waits() const { return waits_; }

 private:
  SteadyTime now_;
  std::vector<milliseconds> waits_;
};

class Stopped final : public Stop {
 public:
  bool requested() const override { return true; }
};

Post message_to(const std::string& url) {
  return {.url = url, .content_type = "application/json", .body = R"({"text":"two leaks"})", .proxy = {}};
}

LoopbackServer::Answer answering(std::vector<int> statuses) {
  return [statuses = std::move(statuses)](const Connection& connection, const LoopbackRequest& request) {
    const std::size_t number = std::min<std::size_t>(static_cast<std::size_t>(request.connection), statuses.size());
    connection.answer(statuses[number - 1], "later", "Connection: close\r\n");
    connection.close();
  };
}

TEST(Post, DeliversTheBodyWithItsType) {
  const LoopbackServer server(answering({200}));
  EagerClock clock;
  EXPECT_TRUE(post(message_to(server.url() + "/hook?x=1"), clock, NeverStop{}));
  ASSERT_EQ(server.requests().size(), 1U);
  const LoopbackRequest request = server.requests()[0];
  EXPECT_EQ(request.method(), "POST");
  EXPECT_EQ(request.target(), "/hook?x=1");
  EXPECT_EQ(request.header("Content-Type"), "Content-Type: application/json");
  EXPECT_EQ(request.body, R"({"text":"two leaks"})");
}

TEST(Post, TriesAgainAfterWhatMayPassWithLongerPauses) {
  const LoopbackServer server(answering({503, 429, 204}));
  EagerClock clock;
  EXPECT_TRUE(post(message_to(server.url()), clock, NeverStop{}));
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_THAT(clock.waits(), ::testing::ElementsAre(milliseconds(500), milliseconds(1'000)));
}

TEST(Post, GivesUpAfterItsTriesWithTheLastAnswer) {
  const LoopbackServer server(answering({500}));
  EagerClock clock;
  const Result<void> result = post(message_to(server.url()), clock, NeverStop{});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kRefused);
  EXPECT_THAT(result.error().message, HasSubstr("answered 500: \"later\""));
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(Post, ShowsNothingOfItsAddressWhereTheAnswerRepeatsIt) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest& request) {
    connection.answer(404, "no hook " + request.target() + " for " + std::string(request.header("Authorization")),
                      "Connection: close\r\n");
    connection.close();
  });
  EagerClock clock;
  const std::string address =
      "http://hidden-user:hidden-word@" + server.address() + "/services/T%2Fhidden?key=hidden-key";
  const Result<void> result = post(message_to(address), clock, NeverStop{});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("answered 404: \"no hook *** for"));
  EXPECT_THAT(result.error().message, Not(HasSubstr("hidden")));
  EXPECT_THAT(result.error().message, Not(HasSubstr("aGlkZGVu")));  // "hidden" in base64
}

TEST(Post, DoesNotRepeatWhatIsRefusedForGood) {
  const LoopbackServer server(answering({403}));
  EagerClock clock;
  EXPECT_FALSE(post(message_to(server.url()), clock, NeverStop{}));
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Post, FollowsNoRedirect) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) {
    connection.answer(302, "", "Location: /elsewhere\r\n");
  });
  EagerClock clock;
  EXPECT_FALSE(post(message_to(server.url()), clock, NeverStop{}));
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Post, EndsAtItsTimeout) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) { connection.stay_silent(); });
  Post message = message_to(server.url());
  message.timeout = milliseconds(100);
  message.tries = 1;
  EagerClock clock;
  const Result<void> result = post(message, clock, NeverStop{});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kTimeout);
  EXPECT_THAT(result.error().message, HasSubstr("within 100ms"));
}

TEST(Post, ShowsNeitherCredentialsNorPath) {
  const LoopbackServer server(answering({404}));
  EagerClock clock;
  const std::string url = "http://bob:hunter2@" + server.address() + "/services/T0/hunter3?key=hunter4";
  const Result<void> result = post(message_to(url), clock, NeverStop{});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr(server.address()));
  EXPECT_THAT(result.error().message + result.error().where, Not(HasSubstr("hunter")));
}

TEST(Post, MakesTheAnswersWordsVisible) {
  const LoopbackServer server(
      [](const Connection& connection, const LoopbackRequest&) { connection.answer(400, "no\x1b[2Jsuch hook"); });
  EagerClock clock;
  const Result<void> result = post(message_to(server.url()), clock, NeverStop{});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("no\\x1b[2Jsuch hook"));
}

TEST(Post, EndsWhenAskedTo) {
  const LoopbackServer server([](const Connection& connection, const LoopbackRequest&) { connection.stay_silent(); });
  EagerClock clock;
  const Result<void> result = post(message_to(server.url()), clock, Stopped{});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInterrupted);
}

TEST(Post, TakesHttpOnly) {
  EagerClock clock;
  const Result<void> result = post(message_to("ftp://127.0.0.1/x"), clock, NeverStop{});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace lf::target
