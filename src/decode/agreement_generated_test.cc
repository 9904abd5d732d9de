// The fast decoders against the referee on bodies made from seeds: every rare form, cut anywhere, damaged anywhere.

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "decode/testing/bodies.h"
#include "decode/testing/decode_in_pieces.h"
#include "decode/testing/generated_profile.h"
#include "decode/testing/referee_counts.h"
#include "decode/testing/referee_dump.h"
#include "decode/testing/referee_profile.h"

namespace lf::decode {
namespace {

using testing::decode_in_pieces;
using testing::decode_whole;
using testing::DumpForms;
using testing::DumpShape;
using testing::first_difference;
using testing::PlainResult;
using testing::Random;

std::string text_of(const std::function<void(const testing::TextSink&)>& generate) {
  std::string text;
  generate([&](std::string_view piece) { text += piece; });
  return text;
}

std::string dump_of(const DumpShape& shape) {
  return text_of([&](const auto& sink) { generate_debug2(shape, sink); });
}

DumpShape small_shape(std::uint64_t seed) {
  return {.seed = seed, .goroutines = 60, .stacks = {.stacks = 15, .frames_min = 4, .frames_max = 12}};
}

/// All forms of an HTTP dump at once, each in some of the goroutines.
DumpForms mixed_forms() {
  DumpForms forms;
  forms.percent = 20;
  forms.synctest = forms.labels_inside = forms.labels_after = forms.leaked = forms.elided = forms.ancestors = true;
  return forms;
}

std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char byte : text) {
    if (byte == '\n') out += '\r';
    out += byte;
  }
  return out;
}

std::vector<std::size_t> random_cuts(std::size_t size, Random& random) {
  std::vector<std::size_t> cuts(random.between(1, 12));
  for (std::size_t& cut : cuts) cut = random.below(size + 1);
  std::ranges::sort(cuts);
  return cuts;
}

struct NamedForm {
  const char* name;
  bool DumpForms::* member;
};

void PrintTo(const NamedForm& form, std::ostream* out) {
  *out << form.name;
}

class GeneratedForm : public ::testing::TestWithParam<NamedForm> {};

TEST_P(GeneratedForm, IsReadAsTheRefereeReadsIt) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    DumpShape shape = small_shape(seed);
    shape.forms.percent = seed % 2 == 0 ? 100 : 40;
    shape.forms.*GetParam().member = true;
    const std::string dump = dump_of(shape);
    const PlainResult referee = testing::referee_dump(dump, true);
    ASSERT_EQ(referee.profiles.at(0).total, shape.goroutines);
    EXPECT_EQ(first_difference(referee, decode_whole(dump)), "") << "seed " << seed;
    EXPECT_EQ(first_difference(referee, decode_whole(with_crlf(dump))), "") << "seed " << seed << " with CRLF";
  }
}

INSTANTIATE_TEST_SUITE_P(Agreement, GeneratedForm,
                         ::testing::Values(NamedForm{"Synctest", &DumpForms::synctest},
                                           NamedForm{"LabelsOfGo126", &DumpForms::labels_inside},
                                           NamedForm{"LabelsOfGo127", &DumpForms::labels_after},
                                           NamedForm{"Leaked", &DumpForms::leaked},
                                           NamedForm{"Elided", &DumpForms::elided},
                                           NamedForm{"Ancestors", &DumpForms::ancestors},
                                           NamedForm{"NoParent", &DumpForms::without_parent}),
                         [](const auto& form) { return std::string(form.param.name); });

TEST(Agreement, HoldsOnCrashLogsOfSystemLevel) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    DumpShape shape = small_shape(seed);
    shape.forms = {.percent = 30, .crash_header = true, .elided = true, .stack_unavailable = true};
    const std::string log =
        "SIGQUIT: quit\nPC=0x480401 m=0 sigcode=0\n\n" + dump_of(shape) + "\nrax    0xca\nrbx    0x0\n";
    EXPECT_EQ(first_difference(testing::referee_dump(log, false), decode_whole(log)), "") << "seed " << seed;
  }
}

/// `log` as a collector keeps it: each line behind a prefix whose digits differ from line to line.
std::string behind_prefix(const std::string& log, const std::string& prefix, Random& random) {
  std::string out;
  for (std::size_t from = 0; from < log.size();) {
    const std::size_t end = std::min(log.find('\n', from), log.size() - 1) + 1;
    for (const char byte : prefix) out += byte == '#' ? static_cast<char>('0' + random.below(10)) : byte;
    out += log.substr(from, end - from);
    from = end;
  }
  return out;
}

TEST(Agreement, HoldsBehindLogPrefixes) {
  Random random(5);
  for (const char* prefix : {"2026-11-23T10:##:##.###Z ", "app-1  | ",
                             "Nov 23 10:##:## web1 app[4242]: ", "[pod/api-7d9f/api] ", "2026/11/23 10:##:## "}) {
    DumpShape shape = small_shape(9);
    shape.forms = {.percent = 25, .leaked = true, .elided = true};
    const std::string log = "panic: oops\n\n" + dump_of(shape);
    EXPECT_EQ(first_difference(testing::referee_dump(log, false), decode_whole(behind_prefix(log, prefix, random))), "")
        << "prefix '" << prefix << "'";
  }
}

TEST(Agreement, HoldsWithAllFormsMixedInAnyPieces) {
  Random random(7);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DumpShape shape = small_shape(seed);
    shape.forms = mixed_forms();
    const std::string dump = dump_of(shape);
    const PlainResult referee = testing::referee_dump(dump, true);
    EXPECT_EQ(first_difference(referee, decode_in_pieces(dump, random_cuts(dump.size(), random))), "")
        << "seed " << seed;
  }
}

TEST(Agreement, HoldsWhereverADumpIsCut) {
  DumpShape shape = small_shape(3);
  shape.goroutines = 6;
  shape.forms = mixed_forms();
  const std::string dump = dump_of(shape);
  std::size_t compared = 0;
  for (std::size_t size = dump.find("\n\t") + 1; size < dump.size(); ++size) {
    const std::string cut = dump.substr(0, size);
    const PlainResult referee = testing::referee_dump(cut, true);
    if (referee.profiles.empty()) continue;  // the first file line is not whole
    ASSERT_EQ(first_difference(referee, decode_whole(cut)), "")
        << "cut after byte " << size << ": ..." << cut.substr(size - std::min<std::size_t>(size, 200));
    ++compared;
  }
  EXPECT_GT(compared, dump.size() / 2);
}

TEST(Agreement, HoldsOnGeneratedCounts) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    DumpShape shape = small_shape(seed);
    shape.forms = {.percent = 30, .labels_after = true};
    const std::string counts = text_of([&](const auto& sink) { generate_debug1(shape, sink); });
    PlainResult decoded = decode_whole(counts);
    testing::forget_inferred_states(decoded);
    EXPECT_EQ(first_difference(testing::referee_counts(counts, false), decoded), "") << "seed " << seed;
  }
}

TEST(Agreement, HoldsOnGeneratedProtobuf) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    DumpShape shape = small_shape(seed);
    shape.forms = {.percent = 30, .labels_after = true};
    const std::string profile = generate_goroutine_profile(shape);
    PlainResult decoded = decode_whole(profile);
    testing::forget_inferred_states(decoded);
    EXPECT_EQ(first_difference(testing::referee_profile(profile), decoded), "") << "seed " << seed;
  }
}

TEST(Agreement, HoldsOnGeneratedHeaps) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const testing::HeapShape shape{.seed = seed, .samples = 300};
    const std::string profile = generate_heap_profile(shape);
    EXPECT_EQ(first_difference(testing::referee_profile(profile), decode_whole(profile)), "")
        << "protobuf, seed " << seed;
    const std::string text = text_of([&](const auto& sink) { generate_heap_debug1(shape, sink); });
    EXPECT_EQ(first_difference(testing::referee_heap(text), decode_whole(text)), "") << "text, seed " << seed;
  }
}

/// The goroutines of a dump by id; blocks start at "goroutine ID ".
std::map<std::uint64_t, testing::PlainGoroutine> by_id(const PlainResult& result) {
  std::map<std::uint64_t, testing::PlainGoroutine> goroutines;
  for (const testing::PlainProfile& profile : result.profiles) {
    for (const testing::PlainGoroutine& goroutine : profile.goroutines) goroutines[goroutine.id] = goroutine;
  }
  return goroutines;
}

/// Damages one line of a text: drops it, doubles it, or writes another byte into it. Gives the line's first byte.
std::size_t damage_a_line(std::string& text, Random& random) {
  const std::size_t at = random.below(text.size());
  const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  const std::size_t end = std::min(text.find('\n', begin), text.size() - 1);
  if (begin == end) return damage_a_line(text, random);  // the empty line between two blocks: not part of any
  switch (random.below(3)) {
    case 0:
      text.erase(begin, end + 1 - begin);
      break;
    case 1:
      text.insert(begin, text.substr(begin, end + 1 - begin));
      break;
    default:
      text[random.between(begin, end - 1)] = static_cast<char>(random.between(0x20, 0x7e));
      break;
  }
  return begin;
}

TEST(DamagedDump, LosesNoGoroutineButTheDamagedOne) {
  Random random(11);
  for (int round = 0; round < 300; ++round) {
    DumpShape shape = small_shape(static_cast<std::uint64_t>(1 + round % 5));
    shape.goroutines = 20;
    shape.forms = mixed_forms();
    std::string dump = dump_of(shape);
    const auto whole = by_id(decode_whole(dump));
    // The first block tells what the body is; it stays.
    const std::size_t first = dump.find("\n\n") + 2;
    std::string rest = dump.substr(first);
    const std::size_t at = damage_a_line(rest, random) + first;
    const std::string damaged = dump.substr(0, first) + rest;
    const std::size_t header = dump.rfind("\n\n", at) + 2;
    const std::uint64_t id = std::stoull(dump.substr(header + std::string_view("goroutine ").size()));
    const auto found = by_id(decode_whole(damaged));
    for (const auto& [whole_id, goroutine] : whole) {
      if (whole_id == id) continue;
      const auto other = found.find(whole_id);
      ASSERT_TRUE(other != found.end()) << "round " << round << ": goroutine " << whole_id << " lost, damaged is "
                                        << id;
      ASSERT_TRUE(other->second == goroutine)
          << "round " << round << ": goroutine " << whole_id << " changed, damaged is " << id;
    }
  }
}

/// Any bytes may be wrong: nothing crashes, and how the body arrives makes no difference.
void expect_same_in_any_pieces(std::string body, Random& random) {
  for (std::size_t k = random.between(1, 8); k > 0; --k) {
    const std::size_t at = random.below(body.size());
    switch (random.below(4)) {
      case 0:
        body[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        body.erase(at, random.between(1, 40));
        break;
      case 2:
        body.insert(at, body.substr(random.below(body.size()), random.between(1, 60)));
        break;
      default:
        body.resize(std::max<std::size_t>(1, at));
        break;
    }
  }
  const PlainResult whole = decode_whole(body);
  for (int k = 0; k < 3; ++k) {
    const std::vector<std::size_t> cuts = random_cuts(body.size(), random);
    ASSERT_EQ(first_difference(whole, decode_in_pieces(body, cuts)), "");
  }
}

TEST(DamagedBody, IsReadTheSameInAnyPieces) {
  Random random(23);
  DumpShape shape = small_shape(2);
  shape.goroutines = 12;
  shape.forms = mixed_forms();
  const std::vector<std::string> bodies{
      dump_of(shape),
      "panic: oops\n\n" + dump_of(shape),
      text_of([&](const auto& sink) { generate_debug1(shape, sink); }),
      generate_goroutine_profile(shape),
      testing::generate_heap_profile({.seed = 4, .samples = 40}),
      text_of([&](const auto& sink) { testing::generate_heap_debug1({.seed = 4, .samples = 20}, sink); }),
  };
  for (int round = 0; round < 150; ++round) {
    for (std::size_t k = 0; k < bodies.size(); ++k) {
      SCOPED_TRACE(::testing::Message() << "round " << round << ", body " << k);
      expect_same_in_any_pieces(bodies[k], random);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace lf::decode
