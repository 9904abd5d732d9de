#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decode/decoded.h"
#include "model/symbols.h"

namespace lf::decode::testing {

/// What was decoded, spelled out: every id resolved, nothing shared, so that two decoders can be compared with ==.
struct PlainFrame {
  std::string function;
  std::string file;
  std::uint32_t line = 0;

  auto operator<=>(const PlainFrame&) const = default;
};

using PlainStack = std::vector<PlainFrame>;  ///< leaf first
using PlainLabels = std::vector<std::pair<std::string, std::string>>;

struct PlainGoroutine {
  std::uint64_t id = 0;
  std::string state;
  unsigned wait_minutes = 0;
  unsigned flags = 0;  ///< GoroutineFlag bits
  PlainLabels labels;
  PlainStack frames;
  std::optional<PlainFrame> creator;
  std::optional<std::uint64_t> sync_address;

  bool operator==(const PlainGoroutine&) const = default;
};

struct PlainCountKey {
  PlainStack frames;
  PlainLabels labels;
  std::string state;
  bool serves_our_request = false;

  auto operator<=>(const PlainCountKey&) const = default;
};

struct PlainProfile {
  std::vector<PlainGoroutine> goroutines;
  std::map<PlainCountKey, std::int64_t> counts;
  std::uint64_t total = 0;
  std::uint64_t system = 0;
  bool truncated = false;

  bool operator==(const PlainProfile&) const = default;
};

struct PlainHeapValues {
  std::int64_t inuse_objects = 0, inuse_bytes = 0, alloc_objects = 0, alloc_bytes = 0;

  bool operator==(const PlainHeapValues&) const = default;
};

struct PlainHeap {
  std::map<PlainStack, PlainHeapValues> sites;  ///< samples of one stack added up
  std::int64_t rate_bytes = 0;

  bool operator==(const PlainHeap&) const = default;
};

struct PlainResult {
  std::vector<PlainProfile> profiles;
  std::optional<PlainHeap> heap;
  std::map<std::string, std::uint64_t> memory;  ///< what MemStats says, by the names of heap debug=1
  std::string cause;

  bool operator==(const PlainResult&) const = default;
};

/// Spells out what a decoder of the product returned.
PlainResult spell_out(const Decoded& decoded, const Symbols& symbols);

/// Tells the first difference in words, for a test's message; empty where there is none.
std::string first_difference(const PlainResult& referee, const PlainResult& decoded);

}  // namespace lf::decode::testing
