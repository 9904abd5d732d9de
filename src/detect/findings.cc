#include "detect/findings.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/format.h"
#include "detect/attached_memory.h"
#include "detect/come_and_stay.h"
#include "detect/describe.h"
#include "detect/excuse.h"
#include "detect/fingerprint.h"
#include "detect/lock_graph.h"
#include "detect/verdict.h"

namespace lf::detect {
namespace {

/// The part of a score that its verdict's band adds or takes.
constexpr std::string_view kBand = "band";

using BySubject = std::map<Subject, std::vector<const Evidence*>>;

/// Memory that a finding's goroutines hold.
struct MemoryOwner {
  SourceLine site;  ///< of the goroutines
  AttachedMemory memory;
};
using MemoryOwners = std::map<std::uint32_t, MemoryOwner>;  // by heap site

/// Memory that a leak's goroutines hold belongs to it; `owners` are told.
void attach_memory(const Context& context, std::uint32_t index, Finding& finding, MemoryOwners& owners) {
  constexpr std::size_t kMostInWords = 3;
  const std::vector<AttachedMemory> attached = find_attached_memory(context, index);
  for (std::size_t i = 0; i < attached.size(); ++i) {
    finding.bytes = finding.bytes.value_or(0) + attached[i].bytes;
    if (i < kMostInWords) finding.evidence.push_back(TargetText(attached[i].words));
    if (finding.verdict == Verdict::kLeak) owners.try_emplace(attached[i].heap_site, finding.site, attached[i]);
  }
}

/// Says of memory that leaked goroutines hold whose it is: it goes with them.
void add_owner(const MemoryOwner& owner, Finding& finding) {
  finding.evidence.push_back(with("held by the leaked goroutines at ", owner.site.function.raw(),
                                  format(" (line {}), about {:.1f} KiB each: it is one leak with theirs",
                                         owner.site.line, owner.memory.bytes_each / 1024)));
  finding.resembles = "memory of leaked goroutines";
  finding.advice = with("mend the leak of the goroutines at ", owner.site.function.raw(),
                        ": what they hold goes with them.\nhow stands at their own finding.");
}

void add_words(std::vector<const Evidence*> evidences, const Excuse& excuse, Finding& finding) {
  std::ranges::stable_sort(evidences, [](const Evidence* a, const Evidence* b) {
    return std::tuple(-static_cast<int>(a->grade), -a->points, std::string_view(a->words)) <
           std::tuple(-static_cast<int>(b->grade), -b->points, std::string_view(b->words));
  });
  for (const Evidence* evidence : evidences) finding.evidence.push_back(TargetText(evidence->words));
  if (!excuse.words.empty()) finding.evidence.push_back(TargetText(excuse.words));
}

/// A glimpse says what would make it a verdict.
void add_what_settles_it(const GroupFacts& facts, const std::vector<const Evidence*>& about, Finding& finding) {
  const bool glimpse =
      std::ranges::any_of(about, [](const Evidence* evidence) { return evidence->grade == Grade::kGlimpse; });
  if (finding.verdict != Verdict::kSuspect || !glimpse) return;
  if (facts.growth.seen_long_enough()) {
    if (facts.growth.identified) return;
    finding.evidence.emplace_back(
        "a longer look settles it, or goroutine ids, for which the target stands still (-max-goroutines-full above the "
        "count)");
    return;
  }
  if (facts.growth.counts.size() < 2) {
    finding.evidence.emplace_back("a dump of some seconds later settles it: whoever still stands here is stuck");
    return;
  }
  finding.evidence.push_back(TargetText(
      format("seen for {} only; three samples over five seconds settle it", span_in_words(facts.growth.span_seconds))));
}

Consequence consequence_of(const Context& context, std::uint32_t index) {
  const Group& group = context.series.groups[index];
  return {source_line(context.symbols, group.site), std::string(wait_state_name(group.state)),
          context.groups[index].count};
}

/// The group whose finding takes this one in as a consequence; itself where it stands alone.
std::uint32_t next_root(const Context& context, const BySubject& by_subject, std::uint32_t index) {
  const GroupFacts& facts = context.groups[index];
  if (facts.part_of > 0 && by_subject.contains({SubjectKind::kGroup, facts.part_of - 1})) return facts.part_of - 1;
  if (facts.goes_with > 0) return facts.goes_with - 1;
  const LockPart& part = context.locks.parts[index];
  const bool behind = part.knot != LockKnot::kNone && !part.root;
  if (!behind || !by_subject.contains({SubjectKind::kGroup, part.behind})) return index;
  // All on one lock wait for one holder, however many come, and who waits in the very line the holder waits in shows
  // nothing that the holder's finding does not. Those that pile up on many locks, and those that the
  // runtime names and the root not, have a leak's evidence of their own, which does not rest on the guess who holds
  // which lock.
  const std::vector<Group>& groups = context.series.groups;
  const bool same_line = groups[index].site == groups[part.behind].site;
  const bool of_one_leak = facts.growth.entries == 0 || part.one_lock || same_line;
  const bool less_sure = groups[index].leaked > 0 && groups[part.behind].leaked == 0;
  // The holder is at most a suspect, those who pile up behind it may be a leak.
  if (part.knot == LockKnot::kHolderInNetwork && facts.growth.entries > 0) return index;
  const bool excused = excuse_of(context, part.behind).at_most < Verdict::kLeak;
  return of_one_leak && !less_sure && !excused ? part.behind : index;
}

/// Follows `next_root` to the end of the chain.
std::uint32_t root_of(const Context& context, const BySubject& by_subject, std::uint32_t index) {
  std::set<std::uint32_t> passed;
  std::uint32_t root = index;
  while (passed.insert(root).second) root = next_root(context, by_subject, root);
  return root;
}

/// Says of a finding that stands by itself behind whom it is stuck.
void add_root(const Context& context, const BySubject& by_subject, std::uint32_t index, Finding& finding) {
  const LockPart& part = context.locks.parts[index];
  if (part.knot == LockKnot::kNone || part.root || !by_subject.contains({SubjectKind::kGroup, part.behind})) return;
  const SourceLine root = source_line(context.symbols, context.series.groups[part.behind].site);
  finding.evidence.push_back(with("probably stuck behind ", root.function.raw(),
                                  format(" (line {}): mend that first; it is shown by itself because more and more "
                                         "pile up here",
                                         root.line)));
}

}  // namespace

void set_score(int score, std::string_view why, Finding& finding) {
  std::erase_if(finding.score_parts, [](const ScorePart& part) { return part.name == kBand; });
  int sum = 0;
  for (const ScorePart& part : finding.score_parts) sum += part.points;
  if (score != sum) finding.score_parts.push_back({std::string(kBand), score - sum, TargetText(why)});
  finding.score = score;
}

SourceLine source_line(const Symbols& symbols, FrameId frame) {
  return {TargetText(symbols.function(frame)), TargetText(symbols.file(frame)), symbols.frame(frame).line};
}

std::size_t text_size(const Symbols& symbols, FrameId frame) {
  return sizeof(SourceLine) + symbols.function(frame).size() + symbols.file(frame).size();
}

std::size_t text_size(const Symbols& symbols, StackId stack) {
  std::size_t size = 0;
  for (const FrameId frame : symbols.stack(stack)) size += text_size(symbols, frame);
  return size;
}

std::vector<SourceLine> source_lines(const Symbols& symbols, StackId stack) {
  std::vector<SourceLine> lines;
  for (const FrameId frame : symbols.stack(stack)) lines.push_back(source_line(symbols, frame));
  return lines;
}

void sort_findings(std::vector<Finding>& findings) {
  std::ranges::stable_sort(findings, [](const Finding& a, const Finding& b) {
    const auto key = [](const Finding& finding) {
      return std::tuple(-static_cast<int>(finding.verdict), -finding.score,
                        -static_cast<std::int64_t>(finding.count.value_or(0)));
    };
    if (key(a) != key(b)) return key(a) < key(b);
    return std::tie(a.site, a.rule, a.id) < std::tie(b.site, b.rule, b.id);
  });
  number_twins(findings);
}

namespace {

/// A finding to be, before its text is made.
struct Candidate {
  Subject subject;
  Verdict verdict = Verdict::kInfo;
  int score = 0;
  std::uint64_t count = 0;
};

std::size_t names_of(const Context& context, const Subject& subject) {
  const Symbols& symbols = context.symbols;
  if (subject.kind == SubjectKind::kGroup) {
    const Group& group = context.series.groups[subject.index];
    return text_size(symbols, group.stack) + 2 * text_size(symbols, group.site) + text_size(symbols, group.creator);
  }
  if (subject.kind != SubjectKind::kHeapSite) return 0;
  const HeapSite& site = context.series.heap_sites[subject.index];
  return text_size(symbols, site.stack) + 2 * text_size(symbols, site.frame);
}

/// Takes out those that rank lowest, as `sort_findings` would, until the rest is within the limits; they are in order
/// of their subjects before and after. Returns how many went.
std::uint64_t keep_within_limits(const Context& context, std::vector<Candidate>& candidates) {
  std::ranges::stable_sort(candidates, {}, [](const Candidate& candidate) {
    return std::tuple(-static_cast<int>(candidate.verdict), -candidate.score,
                      -static_cast<std::int64_t>(candidate.count));
  });
  const std::uint64_t left_out =
      keep_what_fits(candidates, kMostFindings, kMostFindingText,
                     [&](const Candidate& candidate) { return names_of(context, candidate.subject); });
  std::ranges::sort(candidates, {}, &Candidate::subject);
  return left_out;
}

/// Lists the groups that are stuck because of the finding's; of very many those with most goroutines.
void add_consequences(const Context& context, std::vector<std::uint32_t> groups, Finding& finding) {
  constexpr std::size_t kMost = 1'000;
  if (groups.size() > kMost) {
    std::ranges::stable_sort(groups, std::ranges::greater{}, [&](std::uint32_t i) { return context.groups[i].count; });
    groups.resize(kMost);
  }
  for (const std::uint32_t group : groups) finding.consequences.push_back(consequence_of(context, group));
}

}  // namespace

Findings make_findings(const Context& context, const Evidences& evidences) {
  BySubject by_subject;
  for (const Evidence& evidence : evidences) by_subject[evidence.subject].push_back(&evidence);
  std::vector<Candidate> candidates;
  std::map<std::uint32_t, std::vector<std::uint32_t>> behind;  // groups that are a consequence of a root's
  for (const auto& [subject, about] : by_subject) {
    Candidate candidate{.subject = subject};
    Excuse excuse;
    if (subject.kind == SubjectKind::kGroup) {
      const std::uint32_t root = root_of(context, by_subject, subject.index);
      if (root != subject.index) {
        behind[root].push_back(subject.index);
        continue;
      }
      excuse = excuse_of(context, subject.index);
      candidate.count = context.groups[subject.index].count;
    }
    const Judgement judgement = judge(about, excuse.at_most);
    candidate.verdict = judgement.verdict;
    candidate.score = judgement.score;
    candidates.push_back(candidate);
  }
  Findings findings;
  findings.left_out = keep_within_limits(context, candidates);
  const Starts starts = find_starts(context);
  MemoryOwners owners;
  for (const Candidate& candidate : candidates) {
    const Subject& subject = candidate.subject;
    const std::vector<const Evidence*>& about = by_subject.at(subject);
    const Excuse excuse = subject.kind == SubjectKind::kGroup ? excuse_of(context, subject.index) : Excuse{};
    const auto owner = subject.kind == SubjectKind::kHeapSite ? owners.find(subject.index) : owners.end();
    if (owner != owners.end() && owner->second.memory.is_small_change()) continue;
    const Judgement judgement = judge(about, excuse.at_most);
    Finding finding;
    finding.rule = std::string(judgement.rule);
    finding.verdict = judgement.verdict;
    finding.score_parts = judgement.parts;
    set_score(judgement.score, "a score is 100 at most, a leak's 50 at least", finding);
    switch (subject.kind) {
      case SubjectKind::kGroup:
        describe_group(context, starts, subject.index, finding);
        break;
      case SubjectKind::kHeapSite:
        describe_heap_site(context, subject.index, finding);
        break;
      case SubjectKind::kProcess:
        describe_process(context, judgement.rule, finding);
        break;
    }
    add_words(about, excuse, finding);
    if (subject.kind == SubjectKind::kGroup) {
      add_what_settles_it(context.groups[subject.index], about, finding);
      attach_memory(context, subject.index, finding, owners);
      add_root(context, by_subject, subject.index, finding);
      if (const auto list = behind.find(subject.index); list != behind.end()) {
        add_consequences(context, std::move(list->second), finding);
      }
    }
    if (owner != owners.end()) add_owner(owner->second, finding);
    finding.id = fingerprint(finding);
    findings.kept.push_back(std::move(finding));
  }
  sort_findings(findings.kept);
  return findings;
}

}  // namespace lf::detect
