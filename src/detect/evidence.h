#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/benign.h"
#include "detect/detect.h"
#include "detect/growth.h"
#include "detect/series.h"
#include "model/symbols.h"

namespace lf::detect {

/// How much a piece of evidence proves, weakest first (spec, section 2). Verdicts follow from grades alone.
enum class Grade : std::uint8_t {
  kRemark,      ///< explains, accuses nobody: a pattern, a count
  kCrowd,       ///< many at one place in one sample
  kLongWait,    ///< minutes in the header at a crowded site
  kGlimpse,     ///< what would be `kLasting`, seen for less than three samples or five seconds
  kLasting,     ///< identities or, without them, counts: they come and stay, over the whole observation
  kImpossible,  ///< nothing can wake them
  kProof,       ///< the runtime says so
};

/// What evidence is about.
enum class SubjectKind : std::uint8_t { kGroup, kHeapSite, kProcess };
struct Subject {
  SubjectKind kind = SubjectKind::kProcess;
  std::uint32_t index = 0;  ///< into Series::groups or heap_sites

  auto operator<=>(const Subject&) const = default;
};

/// One observation that speaks for a leak, with its measured numbers in words.
struct Evidence {
  Subject subject;
  std::string_view rule;
  Grade grade = Grade::kRemark;
  std::string_view part;  ///< of the score: "persistence", "growth", …; of equal parts the highest counts
  int points = 0;
  std::string words;  ///< a sentence; names from the target in it are made safe where they are shown
};

/// Why a group is no leak though it looks like one; caps its verdict (see verdict.h).
struct Excuse {
  Verdict at_most = Verdict::kLeak;
  std::string words;
};

/// So many at one place are a crowd.
inline constexpr std::uint64_t kCrowd = 100;

/// What is known of one group, measured once for all rules.
struct GroupFacts {
  Growth growth;
  std::uint64_t count = 0;  ///< now
  std::string_view benign;  ///< why its wait is ordinary, from the benign catalogue; empty: not in it
  BenignNumber number = BenignNumber::kConstant;  ///< of a benign wait
  std::string_view library;                       ///< of a benign wait: whose loop it is
  std::uint64_t each = 1;                         ///< of a benign wait: goroutines that one connection has of it
  bool starter_runs = false;                      ///< the function that started them is on some goroutine's stack
  bool serves_requests = false;    ///< a server connection's goroutine: the same one serves request after request
  bool explained_by_load = false;  ///< a benign wait that grows as goroutines do that are alive
  /// `growth` and `count` are of the whole population: its goroutines move on, most wait here, and none of them ends.
  bool of_population = false;
  std::uint32_t part_of = 0;  ///< index + 1 of the group that speaks for the population
  /// Index + 1 of the group whose finding takes in a benign wait: a leaking one with which it grows in step, or another
  /// loop of the same connections.
  std::uint32_t goes_with = 0;
  /// A benign wait of so many in a single dump: counted, accused of nothing.
  bool is_ordinary_crowd() const { return !benign.empty() && count >= kCrowd && growth.counts.size() <= 1; }
};

struct LockGraph;
struct MemoryFacts;

/// All that a rule may look at.
struct Context {
  const Symbols& symbols;
  const Series& series;
  const DetectOptions& options;
  const std::vector<GroupFacts>& groups;  ///< as Series::groups
  const LockGraph& locks;
  const MemoryFacts& memory;
  const PatternSet* safe;        ///< the user's
  const PatternSet* suspicious;  ///< the user's
};

using Evidences = std::vector<Evidence>;

/// A row of rules.def: a pure function that adds what it sees.
struct Rule {
  std::string_view id, brief;
  FindingKind kind;
  int rank;  ///< of several rules about one subject the highest names the finding
  void (*run)(const Context&, Evidences&);
};

}  // namespace lf::detect
