#include "decode/goroutine_header.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace lf::decode {
namespace {

struct Read {
  std::optional<GoroutineHeader> header;
  std::map<std::string, std::string> labels;
};

Read read(std::string_view line) {
  Symbols symbols;
  HeaderReader reader(symbols);
  Read read{reader.read(line), {}};
  if (!read.header) return read;
  for (const Label& label : symbols.labels(read.header->labels)) {
    read.labels[std::string(symbols.text(label.key))] = symbols.text(label.value);
  }
  return read;
}

GoroutineHeader header(std::string_view line) {
  const Read it = read(line);
  EXPECT_TRUE(it.header) << line;
  return it.header.value_or(GoroutineHeader{});
}

TEST(GoroutineHeader, TellsIdAndState) {
  const GoroutineHeader it = header("goroutine 59 [running]:");
  EXPECT_EQ(it.id, 59U);
  EXPECT_EQ(it.state, WaitState::kRunning);
  EXPECT_EQ(it.oddities, 0);
}

TEST(GoroutineHeader, KeepsTheWaitInMinutesAndTheThread) {
  const GoroutineHeader it = header("goroutine 31 [chan receive, 2 minutes, locked to thread]:");
  EXPECT_EQ(it.state, WaitState::kChanReceive);
  EXPECT_EQ(it.wait_minutes, 2);
  EXPECT_EQ(it.flags, kLockedToThread);
}

TEST(GoroutineHeader, CapsMinutesThatDoNotFit) {
  EXPECT_EQ(header("goroutine 1 [select, 70000 minutes]:").wait_minutes, 65535);
  const GoroutineHeader it = header("goroutine 1 [select, 99999999999999999999999 minutes]:");
  EXPECT_EQ(it.wait_minutes, 65535);
  EXPECT_EQ(it.oddities, kOddNumber);
}

TEST(GoroutineHeader, CapsAnIdBeyond64Bits) {
  const GoroutineHeader it = header("goroutine 18446744073709551616 [select]:");
  EXPECT_EQ(it.id, UINT64_MAX);
  EXPECT_EQ(it.oddities, kOddNumber);
}

TEST(GoroutineHeader, TakesParenthesesOfAStateForWhatTheyAre) {
  const GoroutineHeader it = header("goroutine 26 [chan receive (nil chan) (leaked)]:");
  EXPECT_EQ(it.state, WaitState::kChanReceiveNil);
  EXPECT_EQ(it.flags, kLeaked);
  EXPECT_EQ(header("goroutine 1 [select (no cases) (scan)]:").state, WaitState::kSelectNoCases);
  EXPECT_EQ(header("goroutine 1 [GC worker (idle)]:").state, WaitState::kGcWorkerIdle);
}

TEST(GoroutineHeader, KnowsTheBubblesOfSynctest) {
  const GoroutineHeader go125 = header("goroutine 25 [select (no cases) (durable), synctest bubble 1]:");
  EXPECT_EQ(go125.state, WaitState::kSelectNoCases);
  EXPECT_EQ(go125.flags, kInBubble);
  const GoroutineHeader go124 = header("goroutine 19 [chan receive (synctest), synctest group 18]:");
  EXPECT_EQ(go124.state, WaitState::kChanReceive);
  EXPECT_EQ(go124.flags, kInBubble);
}

TEST(GoroutineHeader, PassesOverTheFieldsOfCrashLevel) {
  const GoroutineHeader it = header("goroutine 7 gp=0x18ab36111a40 m=0 mp=0xa58a00 [running]:");
  EXPECT_EQ(it.id, 7U);
  EXPECT_EQ(it.state, WaitState::kRunning);
  EXPECT_EQ(header("goroutine 0 gp=0x57c4a0 m=0 mp=0x57d260 [idle]:").flags, kScheduler);
}

TEST(GoroutineHeader, ReadsTheLabelsOfGo127) {
  const Read it =
      read(R"(goroutine 40 [chan receive (leaked)] {route: /v1/users, tenant: "x]y", "we ird": "a\"b,c:d}", none: }:)");
  ASSERT_TRUE(it.header);
  EXPECT_EQ(it.header->state, WaitState::kChanReceive);
  EXPECT_EQ(it.labels, (std::map<std::string, std::string>{
                           {"route", "/v1/users"}, {"tenant", "x]y"}, {"we ird", "a\"b,c:d}"}, {"none", ""}}));
}

TEST(GoroutineHeader, ReadsTheLabelsOfGo126) {
  const Read it =
      read(R"(goroutine 9 [chan receive, 3 minutes labels:{"route": "/v1/users", "we ird": "a\"b]c:d}"}]:)");
  ASSERT_TRUE(it.header);
  EXPECT_EQ(it.header->wait_minutes, 3);
  EXPECT_EQ(it.labels, (std::map<std::string, std::string>{{"route", "/v1/users"}, {"we ird", "a\"b]c:d}"}}));
}

TEST(GoroutineHeader, KeepsMinutesThatAreALabelOutOfTheWait) {
  const Read it = read(R"(goroutine 9 [select labels:{"a": "x, 5 minutes"}]:)");
  ASSERT_TRUE(it.header);
  EXPECT_EQ(it.header->wait_minutes, 0);
  EXPECT_EQ(it.labels.at("a"), "x, 5 minutes");
}

TEST(GoroutineHeader, KeepsTheGoroutineWhoseLabelsAreBroken) {
  const Read it = read(R"(goroutine 9 [select] {route: "open}:)");
  ASSERT_TRUE(it.header);
  EXPECT_EQ(it.header->state, WaitState::kSelect);
  EXPECT_EQ(it.header->oddities, kOddField);
  EXPECT_TRUE(it.labels.empty());
}

TEST(GoroutineHeader, NotesAStateThatIsNotInTheTable) {
  EXPECT_EQ(header("goroutine 9 [flux compensation]:").oddities, kOddState);
}

TEST(GoroutineHeader, IsNoneWhereTheLineIsAnother) {
  for (const char* line : {"goroutine x [select]:", "goroutine 5", "goroutine 5 [select", "goroutine 5 [select]",
                           "goroutine 5 (select):", "goroutine 5 [select]: and more", "created by main.main"}) {
    EXPECT_FALSE(read(line).header) << line;
  }
}

TEST(GoroutineHeader, SaysTheSameOfAHeaderSeenBefore) {
  Symbols symbols;
  HeaderReader reader(symbols);
  const auto first = reader.read("goroutine 5 [IO wait, 7 minutes, locked to thread]:");
  const auto again = reader.read("goroutine 6 [IO wait, 9 minutes, locked to thread]:");
  ASSERT_TRUE(first && again);
  EXPECT_EQ(again->id, 6U);
  EXPECT_EQ(again->wait_minutes, 9);
  EXPECT_EQ(again->state, first->state);
  EXPECT_EQ(again->flags, first->flags);
}

}  // namespace
}  // namespace lf::decode
