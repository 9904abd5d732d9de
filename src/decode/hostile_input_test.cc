// Damaged bodies: every decoder must come to an end, keep to its limits and give ids that exist, whatever it is fed.
// The damage is the same in every run.

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing/source_dir.h"
#include "decode/decoder.h"
#include "decode/gzip.h"
#include "decode/proto_wire.h"
#include "decode/testing/random.h"
#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::as_byte_span;
using testing::Random;

constexpr std::size_t kMutations = 20'000;

std::string unzipped(const std::string& bytes) {
  const Gunzipped body = gunzip(as_byte_span(bytes), 1 << 24);
  return std::string(as_text(body.bytes.items()));
}

/// The recorded bodies, zipped ones also as they are inside.
std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (const auto& path : testing::files_with(source_dir() / "testdata" / "decode", "-")) {
    all.push_back(testing::read_bytes(path));
    if (looks_like_gzip(as_byte_span(all.back()))) all.push_back(unzipped(all.back()));
  }
  all.emplace_back(
      "{\"cmdline\":[\"x\"],\"memstats\":{\"HeapAlloc\":5,\"PauseNs\":[1,2],\"PauseEnd\":[3,4],\"NumGC\":2}}");
  return all;
}

/// One small change: a bit, a byte, a number of many digits, a piece left out, doubled, moved in from another body, a
/// cut.
std::string mutated(std::string text, const std::vector<std::string>& others, Random& random) {
  static constexpr std::string_view kNumbers[] = {"99999999999999999999", "-1", "0", "0xffffffffffffffff",
                                                  "18446744073709551615"};
  for (std::size_t changes = random.between(1, 4); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = random.below(text.size());
    const std::size_t length = std::min(text.size() - at, random.between(1, 64));
    switch (random.below(8)) {
      case 0:
        text[at] = static_cast<char>(text[at] ^ static_cast<char>(1U << random.below(8)));
        break;
      case 1:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 2:
        text.erase(at, length);
        break;
      case 3:
        text.insert(at, text.substr(at, length));
        break;
      case 4:
        text.replace(at, std::min<std::size_t>(length, 3), kNumbers[random.below(std::size(kNumbers))]);
        break;
      case 5:
        text.resize(at);
        break;
      case 6:
        text.insert(at, std::string(10, '\xff') + std::string(random.below(4), '\x7f'));
        break;
      default: {
        const std::string& other = others[random.below(others.size())];
        const std::size_t from = random.below(other.size());
        text.insert(at, other.substr(from, random.below(300)));
      }
    }
  }
  return text;
}

/// Follows every id, so that one that leads nowhere is found; returns how many records there were.
std::size_t follow(const Decoded& decoded, const Symbols& symbols, const DecodeLimits& limits) {
  std::size_t records = 0;
  std::size_t characters = 0;
  const auto follow_stack = [&](StackId stack) {
    ++records;
    for (const FrameId frame : symbols.stack(stack)) {
      EXPECT_TRUE(frame);
      characters += symbols.function(frame).size() + symbols.file(frame).size();
    }
  };
  for (const GoroutineProfile& profile : decoded.goroutine_profiles) {
    EXPECT_LE(profile.counts.size(), limits.goroutines);
    EXPECT_LE(profile.goroutines.size(), limits.goroutines);
    for (const StackCount& record : profile.counts) {
      follow_stack(record.stack);
      for (const Label& label : symbols.labels(record.labels)) characters += symbols.text(label.value).size();
    }
    for (const Goroutine& goroutine : profile.goroutines) follow_stack(goroutine.stack);
  }
  if (decoded.heap) {
    EXPECT_LE(decoded.heap->samples.size(), limits.heap_samples);
    for (const HeapSample& sample : decoded.heap->samples) follow_stack(sample.stack);
  }
  for (const Warning& warning : decoded.warnings.all()) characters += warning.where.size();
  EXPECT_LT(characters, 1ULL << 30);
  return records;
}

TEST(HostileInput, NeitherCrashesNorLeadsAstray) {
  const std::vector<std::string> bodies = seeds();
  ASSERT_GT(bodies.size(), 15U);
  DecodeLimits limits;
  limits.goroutines = 100;
  limits.heap_samples = 100;
  limits.body_bytes = 1 << 20;
  limits.line_bytes = 4096;
  Random random(7);
  std::size_t decoded_bodies = 0;
  std::size_t records = 0;
  for (std::size_t i = 0; i < kMutations; ++i) {
    const std::string body = mutated(bodies[i % bodies.size()], bodies, random);
    Symbols symbols;
    const auto decoder = make_any_decoder(symbols, limits);
    for (std::string_view rest = body; !rest.empty();) {
      const std::size_t piece = std::min(rest.size(), random.between(1, 8000));
      decoder->feed(as_byte_span(rest.substr(0, piece)));
      rest.remove_prefix(piece);
    }
    const auto decoded = decoder->finish();
    if (!decoded) {
      EXPECT_FALSE(decoded.error().message.empty());
      continue;
    }
    ++decoded_bodies;
    records += follow(*decoded, symbols, limits);
  }
  EXPECT_GT(decoded_bodies, kMutations / 2) << "most of what is damaged a little can be read";
  EXPECT_GT(records, kMutations * 5);
}

TEST(HostileInput, OfEachKindGivenToEachDecoderEnds) {
  DecodeLimits limits;
  limits.body_bytes = 1 << 20;
  for (const std::string& body : seeds()) {
    for (int kind = 0; kind <= static_cast<int>(ContentKind::kEmpty); ++kind) {
      Symbols symbols;
      const auto decoder = make_decoder(static_cast<ContentKind>(kind), symbols, limits);
      decoder->feed(as_byte_span(body));
      const auto decoded = decoder->finish();
      if (decoded) follow(*decoded, symbols, {});
    }
  }
}

TEST(HostileInput, WithEndlessStacksIsBounded) {
  // One location of a thousand lines, named over and over: four bytes of input for each thousand frames.
  const auto field = [](unsigned number, std::string_view value) {
    std::string out(1, static_cast<char>((number << 3) | 2));
    for (std::size_t size = value.size();; size >>= 7) {
      out += static_cast<char>(size < 0x80 ? size : size | 0x80);
      if (size < 0x80) break;
    }
    return out.append(value);
  };
  std::string location("\x08\x01");
  for (int i = 0; i < 1000; ++i) location += field(4, "\x08\x01\x10\x05");
  std::string body = field(1, "\x08\x01\x10\x01") + field(4, location) + field(5, "\x08\x01\x10\x02");
  const std::string sample = field(2, std::string("\x08\x01\x08\x01\x08\x01\x08\x01\x10\x01"));
  for (int i = 0; i < 20'000; ++i) body += sample;
  body += field(6, "") + field(6, "goroutine") + field(6, "main.f");
  Symbols symbols;
  const auto decoder = make_any_decoder(symbols, {});
  decoder->feed(as_byte_span(body));
  const auto decoded = decoder->finish();
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->goroutine_profiles.at(0).total, 20'000U) << "all are counted";
  EXPECT_LT(decoded->goroutine_profiles.at(0).counts.size(), 2'500U);
  EXPECT_GT(decoded->warnings.count(WarningCode::kLimitReached), 0U);
}

}  // namespace
}  // namespace lf::decode
