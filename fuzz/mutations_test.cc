#include "mutations.h"

#include <gtest/gtest.h>

namespace lf::fuzz {
namespace {

/// The same two thousand in every run; fuzz_mutations is for the hundred thousand.
TEST(DamagedFile, IsAnalysedOrRefusedInTime) {
  const MutationRun run = run_mutations(2'000, 7);
  EXPECT_EQ(run.inputs, 2'000U);
  EXPECT_GT(run.analysed, run.inputs / 2) << "most of what is damaged a little can be read";
  EXPECT_GT(run.refused, 0U);
  EXPECT_GT(run.prefixes, 50U);
  for (const std::string& broken : run.broken) ADD_FAILURE() << broken;
}

}  // namespace
}  // namespace lf::fuzz
