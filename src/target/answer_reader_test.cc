#include "target/answer_reader.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "target/content_decoder.h"
#include "target/testing/promises.h"

namespace lf::target {
namespace {

using State = AnswerReader::State;
using testing::AnswerLog;

/// What comes of `bytes`, fed at once, and the end behind them.
AnswerLog read(std::string_view bytes) {
  return testing::read_answer(bytes, bytes.size());
}

TEST(AnswerReader, HandsOnLinesAndBody) {
  const AnswerLog log =
      read("HTTP/1.1 200 Fine\r\nContent-Type:  text/plain \r\nX-Empty:\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(log.state, State::kDone);
  EXPECT_EQ(log.lines, "HTTP/1.1 200 Fine\r\nContent-Type: text/plain\r\nX-Empty: \r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(log.body, "hello");
  EXPECT_TRUE(log.keeps_connection);
}

TEST(AnswerReader, TakesNothingOfWhatIsBehindTheAnswer) {
  struct : AnswerSink {
    bool on_header(std::string_view) override { return true; }
    bool on_body(std::span<const std::byte>) override { return true; }
  } sink;
  AnswerReader reader(sink);
  EXPECT_EQ(reader.feed("HTTP/1.1 200 X\r\nContent-Length: 1\r\n\r\nxHTTP/1.1"), 38U);
  EXPECT_EQ(reader.state(), State::kDone);
}

struct Row {
  std::string bytes;
  State state;
};

TEST(AnswerReader, SaysWhatIsWrong) {
  const std::string ok = "HTTP/1.1 200 X\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  for (const Row& row : std::vector<Row>{
           {"", State::kCutShort},
           {"HTT", State::kCutShort},
           {"no\n", State::kNotHttp},
           {"HTTP/2 200 X\r\n\r\n", State::kNotHttp},
           {"HTTP/1.1 banana\r\n\r\n", State::kNotHttp},
           {"HTTP/1.1 099 X\r\n\r\n", State::kNotHttp},
           {"HTTP/1.1 101 Switching\r\n\r\nx", State::kNotHttp},
           {"HTTP/1.1 100 X\r\n\r\n", State::kCutShort},
           {"HTTP/1.1 100 X\r\n\r\nno", State::kNotHttp},
           {ok, State::kCutShort},
           {ok + "no colon\r\n\r\n", State::kNotHttp},
           {ok + std::string("X: \0\r\n\r\n", 8), State::kNotHttp},
           {ok + "Content-Length: -5\r\n\r\n", State::kNotHttp},
           {ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", State::kNotHttp},
           {ok + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", State::kDone},
           {ok + "Content-Length: 99999999999999999999999\r\n\r\n", State::kNotHttp},
           {ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx", State::kNotHttp},
           {ok + "Content-Length: 18446744073709551615\r\n\r\nx", State::kCutShort},
           {ok + "Content-Length: 2\r\n\r\nx", State::kCutShort},
           {ok + "\r\nx", State::kDone},
           {chunked + "1\r\nx\r\n0\r\n\r\n", State::kDone},
           {chunked + "1\r\nx\r\n0\r\nX: y\r\n\r\n", State::kDone},
           {chunked + "1\r\nx\r\n", State::kCutShort},
           {chunked + "zebra\r\n", State::kBrokenChunks},
           {chunked + "1\r\nxxxx\r\n", State::kBrokenChunks},
           {chunked + "fffffffffffffffff\r\n", State::kBrokenChunks},
           {chunked + "1;=\r\nx", State::kBrokenChunks},
           {chunked + "0\r\nno colon\r\n\r\n", State::kBrokenChunks},
           {"HTTP/1.1 204 X\r\n\r\n", State::kDone},
           {"HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n", State::kDone},
       }) {
    EXPECT_EQ(read(row.bytes).state, row.state) << row.bytes;
  }
}

TEST(AnswerReader, TakesAnEmptyBodyInSingleBytes) {
  EXPECT_EQ(testing::read_answer("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1).state,
            State::kDone);
}

TEST(AnswerReader, BoundsAllThatIsNoBody) {
  const std::string ok = "HTTP/1.1 200 X\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string filler(70'000, 'x');
  std::string lines, interims, extensions;
  for (int i = 0; i < 80; ++i) {
    lines += "X: " + std::string(1000, ' ') + "\r\n";
    interims += "HTTP/1.1 100 X\r\nX: " + std::string(1000, ' ') + "\r\n\r\n";
    extensions += "1;name=" + std::string(1000, 'y') + "\r\nx\r\n";
  }
  for (const std::string& bytes : {ok + filler, ok + "X: " + filler, ok + lines, interims, "HTTP/1.1 200 " + filler,
                                   chunked + extensions, chunked + "1;" + filler, chunked + "0\r\n" + lines,
                                   chunked + "0;" + filler, chunked + std::string(70'000, '0')}) {
    EXPECT_EQ(read(bytes).state, State::kHugeHeaders) << bytes.substr(0, 80);
    EXPECT_EQ(testing::read_answer(bytes, 1000).state, State::kHugeHeaders) << bytes.substr(0, 80);
  }
}

TEST(AnswerReader, LetsSmallChunksMakeALargeBody) {
  std::string bytes = "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100'000; ++i) bytes += "00000001\r\nx\r\n";
  const AnswerLog log = read(bytes + "0\r\n\r\n");
  EXPECT_EQ(log.state, State::kDone);
  EXPECT_EQ(log.body.size(), 100'000U);
}

TEST(AnswerReader, KeepsTheConnectionOnlyWhereTheAnswerSaysSo) {
  const std::string length = "Content-Length: 0\r\n";
  EXPECT_TRUE(read("HTTP/1.1 200 X\r\n" + length + "\r\n").keeps_connection);
  EXPECT_FALSE(read("HTTP/1.1 200 X\r\nConnection: close\r\n" + length + "\r\n").keeps_connection);
  EXPECT_FALSE(read("HTTP/1.0 200 X\r\n" + length + "\r\n").keeps_connection);
  EXPECT_TRUE(read("HTTP/1.0 200 X\r\nConnection: keep-alive\r\n" + length + "\r\n").keeps_connection);
  EXPECT_FALSE(read("HTTP/1.1 200 X\r\n\r\n").keeps_connection);
}

TEST(AnswerReader, KeepsItsPromisesOnMutatedInput) {
  const std::string_view seeds[] = {
      "HTTP/1.1 100 X\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 3\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=\"b\"\r\nhi\r\n1\r\n!\r\n0;x\r\nX-T: 1\r\n\r\n",
      "HTTP/1.0 500 No\r\nConnection: close\r\n\r\nbody"};
  for (const std::string_view seed : seeds) {
    ASSERT_EQ(testing::broken_answer_promise(seed), "");
    for (std::size_t at = 0; at < seed.size(); ++at) {
      for (const char c : {'\0', '\r', '\n', ':', ' ', '0', 'f', ';', '\xff'}) {
        std::string text(seed);
        text[at] = c;
        ASSERT_EQ(testing::broken_answer_promise(text), "") << text;
        ASSERT_EQ(testing::broken_answer_promise(text.insert(at, 1, c)), "") << text;
      }
      ASSERT_EQ(testing::broken_answer_promise(seed.substr(0, at)), "");
      ASSERT_EQ(testing::broken_answer_promise(std::string(seed).erase(at, 1)), "");
    }
  }
}

}  // namespace
}  // namespace lf::target
