#include "pipeline/measure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/testing/scripted_target.h"

namespace lf::pipeline {
namespace {

using testing::Bench;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScriptedTarget;
using Answer = ScriptedTarget::Answer;

/// A target with `count` goroutines that offers everything but the leak profile.
ScriptedTarget::Answers answers_of(std::uint64_t count, std::uint64_t heap_records = 3, bool leak_profile = false) {
  return [=](std::string_view path) -> Answer {
    if (path.empty()) return {.body = testing::index_page(count, heap_records, leak_profile)};
    if (path == "goroutine?debug=2") return {.body = testing::goroutines(1, count, "chan receive", "idle")};
    if (path == "goroutine") return {.body = testing::goroutine_counts(count, "idle")};
    if (path.starts_with("heap")) return {.body = testing::heap_text(8 << 20, 9 << 20, 4, 50 << 20)};
    return {.status = 404, .body = {}, .code = ErrorCode::kNotFound};
  };
}

TEST(Measure, AsksTheIndexFirstThenBothProfilesSideBySide) {
  Bench bench(answers_of(3));
  ASSERT_TRUE(bench.session.measure({}));
  EXPECT_THAT(bench.target.asked, ElementsAre(ElementsAre(""), ElementsAre("goroutine", "heap?debug=1")));
}

TEST(Measure, AsksTheFullDumpWhereIdentitiesAreWantedAndAffordable) {
  Bench bench(answers_of(3));
  const Result<Measurement> measured = bench.session.measure({.identities = true, .max_goroutines_full = 3});
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->snapshot.goroutines->goroutines.size(), 3U);
  EXPECT_EQ(bench.session.cost().full_dumps, 1U);
}

TEST(Measure, SparesALargeTargetTheFullDumpAndSaysSo) {
  Bench bench(answers_of(1'001));
  ASSERT_TRUE(bench.session.measure({.identities = true, .max_goroutines_full = 1'000}));
  EXPECT_THAT(bench.target.asked, ElementsAre(ElementsAre(""), ElementsAre("goroutine", "heap?debug=1")));
  EXPECT_THAT(bench.session.skipped(), Contains(HasSubstr("-max-goroutines-full=1000")));
}

TEST(Measure, DoesNotAskWhatTheFocusLeavesOut) {
  Bench bench(answers_of(3));
  ASSERT_TRUE(bench.session.measure({.goroutines = true, .memory = false}));
  EXPECT_THAT(bench.target.asked, ElementsAre(ElementsAre(""), ElementsAre("goroutine")));
}

TEST(Measure, ReadsAHeapOfManyRecordsAsProtobufWithStatisticsFromVars) {
  Bench bench(answers_of(3, 2'001));
  ASSERT_TRUE(bench.session.measure({.goroutines = false}));
  EXPECT_THAT(bench.target.asked[1], ElementsAre("heap"));
}

TEST(Measure, AsksTheProfilesDirectlyWhereThereIsNoIndex) {
  Bench bench([](std::string_view path) -> Answer {
    if (path == "goroutine") return {.body = testing::goroutine_counts(7, "idle")};
    return {.status = 404, .body = {}, .code = ErrorCode::kNotFound};
  });
  const Result<Measurement> measured = bench.session.measure({});
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->snapshot.goroutines->total, 7U);
  EXPECT_EQ(measured->errors.size(), 1U);
}

TEST(Measure, LearnsTheCountFromTheCheapProfileWhereThereIsNoIndex) {
  auto with_index = answers_of(3);
  Bench bench([=](std::string_view path) -> Answer {
    return path.empty() ? Answer{.status = 404, .body = {}, .code = ErrorCode::kNotFound} : with_index(path);
  });
  const Result<Measurement> measured = bench.session.measure({.memory = false, .identities = true});
  ASSERT_TRUE(measured);
  EXPECT_TRUE(measured->snapshot.goroutines->has_identities());
  EXPECT_THAT(bench.target.asked,
              ElementsAre(ElementsAre(""), ElementsAre("goroutine"), ElementsAre("goroutine?debug=2")));
}

TEST(Measure, MakesNoFurtherRequestAfterATimeout) {
  Bench bench([](std::string_view) -> Answer { return {.status = 0, .body = {}, .code = ErrorCode::kTimeout}; });
  const Result<Measurement> measured = bench.session.measure({});
  ASSERT_FALSE(measured);
  EXPECT_EQ(measured.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(bench.target.asked.size(), 1U);
}

TEST(Measure, CallsAWebPageAWebPage) {
  Bench bench([](std::string_view) -> Answer {
    return {.body = "<!doctype html><html><head><title>Sign in</title></head></html>"};
  });
  const Result<Measurement> measured = bench.session.measure({});
  ASSERT_FALSE(measured);
  EXPECT_THAT(measured.error().message, HasSubstr("a web page titled \"Sign in\""));
}

TEST(Measure, KeepsGoroutinesWhereTheHeapFails) {
  auto all = answers_of(3);
  Bench bench([=](std::string_view path) -> Answer {
    return path.starts_with("heap") ? Answer{.status = 500, .body = {}} : all(path);
  });
  const Result<Measurement> measured = bench.session.measure({});
  ASSERT_TRUE(measured);
  EXPECT_TRUE(measured->snapshot.goroutines);
  EXPECT_EQ(measured->errors.size(), 1U);
}

TEST(LeakProfile, IsNotAskedWhereTheIndexDoesNotOfferIt) {
  Bench bench(answers_of(3));
  Result<Measurement> measured = bench.session.measure({.identities = true});
  bench.session.read_leak_profile(*measured, 1'000);
  EXPECT_EQ(bench.target.asked.size(), 2U);
  EXPECT_THAT(bench.session.notes(), Contains(HasSubstr("not offered")));
}

TEST(LeakProfile, IsNotAskedWhereManyWaitOnOneLock) {
  Bench bench([](std::string_view path) -> Answer {
    if (path.empty()) return {.body = testing::index_page(1'100, 3, true)};
    return {.body = testing::goroutines(1, 1'100, "sync.Mutex.Lock", "take")};
  });
  Result<Measurement> measured =
      bench.session.measure({.memory = false, .identities = true, .max_goroutines_full = 5'000});
  bench.session.read_leak_profile(*measured, 5'000);
  EXPECT_EQ(bench.target.asked.size(), 2U);
  EXPECT_THAT(bench.session.skipped(), Contains(HasSubstr("1100 goroutines wait on one lock")));
}

TEST(LeakProfile, IsReadOnceAndItsCollectionCounted) {
  auto all = answers_of(3, 3, true);
  Bench bench([=](std::string_view path) -> Answer {
    if (path == "goroutineleak")
      return {.body = "goroutineleak profile: total 2\n2 @ 0x1\n#\t0x1\tmain.idle+0x1\t/src/app/main.go:17\n\n"};
    return all(path);
  });
  Result<Measurement> measured = bench.session.measure({.memory = false, .identities = true});
  bench.session.read_leak_profile(*measured, 1'000);
  bench.session.read_leak_profile(*measured, 1'000);
  EXPECT_EQ(bench.target.asked.size(), 3U);
  ASSERT_TRUE(measured->snapshot.leaked);
  EXPECT_EQ(measured->snapshot.leaked->front().count, 2);
  EXPECT_EQ(bench.session.cost().forced_collections, 1U);
}

}  // namespace
}  // namespace lf::pipeline
