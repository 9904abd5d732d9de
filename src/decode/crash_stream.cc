#include "decode/crash_stream.h"

#include <limits>
#include <utility>

#include "base/hash.h"
#include "decode/text_fields.h"

namespace lf::decode {
namespace {

constexpr std::size_t kLongestCause = 4096;
constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();

std::uint64_t id_of_block(std::string_view block) {
  constexpr std::size_t kBeforeId = std::string_view("goroutine ").size();
  return leading_decimal(block.substr(kBeforeId)).value;
}

/// Whether a goroutine's header may begin so.
bool begins_header(std::string_view line) {
  constexpr std::string_view kGoroutine = "goroutine ";
  return line.starts_with(kGoroutine) || (!line.empty() && kGoroutine.starts_with(line));
}

}  // namespace

CrashStream::CrashStream(LogPrefix prefix, DumpBuilder& builder, std::size_t line_bytes)
    : prefix_(std::move(prefix)), builder_(builder), scanner_(line_bytes), block_bytes_(4 * line_bytes) {}

void CrashStream::take(std::string_view line, std::uint64_t offset, bool whole) {
  line = without_spaces_behind(line);
  CrashLine kind = classify_crash_line(line);
  if (expects_place_ && (kind == CrashLine::kForeign || kind == CrashLine::kWord) && is_place(line)) {
    kind = CrashLine::kPlace;
  }
  if (!whole && in_block()) {
    take_partial(kind, line, offset);
    return;
  }
  if (!whole && in_dump() && begins_header(line) && kind != CrashLine::kHeader) {
    cut_ = true;
    return;
  }
  std::string word = std::exchange(held_word_, {});
  switch (kind) {
    case CrashLine::kEmpty:
      close_block(false);
      in_runtime_stack_ = false;
      return;
    case CrashLine::kHeader:
      close_block(false);
      open_block(line, offset);
      return;
    case CrashLine::kFunction:
    case CrashLine::kCreator:
      if (!in_block()) break;
      append({}, line);
      expects_place_ = true;
      return;
    case CrashLine::kPlace:
      if (!in_block() || (!expects_place_ && word.empty())) break;
      if (!expects_place_) append({}, word);
      append("\t", untabbed(line));
      expects_place_ = false;
      return;
    case CrashLine::kStackNote:
      if (!in_block()) break;
      append(line[0] == '\t' || line[0] == ' ' || line[0] == '#' ? "\t" : "", untabbed(line));
      return;
    case CrashLine::kWord:
      if (in_block()) held_word_ = line;
      break;
    case CrashLine::kCause:
      close_block(false);
      if (dump_.added != 0 && !in_thread_section_) start_dump();
      set_cause(cause_in(line));
      return;
    case CrashLine::kRuntimeStack:
      close_block(false);
      in_runtime_stack_ = true;
      return;
    case CrashLine::kThread:
      close_block(false);
      in_thread_section_ = true;
      return;
    case CrashLine::kTrailer:
      return;
    case CrashLine::kForeign:
      break;
  }
  if (!in_runtime_stack_) take_foreign(offset);
}

/// The log ends within this line. It counts only where what it says of the stack is whole.
void CrashStream::take_partial(CrashLine kind, std::string_view line, std::uint64_t offset) {
  const bool said_all = masked_place_length(line) != line.size();
  if (kind == CrashLine::kPlace && expects_place_ && said_all) take(line, offset, true);
  cut_ = true;
}

void CrashStream::take_foreign(std::uint64_t offset) {
  if (!in_dump()) return;
  if (foreign_lines_++ == 0) foreign_offset_ = offset;
}

void CrashStream::set_cause(std::string_view cause) {
  if (dump_.added == 0) cause_ = cause.substr(0, kLongestCause);
}

void CrashStream::adopt_block(CrashStream& other) {
  close_block(false);
  open_block(without_spaces_behind(std::string_view(other.block_).substr(0, other.block_.size() - 1)),
             other.block_offset_);
  if (cause_.empty()) set_cause(other.cause_);
}

/// Everything appended shows that the lines passed over before stood within the dump.
void CrashStream::append(std::string_view front, std::string_view line) {
  if (const std::uint64_t lines = std::exchange(foreign_lines_, 0); lines != 0) {
    builder_.pass_over(lines, foreign_offset_);
  }
  if (block_.size() + line.size() > block_bytes_) {
    too_long_ = true;
    return;
  }
  block_.append(front).append(line).push_back('\n');
}

void CrashStream::open_block(std::string_view header, std::uint64_t offset) {
  const std::uint64_t id = id_of_block(header);
  const auto is_same = [&](std::uint32_t place) { return dump_.profile.goroutines[place].id == id; };
  const bool seen = id != 0 && places_.find(NumberHash{}(id), is_same, kNowhere) != kNowhere;
  if (seen && !in_thread_section_) start_dump();
  in_runtime_stack_ = false;
  block_offset_ = offset;
  append({}, header);
  header_bytes_ = block_.size();
}

void CrashStream::close_block(bool cut) {
  expects_place_ = false;
  held_word_.clear();
  if (block_.empty()) return;
  const std::uint64_t id = id_of_block(block_);
  const auto is_same = [&](std::uint32_t place) { return dump_.profile.goroutines[place].id == id; };
  const std::uint32_t seen = id == 0 ? kNowhere : places_.find(NumberHash{}(id), is_same, kNowhere);
  if (too_long_) {
    builder_.leave_out(block_offset_);
  } else if (seen != kNowhere) {
    join_thread_section(seen);
  } else {
    const std::uint64_t before = dump_.added;
    add_block(dump_, cut);
    if (dump_.added != 0 && first_cause_.empty()) first_cause_ = cause_;
    if (dump_.added < before) places_ = {};
    const std::vector<Goroutine>& kept = dump_.profile.goroutines;
    if (dump_.added != before && id != 0 && !kept.empty() && kept.back().id == id) {
      const auto place = static_cast<std::uint32_t>(kept.size() - 1);
      places_.find_or_insert(NumberHash{}(id), [](std::uint32_t) { return false; }, [&] { return place; });
    }
  }
  block_.clear();
  too_long_ = false;
}

/// A goroutine that was printed before, in the section of the thread that runs it: there its stack is at hand.
void CrashStream::join_thread_section(std::uint32_t place) {
  Goroutine& known = dump_.profile.goroutines[place];
  if (known.stack) return;
  GrowingDump again;
  add_block(again, false);
  if (again.profile.goroutines.empty()) return;
  const Goroutine& fuller = again.profile.goroutines.front();
  known.stack = fuller.stack;
  if (fuller.creator) known.creator = fuller.creator;
  if (fuller.has(kFramesElided)) known.flags |= kFramesElided;
}

void CrashStream::add_block(GrowingDump& dump, bool cut) {
  scanner_.start(block_);
  const ScannedBlock block = scanner_.scan();
  if (block.how == BlockEnd::kTooLong) {
    builder_.leave_out(block_offset_);
  } else {
    builder_.add(dump, block_, scanner_.lines(), block.sample, block_offset_, cut);
  }
}

void CrashStream::finish_dump() {
  dump_.profile.deadlocked = tells_deadlock(cause_);
  builder_.finish(dump_);
}

void CrashStream::start_dump() {
  finish_dump();
  places_ = {};
  cause_.clear();
  foreign_lines_ = 0;
  in_thread_section_ = false;
}

bool CrashStream::finish(bool cut) {
  if (in_block() && (expects_place_ || has_only_header())) cut_ = true;
  cut_ = cut_ || (cut && in_dump());
  close_block(cut_);
  if (dump_.added != 0) {
    finish_dump();
    builder_.last_profile()->truncated = cut_;
  }
  return cut_;
}

}  // namespace lf::decode
