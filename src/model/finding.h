#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace lf {

enum class FindingKind : std::uint8_t { kGoroutine, kMemory };

/// leak: proved by the runtime, or by evidence no healthy program shows; suspect: worth a look; info: explains.
enum class Verdict : std::uint8_t { kInfo, kSuspect, kLeak };

std::string_view finding_kind_name(FindingKind kind);
std::string_view verdict_name(Verdict verdict);

/// A place in the source, for people and links.
struct SourceLine {
  TargetText function;
  TargetText file;
  std::uint32_t line = 0;

  auto operator<=>(const SourceLine&) const = default;
};

/// One part of a score: a stable name ("persistence"), its points, and the measured numbers in words.
struct ScorePart {
  std::string name;
  int points = 0;
  TargetText words;
};

/// Goroutines that are stuck because of a finding's root: listed under it, no findings of their own.
struct Consequence {
  SourceLine at;
  std::string state;
  std::uint64_t count = 0;
};

/// A known finding that the user accepted (baseline file).
struct Accepted {
  TargetText reason;
  std::string expires;  ///< YYYY-MM-DD, empty: never
  TargetText owner;     ///< who accepted it, empty: not told
};

/// One leak, suspicion or remark; the fields are those of the JSON schema leakfinder/report/v1. Absent: does not apply.
struct Finding {
  std::string id;    ///< stable fingerprint of rule, site and creator (detect/fingerprint.h)
  std::string rule;  ///< "goroutine/growing-site"
  FindingKind kind = FindingKind::kGoroutine;
  Verdict verdict = Verdict::kInfo;
  int score = 0;  ///< 0–100; orders findings, never decides the verdict
  TargetText title;
  SourceLine site;  ///< the blocking or allocating frame outside the runtime and the standard library
  TargetText package;
  std::string state;
  std::optional<std::uint64_t> count;         ///< goroutines, or objects, now
  std::optional<std::uint64_t> count_before;  ///< compare only, like the next three
  std::optional<std::int64_t> delta;
  std::optional<std::uint64_t> bytes_before;
  std::optional<std::int64_t> bytes_delta;
  bool is_new = false;                   ///< compare: was not there before
  std::optional<double> growth_per_min;  ///< goroutines a minute, or bytes a minute for memory
  std::optional<std::uint64_t> bytes;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> wait_minutes;  ///< least, most
  std::optional<SourceLine> creator;
  std::vector<std::pair<TargetText, TargetText>> labels;
  std::vector<TargetText> targets;
  std::vector<TargetText> owners;
  std::vector<TargetText> evidence;  ///< one sentence each, with the measured numbers
  std::vector<ScorePart> score_parts;
  std::string resembles;  ///< the well-known mistake it looks like; empty: unsure
  TargetText advice;
  std::vector<Consequence> consequences;
  std::vector<SourceLine> stack;  ///< leaf first
  std::optional<Accepted> accepted;
  std::vector<std::uint64_t> counts;                       ///< goroutines (or live bytes) at each sample, oldest first
  std::optional<std::uint64_t> births, deaths, survivors;  ///< over the samples, by goroutine id
  std::vector<std::pair<std::string, std::uint64_t>> other_states;  ///< the same site's goroutines elsewhere
};

}  // namespace lf
