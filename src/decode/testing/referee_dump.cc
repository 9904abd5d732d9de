#include "decode/testing/referee_dump.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>

#include "decode/testing/referee_stack.h"
#include "decode/testing/referee_text.h"
#include "model/wait_state.h"

namespace lf::decode::testing {
namespace {

/// A goroutine with what only the reading needs.
struct Block {
  PlainGoroutine goroutine;
  std::uint64_t parent = 0;            ///< "in goroutine N"
  std::vector<std::string> arguments;  ///< of each frame
};

bool take_suffix(std::string& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.resize(text.size() - suffix.size());
  return true;
}

/// Splits off the part after the last ", "; empty where there is none.
std::string last_part(const std::string& status) {
  const std::size_t comma = status.rfind(", ");
  return comma == std::string::npos ? "" : status.substr(comma + 2);
}

void drop_last_part(std::string& status) {
  status.resize(status.rfind(", "));
}

/// Reads "state (leaked) (scan) (durable), N minutes, locked to thread, synctest bubble N" from the right.
void read_status(std::string status, PlainGoroutine& goroutine) {
  if (last_part(status).starts_with("synctest bubble ") || last_part(status).starts_with("synctest group ")) {
    goroutine.flags |= kInBubble;
    drop_last_part(status);
  }
  if (last_part(status) == "locked to thread") {
    goroutine.flags |= kLockedToThread;
    drop_last_part(status);
  }
  std::string minutes = last_part(status);
  if (take_suffix(minutes, " minutes")) {
    const auto read = whole_number(minutes);
    goroutine.wait_minutes =
        static_cast<unsigned>(std::min<std::uint64_t>(read.value_or(0), std::numeric_limits<std::uint16_t>::max()));
    drop_last_part(status);
  }
  if (take_suffix(status, " (durable)") || take_suffix(status, " (synctest)")) goroutine.flags |= kInBubble;
  take_suffix(status, " (scan)");
  if (take_suffix(status, " (leaked)")) goroutine.flags |= kLeaked;
  goroutine.state = wait_state_name(wait_state_of(status));
}

/// Reads "goroutine 7 gp=0x… m=nil [status] {labels}:".
std::optional<PlainGoroutine> read_header(std::string_view line) {
  static constexpr std::string_view kStart = "goroutine ";
  if (!line.starts_with(kStart) || !line.ends_with(':')) return std::nullopt;
  line.remove_prefix(kStart.size());
  line.remove_suffix(1);
  PlainGoroutine goroutine;
  const std::size_t id_end = line.find(' ');
  const auto id = whole_number(line.substr(0, id_end));
  if (!id || id_end == std::string_view::npos) return std::nullopt;
  goroutine.id = *id;
  line.remove_prefix(id_end + 1);
  if (line.starts_with("gp=0x")) {
    const std::size_t bracket = line.find(" [");
    if (bracket == std::string_view::npos) return std::nullopt;
    line.remove_prefix(bracket + 1);
  }
  if (!line.starts_with('[')) return std::nullopt;
  line.remove_prefix(1);

  // Go 1.26 has the labels inside the brackets, every key and value quoted; 1.27 after them.
  static constexpr std::string_view kInside = " labels:{";
  if (const std::size_t inside = line.find(kInside); inside != std::string_view::npos && line.ends_with("}]")) {
    const auto labels = read_labels(line.substr(inside + kInside.size(), line.size() - 2 - inside - kInside.size()));
    if (!labels) return std::nullopt;
    goroutine.labels = *labels;
    read_status(std::string(line.substr(0, inside)), goroutine);
    return goroutine;
  }
  const std::size_t bracket = line.find(']');
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::string_view after = line.substr(bracket + 1);
  if (after.starts_with(" {") && after.ends_with('}')) {
    const auto labels = read_labels(after.substr(2, after.size() - 3));
    if (!labels) return std::nullopt;
    goroutine.labels = *labels;
  } else if (!after.empty()) {
    return std::nullopt;
  }
  read_status(std::string(line.substr(0, bracket)), goroutine);
  return goroutine;
}

/// "...51 frames elided..." and "...additional frames elided...".
bool is_elision(const std::string& line) {
  return line.starts_with("...") && line.ends_with(" frames elided...");
}

/// The line that says why a program ended, as the runtime prints it at the start of a line.
bool is_cause(const std::string& line) {
  return line.starts_with("panic: ") || line.starts_with("fatal error: ") || line.starts_with("SIGQUIT: ") ||
         line.starts_with("SIGABRT: ") || line.starts_with("SIGTERM: ") || line.starts_with("SIGSEGV: ");
}

/// Reads the lines of one block after its header; gives the number of lines read.
std::size_t read_body(std::span<const std::string> lines, Block& block) {
  bool in_ancestor = false;
  std::size_t k = 0;
  while (k < lines.size()) {
    const std::string& line = lines[k];
    if (line.empty() || read_header(line)) break;
    in_ancestor = in_ancestor || line.starts_with("[originating from goroutine ");
    const bool placed = k + 1 < lines.size() && lines[k + 1].starts_with('\t');
    const std::optional<PlaceLine> place = placed ? read_place(lines[k + 1]) : std::nullopt;
    if (is_elision(line)) {
      if (!in_ancestor) block.goroutine.flags |= kFramesElided;
      ++k;
    } else if (line.starts_with("created by ") && place) {
      std::string function = line.substr(11);
      if (const std::size_t in = function.rfind(" in goroutine "); in != std::string::npos) {
        if (!in_ancestor) block.parent = whole_number(std::string_view(function).substr(in + 14)).value_or(0);
        function.resize(in);
      }
      if (!in_ancestor) block.goroutine.creator = PlainFrame{function, place->file, place->line};
      k += 2;
    } else if (const auto call = read_call(line); call && place) {
      if (!in_ancestor) {
        block.goroutine.frames.push_back({call->function, place->file, place->line});
        block.arguments.push_back(call->arguments);
      }
      k += 2;
    } else {
      ++k;  // "stack unavailable", "non-Go function at pc=…", or a line that belongs to no dump
    }
  }
  return k;
}

/// A goroutine of the runtime's own (isSystemGoroutine): what it was started with is of package runtime, but for main,
/// iter.Pull's, and finalizers and cleanups that run code of the program. Without a stack its creator tells.
bool is_system(const PlainGoroutine& goroutine) {
  PlainStack frames = goroutine.frames;
  static constexpr std::array<std::string_view, 3> kUsers{"runtime.main", "runtime.corostart",
                                                          "runtime.handleAsyncEvent"};
  static constexpr std::array<std::string_view, 3> kCallUsers{"runtime.runfinq", "runtime.runFinalizers",
                                                              "runtime.runCleanups"};
  if (!frames.empty() && frames.back().function == "runtime.goexit") frames.pop_back();
  if (frames.empty()) return goroutine.creator && goroutine.creator->function.starts_with("runtime.");
  const std::string& start = frames.back().function;
  if (!start.starts_with("runtime.") || std::ranges::find(kUsers, start) != kUsers.end()) return false;
  if (std::ranges::find(kCallUsers, start) == kCallUsers.end()) return true;
  return std::ranges::all_of(frames, [](const PlainFrame& frame) { return frame.function.starts_with("runtime."); });
}

/// The first argument where it is an address for certain: "0x…" without "?".
std::optional<std::uint64_t> certain_address(const std::string& arguments) {
  const auto address = whole_hex(std::string_view(arguments).substr(0, arguments.find(',')));
  return address == 0 ? std::nullopt : address;
}

/// The primitive that a goroutine in a sync wait waits on: the receiver of the outermost method of one kind of
/// primitive, among the frames of package sync at the leaf, that shows it for certain; of a Cond also what
/// notifyListWait was given, which lies 16 bytes into it.
std::optional<std::uint64_t> sync_address(const Block& block) {
  std::string kind;
  std::optional<std::uint64_t> address;
  for (std::size_t k = 0; k < block.arguments.size(); ++k) {
    std::string function = block.goroutine.frames[k].function;
    if (function.starts_with("runtime.") && kind.empty()) continue;
    if (function.starts_with("internal/")) function.erase(0, 9);
    if (!function.starts_with("sync.")) break;
    const bool notify = function == "sync.runtime_notifyListWait";
    std::string here;
    if (notify || function == "sync.(*Cond).Wait") here = "cond";
    if (function == "sync.(*WaitGroup).Wait") here = "group";
    if (function == "sync.(*Mutex).lockSlow" || function == "sync.(*Mutex).Lock") here = "lock";
    if (function == "sync.(*RWMutex).Lock" || function == "sync.(*RWMutex).RLock") here = "lock";
    if (here.empty()) continue;
    if (!kind.empty() && here != kind) break;
    kind = here;
    if (const auto certain = certain_address(block.arguments[k])) address = *certain - (notify ? 16 : 0);
  }
  return address;
}

/// What "semacquire" in a header stands for: the first frame at the leaf that is a lock's or WaitGroup's method tells.
std::string semaphore_state(const PlainStack& frames) {
  for (const PlainFrame& frame : frames) {
    std::string function = frame.function;
    if (function.starts_with("internal/")) function.erase(0, 9);
    if (function == "sync.(*Mutex).lockSlow" || function == "sync.(*Mutex).Lock") return "sync.Mutex.Lock";
    if (function == "sync.(*RWMutex).Lock") return "sync.RWMutex.Lock";
    if (function == "sync.(*RWMutex).RLock") return "sync.RWMutex.RLock";
    if (function == "sync.(*WaitGroup).Wait") return "sync.WaitGroup.Wait";
    if (function == "sync.(*Cond).Wait" || function == "sync.runtime_notifyListWait") break;
    if (!function.starts_with("sync.") && !frame.function.starts_with("runtime.")) break;
  }
  return "semacquire";
}

bool waits_on_sync(const std::string& state) {
  const StateClass kind = state_class(wait_state_of(state));
  return kind == StateClass::kLock || kind == StateClass::kWaitGroup || kind == StateClass::kCond;
}

/// Marks who serves the request that made an HTTP dump: the first goroutine, which writes it, and the one that reads
/// ahead on its connection. Up to Go 1.20 that one does not tell its parent, so it is taken for ours where it is the
/// only one.
void mark_our_request(std::vector<Block>& blocks) {
  PlainGoroutine& first = blocks.front().goroutine;
  if (first.state != "running" || !calls(first.frames, "runtime/pprof.writeGoroutineStacks")) return;
  first.flags |= kServesOurRequest;
  std::vector<PlainGoroutine*> without_parent;
  for (Block& block : blocks) {
    const auto& creator = block.goroutine.creator;
    if (!creator || creator->function != "net/http.(*connReader).startBackgroundRead") continue;
    if (block.parent == first.id) block.goroutine.flags |= kServesOurRequest;
    if (block.parent == 0) without_parent.push_back(&block.goroutine);
  }
  if (without_parent.size() == 1) without_parent.front()->flags |= kServesOurRequest;
}

void finish_profile(std::vector<Block>& blocks, bool http_dump, PlainProfile& profile) {
  if (http_dump) mark_our_request(blocks);
  for (Block& block : blocks) {
    PlainGoroutine& goroutine = block.goroutine;
    if (goroutine.id == 0) {
      goroutine.flags |= kScheduler;
    } else if (!http_dump && is_system(goroutine)) {
      goroutine.flags |= kSystem;
      ++profile.system;
    } else {
      ++profile.total;
    }
    if (goroutine.state == "semacquire") goroutine.state = semaphore_state(goroutine.frames);
    if (waits_on_sync(goroutine.state)) goroutine.sync_address = sync_address(block);
    if (!http_dump) goroutine.frames = dump_frames(goroutine.frames);
    profile.goroutines.push_back(std::move(goroutine));
  }
  blocks.clear();
}

/// Takes the last line off a text that ends within a line: half a line says nothing, but a file line is whole once its
/// " +0x…" is there. Tells whether the text was cut so.
bool drop_half_line(std::vector<std::string>& lines) {
  const std::string last = lines.back();
  lines.pop_back();
  const std::size_t offset = last.rfind(" +0x");
  const bool ends_in_offset =
      offset != std::string::npos && last.find_first_not_of("0123456789abcdef", offset + 4) == std::string::npos;
  if (last.starts_with('\t') && ends_in_offset && read_place(last)) lines.push_back(last);
  return !last.empty();
}

}  // namespace

PlainResult referee_dump(std::string_view text, bool http_dump) {
  PlainResult result;
  std::vector<std::string> lines = split_lines(text);
  bool cut = drop_half_line(lines);
  std::vector<Block> blocks;
  bool other_thread = false;
  for (std::size_t k = 0; k < lines.size();) {
    if (lines[k] == "-----") other_thread = true;
    if (is_cause(lines[k])) {
      if (result.cause.empty()) result.cause = lines[k];
      // What follows the report of another death is another process's dump; not so what follows "-----", the section of
      // another thread of the same process (GOTRACEBACK=crash).
      if (!blocks.empty() && !other_thread) finish_profile(blocks, http_dump, result.profiles.emplace_back());
    }
    std::optional<PlainGoroutine> header = read_header(lines[k]);
    ++k;
    if (!header) continue;
    Block& block = blocks.emplace_back();
    block.goroutine = std::move(*header);
    const std::size_t body = read_body(std::span(lines).subspan(k), block);
    k += body;
    if (k < lines.size()) continue;
    // The text ends in this block, perhaps between a function or creator and its file, or before its first frame.
    cut = cut || body == 0 || read_call(lines.back()) || lines.back().starts_with("created by ");
    if (cut && block.goroutine.frames.empty()) {
      blocks.pop_back();
    } else if (cut && !block.goroutine.creator) {
      block.goroutine.flags |= kFramesElided;
    }
  }
  if (!blocks.empty()) finish_profile(blocks, http_dump, result.profiles.emplace_back());
  if (!result.profiles.empty()) result.profiles.back().truncated = cut || text.size() == (64U << 20);
  return result;
}

}  // namespace lf::decode::testing
