// fuzz_mutations [INPUTS [SEED]]: damaged samples through what `leakfinder analyze FILE` does; prints what came of it.
// Exit code 1 where a promise was not kept; the last such input is in broken-input.

#include <cstdio>
#include <cstdlib>

#include "mutations.h"

int main(int argc, char** argv) {
  const std::uint64_t inputs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const lf::fuzz::MutationRun run = lf::fuzz::run_mutations(inputs, seed, "broken-input");
  std::printf(
      "%llu inputs: %llu analysed, %llu refused with a message, %llu prefixes that had to show something\n"
      "slowest: %.3f s of processor time (%s)\n%zu broken promises\n",
      static_cast<unsigned long long>(run.inputs), static_cast<unsigned long long>(run.analysed),
      static_cast<unsigned long long>(run.refused), static_cast<unsigned long long>(run.prefixes), run.slowest_s,
      run.slowest.c_str(), run.broken.size());
  for (const std::string& broken : run.broken) std::printf("%s\n", broken.c_str());
  return run.inputs == inputs && run.broken.empty() ? 0 : 1;
}
