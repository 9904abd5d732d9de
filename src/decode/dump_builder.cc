#include "decode/dump_builder.h"

#include <algorithm>
#include <utility>

#include "decode/text_fields.h"

namespace lf::decode {
namespace {

/// N of "created by f in goroutine N", where the line's mask cut.
std::optional<std::uint64_t> parent_id(std::string_view text, const BlockLine& created_by) {
  constexpr std::string_view kInGoroutine = " in goroutine ";
  const std::string_view masked = text.substr(created_by.masked_end, created_by.end - created_by.masked_end);
  if (!masked.starts_with(kInGoroutine)) return std::nullopt;
  return leading_decimal(masked.substr(kInGoroutine.size())).value;
}

GoroutineForm form_of(DumpSource source) {
  return source == DumpSource::kHttp ? GoroutineForm::kDump : GoroutineForm::kCrashLog;
}

}  // namespace

DumpBuilder::DumpBuilder(Symbols& symbols, const DecodeLimits& limits, DumpSource source)
    : limits_(limits),
      source_(source),
      symbols_(symbols),
      headers_(symbols),
      parser_(symbols, source),
      overflows_before_(symbols.overflows().total()) {
  profile_.form = form_of(source);
}

void DumpBuilder::add(std::string_view text, std::span<const BlockLine> lines, std::uint64_t sample,
                      std::uint64_t offset, bool cut) {
  open_frame_ = false;
  if (lines.empty()) return;
  const std::string_view first = text.substr(0, lines[0].end);
  if (!starts_goroutine(first)) {
    pass_over(lines.size(), offset);
    return;
  }
  const std::optional<GoroutineHeader> header = headers_.read(first);
  if (!header) {
    if (!cut) leave_out(offset);
    return;
  }
  const BlockFacts& facts = facts_of(text, lines, sample);
  open_frame_ = facts.open_frame;
  if (cut && !facts.stack) return;
  note_oddities(*header, facts, lines, offset, cut);

  Goroutine goroutine;
  goroutine.id = header->id;
  goroutine.stack = facts.stack;
  goroutine.creator = facts.creator;
  goroutine.labels = header->labels;
  goroutine.wait_minutes = header->wait_minutes;
  goroutine.state = header->state;
  goroutine.flags = header->flags | facts.flags;
  if (goroutine.has(kScheduler)) goroutine.flags &= static_cast<std::uint8_t>(~kSystem);
  if (cut && !facts.creator) goroutine.flags |= kFramesElided;
  if (source_ == DumpSource::kHttp) note_our_request(text, lines, facts, goroutine);
  count(goroutine);
  if (facts.sync.count != 0 && waits_on_sync(goroutine.state)) note_sync_wait(text, lines, facts, goroutine);
}

const BlockFacts& DumpBuilder::facts_of(std::string_view text, std::span<const BlockLine> lines, std::uint64_t sample) {
  if (const BlockFacts* known = known_.find(text, lines, sample)) return *known;
  return known_.remember(sample, parser_.parse(text, lines));
}

void DumpBuilder::count(const Goroutine& goroutine) {
  ++added_;
  if (goroutine.has(kSystem)) {
    ++profile_.system;
  } else if (!goroutine.has(kScheduler)) {
    ++profile_.total;
  }
  if (profile_.goroutines.size() < limits_.goroutines) {
    profile_.goroutines.push_back(goroutine);
  } else if (!goroutine.has(kSystem) && !goroutine.has(kScheduler)) {
    ++profile_.dropped;
  }
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

void DumpBuilder::note_sync_wait(std::string_view text, std::span<const BlockLine> lines, const BlockFacts& facts,
                                 const Goroutine& goroutine) {
  if (profile_.sync_waits.size() >= limits_.goroutines) return;
  for (const SyncArguments::Place& place : std::span(facts.sync.places).first(facts.sync.count)) {
    const BlockLine& line = lines[place.line];
    const auto address = certain_address(text.substr(line.masked_end, line.end - line.masked_end));
    if (!address || *address <= place.offset) continue;
    profile_.sync_waits.push_back({goroutine.id, *address - place.offset});
    return;
  }
}

void DumpBuilder::note_our_request(std::string_view text, std::span<const BlockLine> lines, const BlockFacts& facts,
                                   Goroutine& goroutine) {
  if (added_ == 0 && facts.writes_dump && goroutine.state == WaitState::kRunning) {
    our_id_ = goroutine.id;
    goroutine.flags |= kServesOurRequest;
  } else if (facts.reads_ahead && our_id_) {
    if (const auto parent = parent_id(text, lines[facts.creator_line])) {
      if (*parent == *our_id_) goroutine.flags |= kServesOurRequest;
    } else {
      ++readers_without_parent_;
      reader_without_parent_ = profile_.goroutines.size();
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

GoroutineProfile DumpBuilder::take_profile() {
  if (readers_without_parent_ == 1 && reader_without_parent_ < profile_.goroutines.size()) {
    profile_.goroutines[reader_without_parent_].flags |= kServesOurRequest;
  }
  std::ranges::sort(profile_.sync_waits, {}, &SyncWait::goroutine_id);
  if (profile_.dropped != 0) {
    warnings_.add(WarningCode::kLimitReached,
                  TargetText("more goroutines than -max-goroutines allows: the rest was counted, not kept"), {},
                  profile_.dropped);
  }
  if (const std::uint64_t overflows = symbols_.overflows().total(); overflows != overflows_before_) {
    warnings_.add(WarningCode::kLimitReached, {}, overflows - overflows_before_);
    overflows_before_ = overflows;
  }
  GoroutineProfile taken = std::exchange(profile_, {});
  profile_.form = form_of(source_);
  added_ = 0;
  our_id_.reset();
  readers_without_parent_ = 0;
  return taken;
}

}  // namespace lf::decode
