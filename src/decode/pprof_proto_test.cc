#include "decode/pprof_proto.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "decode/gzip.h"
#include "decode/proto_wire.h"
#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::as_byte_span;
using testing::read_testdata;

/// Writes messages by hand, so that tests can put anything into them.
class Message {
 public:
  Message& varint(unsigned field, std::uint64_t value) {
    raw_varint(field << 3);
    raw_varint(value);
    return *this;
  }
  Message& bytes(unsigned field, std::string_view value) {
    raw_varint((field << 3) | 2);
    raw_varint(value.size());
    text_ += value;
    return *this;
  }
  Message& packed(unsigned field, std::initializer_list<std::uint64_t> values) {
    Message inner;
    for (const std::uint64_t value : values) inner.raw_varint(value);
    return bytes(field, inner.text_);
  }
  Message& raw_varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_ += static_cast<char>(value | 0x80);
    text_ += static_cast<char>(value);
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// A goroutine profile of two functions; tests change a part.
struct ProfileParts {
  std::vector<std::string> strings = {"", "goroutine", "count", "main.f", "/app/main.go", "main.g", "key", "value"};
  std::string sample_type = Message().varint(1, 1).varint(2, 2).text();
  std::vector<std::string> samples = {Message().packed(1, {1, 2}).packed(2, {3}).text()};
  std::vector<std::string> locations = {
      Message().varint(1, 1).bytes(4, Message().varint(1, 1).varint(2, 10).text()).text(),
      Message().varint(1, 2).bytes(4, Message().varint(1, 2).varint(2, 20).text()).text()};
  std::vector<std::string> functions = {Message().varint(1, 1).varint(2, 3).varint(4, 4).text(),
                                        Message().varint(1, 2).varint(2, 5).varint(4, 4).text()};

  std::string text(bool strings_first = false) const {
    Message profile;
    if (strings_first) add_strings(profile);
    profile.bytes(1, sample_type);
    for (const std::string& sample : samples) profile.bytes(2, sample);
    for (const std::string& location : locations) profile.bytes(4, location);
    for (const std::string& function : functions) profile.bytes(5, function);
    if (!strings_first) add_strings(profile);
    return profile.text();
  }
  void add_strings(Message& profile) const {
    for (const std::string& text : strings) profile.bytes(6, text);
  }
};

std::string words(const Symbols& symbols, StackId stack) {
  std::string out;
  for (const FrameId id : symbols.stack(stack)) {
    const Frame& frame = symbols.frame(id);
    out.append(out.empty() ? "" : " < ").append(symbols.text(frame.function)).append(":");
    out += std::to_string(frame.line);
  }
  return out;
}

Result<Decoded> decode(std::string_view body, Symbols& symbols, const DecodeLimits& limits = {}) {
  return decode_pprof(as_byte_span(body), symbols, limits);
}

Result<Decoded> decode_file(std::string_view name, Symbols& symbols) {
  const Gunzipped body = gunzip(as_byte_span(read_testdata(name)), 1 << 30);
  return decode_pprof(body.bytes.items(), symbols, {});
}

TEST(PprofProto, ReadsGoroutinesWithTheStringsAtEitherEnd) {
  for (const bool strings_first : {false, true}) {
    Symbols symbols;
    const auto decoded = decode(ProfileParts{}.text(strings_first), symbols);
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->kind, ContentKind::kGoroutineProtobuf);
    ASSERT_EQ(decoded->goroutine_profiles.size(), 1U);
    const GoroutineProfile& profile = decoded->goroutine_profiles[0];
    EXPECT_EQ(profile.total, 3U);
    ASSERT_EQ(profile.counts.size(), 1U);
    EXPECT_EQ(words(symbols, profile.counts[0].stack), "main.f:10 < main.g:20");
    EXPECT_EQ(profile.counts[0].state, WaitState::kRunnable);
    EXPECT_TRUE(decoded->warnings.empty());
  }
}

TEST(PprofProto, ReadsNumbersPackedAndUnpackedAndSkipsUnknownFields) {
  ProfileParts parts;
  parts.samples = {Message().varint(1, 1).varint(1, 2).varint(2, 3).varint(99, 7).bytes(77, "?").text()};
  Symbols symbols;
  const auto decoded = decode(parts.text() + Message().bytes(500, "new").text(), symbols);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(words(symbols, decoded->goroutine_profiles[0].counts[0].stack), "main.f:10 < main.g:20");
  EXPECT_TRUE(decoded->warnings.empty());
}

TEST(PprofProto, ReadsLabelsSortedByKey) {
  ProfileParts parts;
  parts.strings.push_back("a");
  parts.samples = {Message()
                       .packed(1, {1})
                       .packed(2, {1})
                       .bytes(3, Message().varint(1, 6).varint(2, 7).text())
                       .bytes(3, Message().varint(1, 8).varint(2, 7).text())
                       .text()};
  Symbols symbols;
  const auto decoded = decode(parts.text(), symbols);
  ASSERT_TRUE(decoded);
  const auto labels = symbols.labels(decoded->goroutine_profiles[0].counts[0].labels);
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_EQ(symbols.text(labels[0].key), "a");
  EXPECT_EQ(symbols.text(labels[1].key), "key");
  EXPECT_EQ(symbols.text(labels[1].value), "value");
}

TEST(PprofProto, KeepsTheRestWhenARecordIsMalformed) {
  ProfileParts parts;
  parts.samples.push_back(Message().packed(1, {1}).text() + "\x12\x7f");
  parts.samples.push_back(Message().packed(1, {2}).packed(2, {5}).text());
  Symbols symbols;
  const auto decoded = decode(parts.text(), symbols);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->goroutine_profiles[0].total, 8U);
  ASSERT_EQ(decoded->warnings.all().size(), 1U);
  EXPECT_EQ(decoded->warnings.all()[0].code, WarningCode::kMalformedRecord);
  EXPECT_EQ(decoded->warnings.all()[0].where, "byte 15");
}

TEST(PprofProto, LeavesOutFramesThatAreNotThere) {
  ProfileParts parts;
  parts.samples = {Message().packed(1, {1, 77, UINT64_MAX, 2}).packed(2, {1}).text()};
  parts.functions.pop_back();
  Symbols symbols;
  const auto decoded = decode(parts.text(), symbols);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(words(symbols, decoded->goroutine_profiles[0].counts[0].stack), "main.f:10");
  EXPECT_EQ(decoded->warnings.count(WarningCode::kMalformedFrame), 1U);
}

TEST(PprofProto, FindsTablesByAnyIds) {
  ProfileParts parts;
  parts.samples = {Message().packed(1, {UINT64_MAX, 1ULL << 40}).packed(2, {1}).text()};
  parts.locations = {
      Message().varint(1, UINT64_MAX).bytes(4, Message().varint(1, 9'999'999'999).varint(2, 1).text()).text(),
      Message().varint(1, 1ULL << 40).bytes(4, Message().varint(1, 0).varint(2, 2).text()).text()};
  parts.functions = {Message().varint(1, 9'999'999'999).varint(2, 3).text(), Message().varint(2, 5).text()};
  Symbols symbols;
  const auto decoded = decode(parts.text(), symbols);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(words(symbols, decoded->goroutine_profiles[0].counts[0].stack), "main.f:1 < main.g:2");
}

TEST(PprofProto, KeepsWhatIsBeforeACutAndSaysSo) {
  const std::string body = ProfileParts{}.text(true);
  Symbols symbols;
  const auto decoded = decode(body.substr(0, body.size() - 2), symbols);
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->goroutine_profiles[0].truncated);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kDumpTruncated), 1U);
}

TEST(PprofProto, SaysThatACutBeforeTheNamesLeavesNothing) {
  const std::string body = ProfileParts{}.text();
  Symbols symbols;
  const auto decoded = decode(body.substr(0, 40), symbols);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::kMalformed);
  EXPECT_NE(decoded.error().message.find("cut or damaged"), std::string::npos);
}

TEST(PprofProto, CapsWhatDoesNotFit) {
  ProfileParts parts;
  parts.samples = {Message().packed(1, {1}).packed(2, {INT64_MAX}).text(),
                   Message().packed(1, {2}).packed(2, {INT64_MAX}).text(),
                   Message().packed(1, {2}).packed(2, {INT64_MAX}).text()};
  parts.locations[0] = Message().varint(1, 1).bytes(4, Message().varint(1, 1).varint(2, 1ULL << 33).text()).text();
  Symbols symbols;
  const auto decoded = decode(parts.text(), symbols);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->goroutine_profiles[0].total, UINT64_MAX);
  EXPECT_EQ(words(symbols, decoded->goroutine_profiles[0].counts[0].stack), "main.f:4294967295");
  EXPECT_EQ(decoded->warnings.count(WarningCode::kNumberOutOfRange), 2U);
}

TEST(PprofProto, CountsBeyondTheLimitAndGoesOn) {
  ProfileParts parts;
  for (int i = 0; i < 9; ++i) parts.samples.push_back(parts.samples[0]);
  DecodeLimits limits;
  limits.goroutines = 4;
  Symbols symbols;
  const auto decoded = decode(parts.text(), symbols, limits);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->goroutine_profiles[0].counts.size(), 4U);
  EXPECT_EQ(decoded->goroutine_profiles[0].total, 30U);
  EXPECT_EQ(decoded->goroutine_profiles[0].dropped, 18U);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kLimitReached), 6U);
}

TEST(PprofProto, KeepsNegativeCountsOfADelta) {
  ProfileParts parts;
  parts.samples.push_back(Message().packed(1, {1}).packed(2, {static_cast<std::uint64_t>(-2)}).text());
  Symbols symbols;
  const auto decoded = decode(parts.text(), symbols);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->goroutine_profiles[0].counts[1].count, -2);
  EXPECT_EQ(decoded->goroutine_profiles[0].total, 3U);
}

TEST(PprofProto, NamesProfilesThatSayNothing) {
  const std::pair<const char*, const char*> kinds[] = {{"cpu", "a cpu profile"},
                                                       {"contentions", "a block or mutex profile"},
                                                       {"threadcreate", "a threadcreate profile"}};
  for (const auto& [type, words] : kinds) {
    ProfileParts parts;
    parts.strings[1] = type;
    Symbols symbols;
    const auto decoded = decode(parts.text(), symbols);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::kUnsupported);
    EXPECT_NE(decoded.error().message.find(words), std::string::npos) << decoded.error().message;
  }
}

TEST(PprofProto, FindsHeapValuesByName) {
  ProfileParts parts;
  parts.strings = {"",       "inuse_space",   "bytes",         "main.f",      "/app/main.go",
                   "main.g", "alloc_objects", "inuse_objects", "alloc_space", "count"};
  parts.samples = {Message()
                       .packed(1, {1})
                       .packed(2, {4096, 9, 8, 9216})
                       .bytes(3, Message().varint(1, 2).varint(3, 512).text())
                       .text()};
  std::string body = Message().varint(12, 524288).text() + parts.text();
  body += Message().bytes(1, Message().varint(1, 6).text()).bytes(1, Message().varint(1, 7).text()).text();
  body += Message().bytes(1, Message().varint(1, 8).text()).text();
  Symbols symbols;
  const auto decoded = decode(body, symbols);
  ASSERT_TRUE(decoded);
  ASSERT_TRUE(decoded->heap);
  EXPECT_EQ(decoded->kind, ContentKind::kHeapProtobuf);
  EXPECT_EQ(decoded->heap->rate_bytes, 524288);
  const HeapSample& sample = decoded->heap->samples.at(0);
  EXPECT_EQ(sample.inuse_bytes, 4096);
  EXPECT_EQ(sample.alloc_objects, 9);
  EXPECT_EQ(sample.inuse_objects, 8);
  EXPECT_EQ(sample.alloc_bytes, 9216);
}

TEST(PprofProto, ReadsSamplesThatStandApart) {
  ProfileParts parts;
  const std::string sample = Message().bytes(2, parts.samples[0]).text();
  // A tag in two bytes where one would do is allowed, and no run of samples opens with it.
  const std::string stretched = Message().raw_varint(2 << 3 | 2 | 0x80).text().substr(0, 1) + std::string(1, '\0') +
                                Message().raw_varint(parts.samples[0].size()).text() + parts.samples[0];
  const std::string body =
      sample + stretched + parts.text() + sample + Message().varint(12, 1).text() + sample + sample;
  Symbols symbols;
  const auto decoded = decode(body, symbols);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->goroutine_profiles[0].counts.size(), 6U);
  EXPECT_EQ(decoded->goroutine_profiles[0].total, 18U);
  EXPECT_TRUE(decoded->warnings.all().empty());
}

TEST(PprofProto, SaysWhereASampleWithinARunIsDamaged) {
  ProfileParts parts;
  parts.samples.push_back(Message().packed(1, {1}).text());
  const std::string before = Message().bytes(1, parts.sample_type).bytes(2, parts.samples[0]).text();
  Symbols symbols;
  const auto decoded = decode(parts.text(), symbols);
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->warnings.all().size(), 1U);
  EXPECT_EQ(decoded->warnings.all()[0].code, WarningCode::kMalformedRecord);
  EXPECT_EQ(decoded->warnings.all()[0].where, "byte " + std::to_string(before.size()));
}

TEST(PprofProto, CapsCountsOfSampledObjects) {
  EXPECT_EQ(sampled_objects(-1), 0U);
  EXPECT_EQ(sampled_objects(7), 7U);
  EXPECT_EQ(sampled_objects(INT64_MAX), UINT32_MAX);
}

TEST(PprofProto, EstimatesHowManyObjectsWereSampled) {
  ProfileParts parts;
  parts.strings = {"", "inuse_objects", "bytes", "main.f", "/app/main.go", "main.g"};
  const auto sample = [](std::uint64_t objects, std::uint64_t size) {
    return Message().packed(1, {1}).packed(2, {objects}).bytes(3, Message().varint(1, 2).varint(3, size).text()).text();
  };
  parts.samples = {sample(1024, 512), sample(3, 1'000'000'000), sample(32769, 16), sample(0, 16)};
  parts.strings.push_back("inuse_space");
  Symbols symbols;
  const auto decoded =
      decode(parts.text() + Message().bytes(1, Message().varint(1, 6).text()).varint(12, 524288).text(), symbols);
  ASSERT_TRUE(decoded);
  const HeapSamples& samples = decoded->heap.value().samples;
  ASSERT_EQ(samples.size(), 4U);
  EXPECT_EQ(samples[0].inuse_sampled, 1);
  EXPECT_EQ(samples[1].inuse_sampled, 3) << "large objects are all sampled";
  EXPECT_EQ(samples[2].inuse_sampled, 1);
  EXPECT_EQ(samples[3].inuse_sampled, 0);
}

TEST(PprofProto, LeavesMainsOwnSelectOutOfTheLeakProfile) {
  for (const std::string name :
       {"goroutineleak-go1.26-main-select-argx.pb.gz", "goroutineleak-go1.27-main-select-argx.pb.gz"}) {
    Symbols symbols;
    const auto decoded = decode_file(name, symbols);
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->kind, ContentKind::kLeakProtobuf);
    const GoroutineProfile& profile = decoded->goroutine_profiles.at(0);
    EXPECT_EQ(profile.total, 3U);
    ASSERT_EQ(profile.counts.size(), 1U);
    EXPECT_EQ(profile.counts[0].state, WaitState::kChanReceive);
    EXPECT_EQ(words(symbols, profile.counts[0].stack), "main.leak:18");
    EXPECT_EQ(decoded->warnings.count(WarningCode::kLeakProfileIgnored), 1U);
    EXPECT_EQ(decoded->warnings.all().size(), 1U);
  }
}

TEST(PprofProto, InfersTheStatesOfTheZoo) {
  Symbols symbols;
  const auto decoded = decode_file("goroutine-go1.27.0-trimpath-zoo.pb.gz", symbols);
  ASSERT_TRUE(decoded) << decoded.error().message;
  std::map<std::string_view, std::int64_t> by_state;
  for (const StackCount& record : decoded->goroutine_profiles[0].counts) {
    by_state[wait_state_name(record.state)] += record.count;
  }
  EXPECT_EQ(by_state["unknown"], 0);
  EXPECT_EQ(by_state["chan receive (nil chan)"], 1);
  EXPECT_EQ(by_state["chan send (nil chan)"], 1);
  EXPECT_EQ(by_state["select (no cases)"], 1);
  EXPECT_EQ(by_state["sync.Cond.Wait"], 1);
  EXPECT_EQ(by_state["sync.WaitGroup.Wait"], 1);
  EXPECT_GE(by_state["sync.Mutex.Lock"], 1);
  EXPECT_GE(by_state["sleep"], 1);
  EXPECT_GE(by_state["IO wait"], 1);
  EXPECT_TRUE(decoded->taken_at.has_value());
}

TEST(PprofProto, MarksTheGoroutinesOfOurRequest) {
  Symbols symbols;
  const auto decoded = decode_file("goroutine-go1.27.0-trimpath-zoo.pb.gz", symbols);
  ASSERT_TRUE(decoded);
  std::int64_t ours = 0;
  for (const StackCount& record : decoded->goroutine_profiles[0].counts) {
    if (record.serves_our_request) ours += record.count;
  }
  EXPECT_EQ(ours, 2) << "the handler, and the goroutine that reads ahead on its connection";
}

}  // namespace
}  // namespace lf::decode
