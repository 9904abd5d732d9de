#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lf::fuzz {

/// What a run over damaged inputs came to.
struct MutationRun {
  std::uint64_t inputs = 0;
  std::uint64_t analysed = 0;       ///< gave a report
  std::uint64_t refused = 0;        ///< gave a message instead
  std::uint64_t prefixes = 0;       ///< of text, long enough that something had to be found
  double slowest_s = 0;             ///< processor time of one input
  std::string slowest;              ///< which one: "seed 7: NAME, splice, 5123 bytes"
  std::vector<std::string> broken;  ///< promises that were not kept, with the input's description
};

/// Damages the recorded bodies of testdata/ `inputs` times (bits flipped, pieces cut out, spliced in from another body,
/// prefixes) and gives each to what `leakfinder analyze FILE` does with it. The same `seed` gives the same inputs. A
/// broken promise keeps its input in the file `keep_in`, where one is named.
///
/// Promises: an end within a second of processor time; a report or a message of one visible line; of a text that is cut
/// behind its first half still goroutines or heap.
MutationRun run_mutations(std::uint64_t inputs, std::uint64_t seed, std::string_view keep_in = {});

}  // namespace lf::fuzz
