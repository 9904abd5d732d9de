// The forms of one profile against each other: protobuf, debug=1 and debug=2 of one program, taken in one moment, are
// brought to equal stacks, states and totals. And all recorded bodies decode without warnings but those listed here.

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/testing/source_dir.h"
#include "decode/decoder.h"
#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

namespace fs = std::filesystem;

Result<Decoded> decode_file(const fs::path& path, Symbols& symbols) {
  const auto decoder = make_any_decoder(symbols, {});
  decoder->feed(testing::as_byte_span(testing::read_bytes(path)));
  return decoder->finish();
}

using Counts = std::map<std::uint32_t, std::int64_t>;  ///< goroutines by stack

Counts by_stack(const GoroutineProfile& profile) {
  Counts counts;
  for (const StackCount& record : profile.counts) {
    if (!record.serves_our_request) counts[record.stack.value] += record.count;
  }
  for (const Goroutine& goroutine : profile.goroutines) {
    if (!goroutine.has(kServesOurRequest)) ++counts[goroutine.stack.value];
  }
  return counts;
}

/// Goroutines of `one` whose stack `other` has as often.
std::int64_t in_common(const Counts& one, const Counts& other) {
  std::int64_t sum = 0;
  for (const auto& [stack, count] : one) {
    const auto found = other.find(stack);
    if (found != other.end()) sum += std::min(count, found->second);
  }
  return sum;
}

std::int64_t sum_of(const Counts& counts) {
  std::int64_t sum = 0;
  for (const auto& [stack, count] : counts) sum += count;
  return sum;
}

/// "goroutine-debug2-go1.27.0-zoo.txt" for "goroutine-go1.27.0-zoo.pb.gz".
fs::path sibling(const fs::path& protobuf, std::string_view form) {
  std::string name = protobuf.filename().string();
  name.replace(name.find("-go1"), 0, std::string("-").append(form));
  name.replace(name.find(".pb.gz"), 6, ".txt");
  return protobuf.parent_path() / name;
}

/// States by stack, of goroutines that share one only in one state.
std::map<std::uint32_t, std::set<WaitState>> states_by_stack(const GoroutineProfile& profile) {
  std::map<std::uint32_t, std::set<WaitState>> states;
  for (const StackCount& record : profile.counts) states[record.stack.value].insert(record.state);
  for (const Goroutine& goroutine : profile.goroutines) states[goroutine.stack.value].insert(goroutine.state);
  return states;
}

class ZooForms : public ::testing::TestWithParam<const char*> {
 protected:
  /// Decodes the three forms of the program into one table of symbols.
  void SetUp() override {
    const fs::path protobuf = source_dir() / "testdata" / "decode" / GetParam();
    for (const fs::path& path : {protobuf, sibling(protobuf, "debug1"), sibling(protobuf, "debug2")}) {
      auto decoded = decode_file(path, symbols_);
      ASSERT_TRUE(decoded) << path << ": " << decoded.error().message;
      EXPECT_TRUE(decoded->warnings.empty()) << path;
      profiles_.push_back(std::move(decoded->goroutine_profiles.at(0)));
    }
  }

  Symbols symbols_;
  std::vector<GoroutineProfile> profiles_;  ///< protobuf, debug=1, debug=2
};

TEST_P(ZooForms, HaveEqualTotals) {
  EXPECT_EQ(profiles_[0].total, 48U);
  EXPECT_EQ(profiles_[1].total, 48U);
  EXPECT_EQ(profiles_[2].total, 48U);
}

TEST_P(ZooForms, HaveEqualStacksButTheDeepOneAndOurOwn) {
  const Counts protobuf = by_stack(profiles_[0]);
  const Counts debug1 = by_stack(profiles_[1]);
  const Counts debug2 = by_stack(profiles_[2]);
  EXPECT_EQ(sum_of(protobuf), 46) << "48 without those that serve the request";
  EXPECT_EQ(in_common(protobuf, debug2), 45) << "all but main.recurse, 150 deep";
  EXPECT_EQ(in_common(protobuf, debug1), 46);
}

TEST_P(ZooForms, HaveEqualStates) {
  const auto printed = states_by_stack(profiles_[2]);
  for (const std::size_t form : {0UZ, 1UZ}) {
    std::size_t told = 0;
    for (const auto& [stack, states] : states_by_stack(profiles_[form])) {
      const auto known = printed.find(stack);
      if (known == printed.end()) continue;
      for (const WaitState state : states) {
        if (form == 1 && state == WaitState::kUnknown) continue;
        ++told;
        EXPECT_TRUE(known->second.contains(state))
            << symbols_.function(symbols_.stack({stack}).front()) << ": " << wait_state_name(state) << " is not "
            << wait_state_name(*known->second.begin());
      }
    }
    EXPECT_GE(told, form == 0 ? 40U : 7U);
  }
}

INSTANTIATE_TEST_SUITE_P(Go, ZooForms,
                         ::testing::Values("goroutine-go1.19.13-zoo.pb.gz", "goroutine-go1.27.0-trimpath-zoo.pb.gz"),
                         [](const auto& param_info) {
                           return std::string_view(param_info.param).contains("1.19") ? "119" : "127";
                         });

TEST(CorpusForms, HaveEqualStacksButForWhatMoved) {
  std::int64_t seen = 0, common = 0, told = 0, agreed = 0;
  for (const fs::path& protobuf : testing::files_with(testing::corpus_folder(), "s00.goroutine.pb.gz")) {
    Symbols symbols;
    const auto counts = decode_file(protobuf, symbols);
    const auto dump = decode_file(protobuf.parent_path() / "s00.goroutine.2.txt.gz", symbols);
    ASSERT_TRUE(counts && dump) << protobuf;
    const Counts one = by_stack(counts->goroutine_profiles.at(0));
    seen += sum_of(one);
    common += in_common(one, by_stack(dump->goroutine_profiles.at(0)));
    const auto printed = states_by_stack(dump->goroutine_profiles.at(0));
    for (const auto& [stack, states] : states_by_stack(counts->goroutine_profiles.at(0))) {
      const auto known = printed.find(stack);
      if (known == printed.end()) continue;
      ++told;
      agreed += std::ranges::all_of(states, [&](WaitState state) { return known->second.contains(state); });
    }
  }
  // The part of the corpus in testdata/ has fewer goroutines, of which more are caught between two places.
  const bool whole = testing::has_whole_corpus();
  EXPECT_GT(seen, whole ? 10'000 : 3'000);
  EXPECT_GE(common * 1000, seen * (whole ? 995 : 985))
      << common << " of " << seen << " goroutines have the same stack in both";
  EXPECT_GE(agreed * 1000, told * 995) << agreed << " of " << told << " stacks have the same state in both";
}

/// Warnings and failures that recorded bodies may have, by a part of the file's name.
struct Expected {
  std::string_view file;
  std::string_view what;
};
constexpr Expected kExpected[] = {
    {"goroutine-debug2-go1.27.0-cut64MB-head20k-tail20k.txt", "dump-truncated"},
    {"-main-select-arg", "leak-profile-record-ignored"},
    {"threadcreate-debug1-go1.26.8-cgo.txt", "unsupported"},
};

std::string outcome_of(const fs::path& path) {
  Symbols symbols;
  const auto decoded = decode_file(path, symbols);
  if (!decoded) return std::string(error_code_name(decoded.error().code));
  std::string out;
  for (const Warning& warning : decoded->warnings.all()) {
    out.append(out.empty() ? "" : " ").append(warning_code_name(warning.code));
  }
  return out;
}

void expect_no_warnings(const fs::path& folder, std::string_view part, std::size_t at_least) {
  std::size_t seen = 0;
  for (const fs::path& path : testing::files_with(folder, part)) {
    const std::string name = path.filename().string();
    if (name.ends_with(".md") || name.ends_with(".json")) continue;
    const auto row = std::ranges::find_if(kExpected, [&](const Expected& e) { return name.contains(e.file); });
    EXPECT_EQ(outcome_of(path), row == std::end(kExpected) ? std::string_view{} : row->what) << name;
    ++seen;
  }
  EXPECT_GE(seen, at_least);
}

TEST(RecordedBodies, OfSamplesDecodeWithoutWarningsButTheListed) {
  expect_no_warnings(source_dir() / "testdata" / "samples", "", 140);
}

TEST(RecordedBodies, OfTheCorpusDecodeWithoutWarnings) {
  expect_no_warnings(testing::corpus_folder(), "s00.", testing::has_whole_corpus() ? 600 : 290);
  if (testing::has_whole_corpus()) expect_no_warnings(testing::corpus_folder(), "truth.goroutineleak", 50);
}

}  // namespace
}  // namespace lf::decode
