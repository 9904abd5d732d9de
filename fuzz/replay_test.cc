// Every seed and every input that once failed, in ordinary tests (also under the sanitizers): one test a target.

#include <gtest/gtest.h>

#include "attempts.h"
#include "decode/testing/random.h"
#include "target.h"

namespace lf::fuzz {
namespace {

struct Row {
  Target target;
  std::string (*attempt)(std::string_view input);
};

std::vector<Row> rows() {
  std::vector<Row> all;
#define LF_FUZZ_TARGET(name, brief, seeds) all.push_back({targets()[all.size()], attempt_##name});
#include "targets.def"
#undef LF_FUZZ_TARGET
  return all;
}

class FuzzTarget : public testing::TestWithParam<Row> {};

TEST_P(FuzzTarget, KeepsItsPromisesOnEverySeed) {
  const auto& [target, attempt] = GetParam();
  std::size_t tried = 0;
  for (const Seed& seed : seeds_of(target)) {
    EXPECT_EQ(attempt(seed.bytes), "") << seed.path;
    ++tried;
  }
  EXPECT_GT(tried, 0U) << "no seeds in testdata/fuzz/" << target.name;
}

/// What a minute of fuzzing would try first: the same in every run.
TEST_P(FuzzTarget, KeepsItsPromisesOnDamagedSeeds) {
  const auto& [target, attempt] = GetParam();
  const std::vector<Seed> seeds = seeds_of(target);
  ASSERT_FALSE(seeds.empty());
  decode::testing::Random random(3);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = seeds[random.below(seeds.size())].bytes.substr(0, 8192);
    for (std::size_t changes = random.between(1, 5); changes > 0 && !bytes.empty(); --changes) {
      const std::size_t at = random.below(bytes.size());
      if (random.percent(50)) {
        bytes[at] = static_cast<char>(random.below(256));
      } else {
        bytes.erase(at, random.between(1, 30));
      }
    }
    EXPECT_EQ(attempt(bytes), "") << "mutation " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, FuzzTarget, testing::ValuesIn(rows()),
                         [](const auto& row) { return std::string(row.param.target.name); });

}  // namespace
}  // namespace lf::fuzz
