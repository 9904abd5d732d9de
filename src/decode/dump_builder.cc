#include "decode/dump_builder.h"

#include <algorithm>
#include <utility>

#include "decode/text_fields.h"
#include "model/overflow_warnings.h"

namespace lf::decode {
namespace {

/// N of "created by f in goroutine N", where the line's mask cut.
std::optional<std::uint64_t> parent_id(std::string_view text, const BlockLine& created_by) {
  constexpr std::string_view kInGoroutine = " in goroutine ";
  const std::string_view masked = text.substr(created_by.masked_end, created_by.end - created_by.masked_end);
  if (!masked.starts_with(kInGoroutine)) return std::nullopt;
  return leading_decimal(masked.substr(kInGoroutine.size())).value;
}

}  // namespace

DumpBuilder::DumpBuilder(Symbols& symbols, const DecodeLimits& limits, DumpSource source)
    : limits_(limits),
      source_(source),
      symbols_(symbols),
      headers_(symbols),
      parser_(symbols, source),
      overflows_before_(symbols.overflows()) {}

void DumpBuilder::add(GrowingDump& dump, std::string_view text, std::span<const BlockLine> lines, std::uint64_t sample,
                      std::uint64_t offset, bool cut) {
  if (lines.empty()) return;
  const std::string_view first = text.substr(0, lines[0].end);
  if (!starts_goroutine(first)) {
    pass_over(lines.size(), offset);
    return;
  }
  known_.expect(sample);
  const std::optional<GoroutineHeader> header = headers_.read(first);
  if (!header) {
    if (!cut) leave_out(offset);
    return;
  }
  const BlockFacts& facts = facts_of(text, lines, sample);
  if (cut && !facts.stack) return;
  if (dump.added != 0 && facts.writes_dump && header->state == WaitState::kRunning) finish(dump);
  note_oddities(*header, facts, lines, offset, cut);

  Goroutine goroutine;
  goroutine.id = header->id;
  goroutine.stack = facts.stack;
  goroutine.creator = facts.creator;
  goroutine.labels = header->labels;
  goroutine.wait_minutes = header->wait_minutes;
  goroutine.state = header->state == WaitState::kSemacquire ? facts.semaphore : header->state;
  goroutine.flags = header->flags | facts.flags;
  if (goroutine.has(kScheduler)) goroutine.flags &= static_cast<std::uint8_t>(~kSystem);
  if (cut && !facts.creator) goroutine.flags |= kFramesElided;
  note_our_request(dump, text, lines, facts, goroutine);
  count(dump, goroutine, offset);
  note_parent(dump.profile, text, lines, facts);
  if (facts.sync.count != 0 && waits_on_sync(goroutine.state))
    note_sync_wait(dump.profile, text, lines, facts, goroutine);
}

const BlockFacts& DumpBuilder::facts_of(std::string_view text, std::span<const BlockLine> lines, std::uint64_t sample) {
  if (const BlockFacts* known = known_.find(text, lines, sample)) return *known;
  return known_.remember(sample, parser_.parse(text, lines));
}

void DumpBuilder::count(GrowingDump& dump, const Goroutine& goroutine, std::uint64_t offset) {
  GoroutineProfile& profile = dump.profile;
  if (dump.added++ == 0) dump.offset = offset;
  if (goroutine.has(kSystem)) {
    ++profile.system;
  } else if (!goroutine.has(kScheduler)) {
    ++profile.total;
  }
  if (profile.goroutines.size() < limits_.goroutines) {
    profile.goroutines.push_back(goroutine);
  } else if (!goroutine.has(kSystem) && !goroutine.has(kScheduler)) {
    ++profile.dropped;
  }
}

void DumpBuilder::note_parent(GoroutineProfile& profile, std::string_view text, std::span<const BlockLine> lines,
                              const BlockFacts& facts) {
  const std::size_t size = profile.goroutines.size();
  if (profile.parents.size() >= size || !facts.creator || facts.creator_line >= lines.size()) return;
  const std::optional<std::uint64_t> parent = parent_id(text, lines[facts.creator_line]);
  if (!parent) return;
  profile.parents.resize(size);
  profile.parents.back() = static_cast<std::uint32_t>(*parent);
}

void DumpBuilder::note_oddities(const GoroutineHeader& header, const BlockFacts& facts,
                                std::span<const BlockLine> lines, std::uint64_t offset, bool cut) {
  if (header.oddities != 0) {
    const auto note = [&](HeaderOddity oddity, WarningCode code) {
      if ((header.oddities & oddity) != 0) warnings_.add(code, byte_place(offset));
    };
    note(kOddState, WarningCode::kUnknownState);
    note(kOddField, WarningCode::kMalformedField);
    note(kOddNumber, WarningCode::kNumberOutOfRange);
  }
  if (facts.odd_number) warnings_.add(WarningCode::kNumberOutOfRange, byte_place(offset));
  const bool lost_last = facts.open_frame && !cut;
  const std::uint32_t malformed = facts.malformed_frames + (lost_last ? 1 : 0);
  if (malformed != 0) {
    const std::size_t line = facts.malformed_frames != 0 ? facts.malformed_line : lines.size() - 1;
    warnings_.add(WarningCode::kMalformedFrame, TargetText(warning_brief(WarningCode::kMalformedFrame)),
                  byte_place(offset + lines[line].begin), malformed);
  }
}

void DumpBuilder::note_sync_wait(GoroutineProfile& profile, std::string_view text, std::span<const BlockLine> lines,
                                 const BlockFacts& facts, const Goroutine& goroutine) {
  if (profile.sync_waits.size() >= limits_.goroutines) return;
  for (const SyncArguments::Place& place : std::span(facts.sync.places).first(facts.sync.count)) {
    const BlockLine& line = lines[place.line];
    const auto address = certain_address(text.substr(line.masked_end, line.end - line.masked_end));
    if (!address || *address <= place.offset) continue;
    profile.sync_waits.push_back({goroutine.id, *address - place.offset});
    return;
  }
}

void DumpBuilder::note_our_request(GrowingDump& dump, std::string_view text, std::span<const BlockLine> lines,
                                   const BlockFacts& facts, Goroutine& goroutine) {
  if (dump.added == 0 && facts.writes_dump && goroutine.state == WaitState::kRunning) {
    dump.our_id = goroutine.id;
    goroutine.flags |= kServesOurRequest;
  } else if (facts.reads_ahead && dump.our_id) {
    if (const auto parent = parent_id(text, lines[facts.creator_line])) {
      if (*parent == *dump.our_id) goroutine.flags |= kServesOurRequest;
    } else {
      ++dump.readers_without_parent;
      dump.reader_without_parent = dump.profile.goroutines.size();
    }
  }
}

void DumpBuilder::leave_out(std::uint64_t offset) {
  warnings_.add(WarningCode::kMalformedGoroutine, byte_place(offset));
}

void DumpBuilder::pass_over(std::uint64_t lines, std::uint64_t offset) {
  warnings_.add(WarningCode::kForeignLines, TargetText(warning_brief(WarningCode::kForeignLines)), byte_place(offset),
                lines);
}

void DumpBuilder::finish(GrowingDump& dump) {
  if (dump.added == 0) return;
  GrowingDump done = std::exchange(dump, {});
  GoroutineProfile& profile = done.profile;
  profile.form = source_ == DumpSource::kHttp ? GoroutineForm::kDump : GoroutineForm::kCrashLog;
  if (done.readers_without_parent == 1 && done.reader_without_parent < profile.goroutines.size()) {
    profile.goroutines[done.reader_without_parent].flags |= kServesOurRequest;
  }
  if (!profile.parents.empty()) profile.parents.resize(profile.goroutines.size());
  std::ranges::sort(profile.sync_waits, {}, &SyncWait::goroutine_id);
  if (profile.dropped != 0) {
    warnings_.add(WarningCode::kLimitReached, TargetText(kTooManyGoroutines), {}, profile.dropped);
  }
  warn_of_overflows(overflows_before_, symbols_.overflows(), {}, warnings_);
  overflows_before_ = symbols_.overflows();
  profiles_.emplace_back(done.offset, std::move(profile));
}

std::vector<GoroutineProfile> DumpBuilder::take_profiles(std::uint64_t size_bytes) {
  std::ranges::stable_sort(profiles_, {}, [](const auto& entry) { return entry.first; });
  std::vector<GoroutineProfile> taken;
  std::uint64_t begin = 0;
  for (std::size_t k = 0; k < profiles_.size(); ++k) {
    const std::uint64_t end = k + 1 < profiles_.size() ? profiles_[k + 1].first : size_bytes;
    profiles_[k].second.size_bytes = end - begin;
    begin = end;
    taken.push_back(std::move(profiles_[k].second));
  }
  profiles_.clear();
  return taken;
}

}  // namespace lf::decode
