#include "target/response_headers.h"

#include <gtest/gtest.h>

#include "target/testing/promises.h"

namespace lf::target {
namespace {

TEST(ResponseHeaders, KeepsWhatMatters) {
  ResponseHeaders headers;
  EXPECT_TRUE(headers.feed("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_TRUE(headers.feed("content-TYPE:  text/plain; charset=utf-8 \r\n"));
  EXPECT_TRUE(headers.feed("X-Go-Pprof: 1\r\n"));
  EXPECT_TRUE(headers.feed("Content-Length: 16\r\n"));
  EXPECT_TRUE(headers.feed("WWW-Authenticate: Basic realm=\"x\"\r\n"));
  EXPECT_FALSE(headers.complete());
  EXPECT_TRUE(headers.feed("\r\n"));
  EXPECT_TRUE(headers.complete());
  EXPECT_EQ(headers.status(), 404);
  EXPECT_EQ(headers.content_type(), "text/plain; charset=utf-8");
  EXPECT_TRUE(headers.from_pprof());
  EXPECT_EQ(headers.content_length(), 16U);
  EXPECT_EQ(headers.authenticate(), "Basic realm=\"x\"");
}

TEST(ResponseHeaders, StartsOverAtEachStatusLine) {
  ResponseHeaders headers;
  for (const char* line : {"HTTP/1.1 100 Continue\r\n", "Location: /a\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "\r\n"}) {
    EXPECT_TRUE(headers.feed(line));
  }
  EXPECT_EQ(headers.status(), 200);
  EXPECT_EQ(headers.location(), "");
}

TEST(ResponseHeaders, CountsInterimAnswersAndTrailersInTheLimit) {
  ResponseHeaders headers;
  std::size_t fed = 0;
  bool accepted = true;
  while (accepted && fed < 10 * ResponseHeaders::kMaxBytes) {
    accepted = headers.feed("HTTP/1.1 100 Continue\r\n") && headers.feed("\r\n");
    fed += 25;
  }
  EXPECT_FALSE(accepted);
  EXPECT_LE(fed, ResponseHeaders::kMaxBytes + 25);
}

TEST(ResponseHeaders, IgnoresANumberThatIsNone) {
  for (const char* line : {"Content-Length: -1\r\n", "Content-Length: 12x\r\n", "Content-Length:\r\n",
                           "Content-Length: 99999999999999999999999\r\n"}) {
    ResponseHeaders headers;
    EXPECT_TRUE(headers.feed("HTTP/1.1 200 OK\r\n"));
    EXPECT_TRUE(headers.feed(line));
    EXPECT_FALSE(headers.content_length().has_value()) << line;
  }
}

TEST(ResponseHeaders, ReadsNoStatusFromABrokenLine) {
  for (const char* line : {"HTTP/1.1 banana\r\n", "HTTP/1.1\r\n", "HTTP/\r\n", "HTTP/1.1 7\r\n"}) {
    ResponseHeaders headers;
    EXPECT_TRUE(headers.feed(line));
    EXPECT_EQ(headers.status(), 0) << line;
  }
}

TEST(ResponseHeaders, CutsAValueThatIsTooLong) {
  ResponseHeaders headers;
  EXPECT_TRUE(headers.feed("Location: /" + std::string(10'000, 'x')));
  EXPECT_EQ(headers.location().size(), ResponseHeaders::kMaxValueBytes);
}

TEST(ResponseHeaders, KeepsItsPromisesOnMutatedInput) {
  const std::string seed =
      "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 3\r\nX-Go-Pprof: 1\r\n\r\nX: trailer\r\n";
  for (std::size_t at = 0; at < seed.size(); ++at) {
    for (const char c : {'\0', '\n', ':', ' ', '9', '\xff'}) {
      std::string text = seed;
      text[at] = c;
      ASSERT_EQ(testing::broken_header_promise(text), "");
    }
    ASSERT_EQ(testing::broken_header_promise(seed.substr(at)), "");
  }
  EXPECT_EQ(testing::broken_header_promise("X: " + std::string(200'000, 'y')), "");
}

}  // namespace
}  // namespace lf::target
