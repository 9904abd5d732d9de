// The fast decoders against the referee (testing/), on recorded bodies: the samples and the corpus beside the project.
// Whole or in pieces, zipped or not, both must say the same.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing/source_dir.h"
#include "decode/testing/bodies.h"
#include "decode/testing/decode_in_pieces.h"
#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::Body;
using testing::decode_in_pieces;
using testing::decode_whole;
using testing::PlainResult;

/// Compares both on one body; empty where they agree.
std::string disagreement(const Body& body) {
  PlainResult expected = testing::referee(body);
  PlainResult decoded = decode_whole(body.bytes);
  testing::forget_inferred_states(expected);
  testing::forget_inferred_states(decoded);
  if (expected.profiles.empty() && !expected.heap) {
    // A text without any goroutine (GOTRACEBACK=none, a panic's message alone): the product may say so in any way.
    return decoded.profiles.empty() || decoded.profiles.front().goroutines.empty() ? "" : "goroutines were made up";
  }
  return testing::first_difference(expected, decoded);
}

void expect_agreement(const std::filesystem::path& folder) {
  std::size_t compared = 0;
  std::size_t shown = 0;
  for (const std::filesystem::path& path : testing::recorded_files(folder)) {
    const std::string found = disagreement(testing::read_body(path));
    ++compared;
    if (found.empty()) continue;
    ADD_FAILURE() << path.lexically_relative(folder).string() << ": " << found.substr(0, 4000);
    if (++shown == 10) break;
  }
  EXPECT_GT(compared, 20U);
}

TEST(Agreement, HoldsOnAllSamples) {
  expect_agreement(source_dir() / "testdata" / "samples");
}

class Corpus : public ::testing::TestWithParam<const char*> {};

TEST_P(Corpus, AgreesWithTheReferee) {
  expect_agreement(testing::corpus_folder() / GetParam());
}

INSTANTIATE_TEST_SUITE_P(Agreement, Corpus,
                         ::testing::Values("goker", "goker-slow", "memory", "reachable", "reachable-long", "services",
                                           "twins", "twins-long"),
                         [](const auto& group) {
                           std::string name = group.param;
                           std::erase(name, '-');
                           return name;
                         });

std::filesystem::path small_bodies() {
  return source_dir() / "testdata" / "decode" / "agreement";
}

TEST(Agreement, HoldsOnTheCopiedSamples) {
  expect_agreement(small_bodies());
}

TEST(Agreement, DoesNotDependOnWhereABodyIsSplit) {
  for (const std::filesystem::path& path : testing::recorded_files(small_bodies())) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    const PlainResult whole = decode_whole(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      const PlainResult split = decode_in_pieces(bytes, {cut});
      ASSERT_EQ(testing::first_difference(whole, split), "") << path.filename() << " split at byte " << cut;
    }
  }
}

TEST(Agreement, HoldsByteByByte) {
  for (const std::filesystem::path& path : testing::recorded_files(small_bodies())) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    std::vector<std::size_t> cuts(bytes.size());
    for (std::size_t k = 0; k < cuts.size(); ++k) cuts[k] = k;
    ASSERT_EQ(testing::first_difference(decode_whole(bytes), decode_in_pieces(bytes, cuts)), "") << path.filename();
  }
}

/// The states of each stack in one form, where the stack is in one state only.
std::map<testing::PlainStack, std::set<std::string>> states_by_stack(const PlainResult& result) {
  std::map<testing::PlainStack, std::set<std::string>> states;
  for (const testing::PlainProfile& profile : result.profiles) {
    for (const testing::PlainGoroutine& goroutine : profile.goroutines)
      states[goroutine.frames].insert(goroutine.state);
    for (const auto& [key, count] : profile.counts) states[key.frames].insert(key.state);
  }
  return states;
}

// The dump of the same moment is the truth for states that were inferred. Between the two requests a goroutine may have
// gone on, so a stack that is in several states is left out, and so are those that are running or about to.
TEST(InferredStates, AreThoseOfTheDump) {
  std::size_t compared = 0;
  std::map<std::string, std::size_t> wrong;
  for (const std::filesystem::path& path : testing::recorded_files(testing::corpus_folder())) {
    const std::string name = path.filename().string();
    if (!name.ends_with(".goroutine.pb.gz")) continue;
    const std::filesystem::path dump = path.parent_path() / (name.substr(0, name.find('.')) + ".goroutine.2.txt.gz");
    if (!std::filesystem::exists(dump)) continue;
    const auto truth = states_by_stack(decode_whole(testing::read_body(dump).bytes));
    for (const auto& [stack, inferred] : states_by_stack(decode_whole(testing::read_body(path).bytes))) {
      const auto told = truth.find(stack);
      if (told == truth.end() || told->second.size() != 1 || inferred.size() != 1) continue;
      const std::string& state = *told->second.begin();
      if (state == "running" || state == "runnable" || *inferred.begin() == "runnable") continue;
      ++compared;
      if (state != *inferred.begin()) ++wrong[state + " inferred as " + *inferred.begin()];
    }
  }
  for (const auto& [what, count] : wrong) {
    EXPECT_LE(count, compared / 1000) << what << ": " << count << " of " << compared;
  }
  EXPECT_GT(compared, 1000U);
}

}  // namespace
}  // namespace lf::decode
