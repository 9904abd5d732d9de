#include "decode/goroutine_header.h"

#include <algorithm>
#include <limits>

#include "base/hash.h"
#include "decode/label_list.h"
#include "decode/text_fields.h"

namespace lf::decode {
namespace {

constexpr std::size_t kSeenHeaders = 256;
constexpr std::size_t kLongestSeen = 160;
constexpr std::string_view kGoroutine = "goroutine ";
constexpr std::string_view kMinutes = " minutes";
constexpr std::string_view kLabelsInside = " labels:{";

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

/// "chan receive (leaked) (scan) (durable)": the suffixes stand in this order, but any is taken as it comes.
void parse_state(std::string_view state, GoroutineHeader& header) {
  for (bool more = true; more;) {
    more = take_suffix(state, " (scan)");
    if (take_suffix(state, " (durable)") || take_suffix(state, " (synctest)")) {
      header.flags |= kInBubble;
      more = true;
    }
    if (take_suffix(state, " (leaked)")) {
      header.flags |= kLeaked;
      more = true;
    }
  }
  header.state = wait_state_of(state);
  if (header.state == WaitState::kLeaked) header.flags |= kLeaked;
  if (header.state == WaitState::kUnknown) header.oddities |= kOddState;
}

}  // namespace

HeaderReader::HeaderReader(Symbols& symbols) : symbols_(symbols), seen_(kSeenHeaders) {}

std::optional<GoroutineHeader> HeaderReader::read(std::string_view line) {
  if (!line.starts_with(kGoroutine)) return std::nullopt;
  line.remove_prefix(kGoroutine.size());
  const LeadingNumber id = leading_decimal(line);
  if (id.digits == 0) return std::nullopt;
  std::string_view after_id = line.substr(id.digits);

  // Minutes differ most; without them there are few headers. They stand after the state, before all else.
  LeadingNumber minutes;
  const auto ends_state = [](char c) { return c == ',' || c == ']' || c == '{'; };
  const auto comma = static_cast<std::size_t>(std::ranges::find_if(after_id, ends_state) - after_id.begin());
  if (after_id.substr(comma).starts_with(", ")) {
    const std::string_view part = after_id.substr(comma + 2);
    minutes = leading_decimal(part);
    if (minutes.digits != 0 && part.substr(minutes.digits).starts_with(kMinutes)) {
      without_minutes_.assign(after_id.substr(0, comma));
      without_minutes_.append(part.substr(minutes.digits + kMinutes.size()));
      after_id = without_minutes_;
    } else {
      minutes = {};
    }
  }

  GoroutineHeader header;
  if (after_id.size() > kLongestSeen) {
    if (!parse(after_id, header)) return std::nullopt;
  } else {
    Seen& seen = seen_[hash_text(after_id) % kSeenHeaders];
    if (seen.after_id != after_id || after_id.empty()) {
      if (!parse(after_id, header)) return std::nullopt;
      seen.after_id = after_id;
      seen.header = header;
    }
    header = seen.header;
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint16_t>::max();
  header.wait_minutes = static_cast<std::uint16_t>(std::min(minutes.value, kMost));
  if (minutes.capped) header.oddities |= kOddNumber;
  header.id = id.value;
  if (id.capped) header.oddities |= kOddNumber;
  if (id.value == 0) header.flags |= kScheduler;
  return header;
}

bool HeaderReader::parse(std::string_view after_id, GoroutineHeader& header) {
  if (after_id.starts_with(" gp=0x")) {
    const std::size_t bracket = after_id.find(" [");
    if (bracket == std::string_view::npos) return false;
    after_id.remove_prefix(bracket);
  }
  if (!after_id.starts_with(" [")) return false;
  std::string_view rest = after_id.substr(2);

  // Labels inside the brackets may hold "]" in quotes, so they are looked for first.
  std::string_view status;
  const std::size_t end = rest.find(']');
  if (end == std::string_view::npos) return false;
  const std::size_t inside = rest.find(kLabelsInside);
  if (inside < end) {
    status = rest.substr(0, inside);
    rest.remove_prefix(inside + kLabelsInside.size());
    const std::size_t length = parse_labels(rest, header);
    if (length != 0) {
      rest.remove_prefix(length);
    } else {
      header.oddities |= kOddField;
      const std::size_t last = rest.rfind(']');
      rest.remove_prefix(last == std::string_view::npos ? rest.size() : last);
    }
    if (!rest.starts_with(']')) return false;
    rest.remove_prefix(1);
  } else {
    status = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  if (rest.starts_with(" {")) {
    const std::size_t length = parse_labels(rest.substr(2), header);
    if (length != 0) {
      rest.remove_prefix(2 + length);
    } else {
      header.oddities |= kOddField;
      rest = ":";
    }
  }
  if (!rest.starts_with(':') || rest.find_first_not_of(" \t", 1) != std::string_view::npos) return false;

  std::size_t comma = status.find(", ");
  parse_state(status.substr(0, comma), header);
  while (comma != std::string_view::npos) {
    status.remove_prefix(comma + 2);
    comma = status.find(", ");
    parse_part(status.substr(0, comma), header);
  }
  return true;
}

/// Any part of the status but the state and the minutes.
void HeaderReader::parse_part(std::string_view part, GoroutineHeader& header) {
  if (part == "locked to thread") {
    header.flags |= kLockedToThread;
    return;
  }
  if (part.starts_with("synctest bubble ") || part.starts_with("synctest group ")) {
    header.flags |= kInBubble;
    return;
  }
  header.oddities |= kOddField;
}

std::size_t HeaderReader::parse_labels(std::string_view text, GoroutineHeader& header) {
  labels_.clear();
  const std::size_t length = read_label_list(text, symbols_, labels_);
  if (length != 0) header.labels = symbols_.intern_labels(labels_);
  return length;
}

}  // namespace lf::decode
