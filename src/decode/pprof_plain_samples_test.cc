#include "decode/pprof_plain_samples.h"

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "decode/gzip.h"
#include "decode/pprof_proto.h"
#include "decode/proto_wire.h"
#include "decode/testing/generated_profile.h"
#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::as_byte_span;

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

/// `body` with a field in each sample that no version of the format has: it says the same, and no sample is plain.
std::string with_unknown_fields(std::span<const std::byte> body) {
  std::string out;
  WireReader reader(body);
  WireField field;
  for (std::size_t begin = 0; reader.next(field); begin = reader.offset()) {
    if (field.number != 2 || field.type != WireType::kBytes) {
      out += as_text(body.subspan(begin, reader.offset() - begin));
      continue;
    }
    std::string sample(as_text(field.bytes));
    append_varint(sample, 15 << 3);
    append_varint(sample, 7);
    append_varint(out, 2 << 3 | 2);
    append_varint(out, sample.size());
    out += sample;
  }
  return out;
}

/// Everything that a profile says of its samples, a line each.
std::vector<std::string> lines_of(std::span<const std::byte> body) {
  Symbols symbols;
  const Result<Decoded> decoded = decode_pprof(body, symbols, {});
  std::vector<std::string> lines;
  if (!decoded || !decoded->heap) return lines;
  for (const HeapSample& sample : decoded->heap->samples) {
    std::string line;
    for (const std::int64_t value : {sample.inuse_objects, sample.inuse_bytes, sample.alloc_objects, sample.alloc_bytes,
                                     std::int64_t{sample.inuse_sampled}}) {
      line += std::to_string(value) + " ";
    }
    for (const FrameId frame : symbols.stack(sample.stack)) {
      line.append(symbols.function(frame)).append(":") += std::to_string(symbols.frame(frame).line) + " < ";
    }
    lines.push_back(std::move(line));
  }
  lines.push_back(std::to_string(decoded->warnings.all().size()) + " warnings");
  return lines;
}

void expect_both_ways_agree(std::span<const std::byte> body, std::size_t least_samples) {
  const std::vector<std::string> plain = lines_of(body);
  EXPECT_GT(plain.size(), least_samples);
  EXPECT_EQ(plain, lines_of(as_byte_span(with_unknown_fields(body))));
}

TEST(PlainSamples, SayTheSameAsTheGeneralWayOfARecordedHeap) {
  const Gunzipped body = gunzip(as_byte_span(testing::read_testdata("heap-go1.27.0-trimpath-zoo.pb.gz")), 1 << 30);
  expect_both_ways_agree(body.bytes.items(), 2);
}

TEST(PlainSamples, SayTheSameAsTheGeneralWayOfGeneratedHeaps) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const std::string body = testing::generate_heap_profile({.seed = seed, .samples = 400, .frames_max = 60});
    expect_both_ways_agree(as_byte_span(body), 400);
  }
}

std::string field_of(std::uint64_t number, std::string_view bytes) {
  std::string out;
  append_varint(out, number << 3 | 2);
  append_varint(out, bytes.size());
  return out.append(bytes);
}

std::string numbers_of(std::initializer_list<std::uint64_t> numbers) {
  std::string out;
  for (const std::uint64_t number : numbers) append_varint(out, number);
  return out;
}

/// A heap profile with all pairs and triples of frames that have rules of their own, and of a location that is missing.
std::string profile_of_odd_frames() {
  constexpr std::array<std::string_view, 8> kNames = {"main.f",          "runtime.mallocgc", "runtime.goexit",
                                                      "runtime.main",    "runtime.gopanic",  "runtime.sigpanic",
                                                      "main.f.func1-fm", "main.main.gowrap1"};
  std::string body = field_of(1, numbers_of({1 << 3, 1}));
  for (std::uint64_t i = 0; i < kNames.size(); ++i) {
    body += field_of(5, numbers_of({1 << 3, i + 1, 2 << 3, i + 2}));
    const std::string line = field_of(4, numbers_of({1 << 3, i + 1, 2 << 3, 10 * i + 10}));
    const std::string inlined_into = field_of(4, numbers_of({1 << 3, 1, 2 << 3, 7}));
    body += field_of(4, numbers_of({1 << 3, i + 1}) + line);
    body += field_of(4, numbers_of({1 << 3, i + 101}) + line + inlined_into);
  }
  const std::vector<std::uint64_t> ids = {1, 2, 3, 4, 5, 6, 7, 8, 99, 101, 102, 105, 106, 108};
  const auto add = [&](std::initializer_list<std::uint64_t> stack) {
    body += field_of(2, field_of(1, numbers_of(stack)) + field_of(2, numbers_of({1U << 20})));
  };
  add({});
  for (const std::uint64_t leaf : ids) {
    add({leaf});
    for (const std::uint64_t middle : ids) {
      add({leaf, middle});
      for (const std::uint64_t root : ids) add({leaf, middle, root});
    }
  }
  body += field_of(6, "") + field_of(6, "inuse_space");
  for (const std::string_view name : kNames) body += field_of(6, name);
  return body;
}

TEST(PlainSamples, SayTheSameAsTheGeneralWayOfFramesWithRulesOfTheirOwn) {
  expect_both_ways_agree(as_byte_span(profile_of_odd_frames()), 14 * 14 * 14);
}

}  // namespace
}  // namespace lf::decode
