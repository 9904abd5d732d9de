#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash_index.h"
#include "decode/block_lines.h"
#include "decode/crash_lines.h"
#include "decode/dump_builder.h"
#include "decode/log_prefix.h"

namespace lf::decode {

/// The lines of one process in a log: all with the same prefix, which is taken off before they come here.
///
/// Gathers the lines of a block and hands it to the builder once it is whole. A new dump starts where a cause follows
/// goroutines, where a goroutine's id comes again, and where a dump is written over HTTP; but the sections of a
/// process's other threads ("-----", GOTRACEBACK=crash) belong to one dump, and there an id that comes again only adds
/// a stack that was not at hand before.
class CrashStream {
 public:
  CrashStream(LogPrefix prefix, DumpBuilder& builder, std::size_t line_bytes);

  const LogPrefix& prefix() const { return prefix_; }

  /// Takes a line; `offset` is where it stands in the log. `whole`: it ended with "\n".
  void take(std::string_view line, std::uint64_t offset, bool whole);
  /// A line of something else, counted where more of this dump follows.
  void take_foreign(std::uint64_t offset);
  /// Why the process died, as far as known: of several before the first goroutine the last one counts.
  void set_cause(std::string_view cause);
  /// Takes over the block that has been opened in `other`.
  void adopt_block(CrashStream& other);

  /// Ends the block and the dump; `cut`: the log ends here without being whole. Returns whether the dump was cut.
  bool finish(bool cut);

  bool in_block() const { return !block_.empty(); }
  bool in_dump() const { return in_block() || dump_.added != 0; }
  /// Whether anything but a header came since the block was opened.
  bool has_only_header() const { return in_block() && block_.size() == header_bytes_; }
  /// The cause of the first dump that has one.
  const std::string& cause() const { return first_cause_; }

 private:
  void append(std::string_view front, std::string_view line);
  void open_block(std::string_view header, std::uint64_t offset);
  void close_block(bool cut);
  void start_dump();
  void finish_dump();
  void join_thread_section(std::uint32_t place);
  void add_block(GrowingDump& dump, bool cut);
  void take_partial(CrashLine kind, std::string_view line, std::uint64_t offset);

  LogPrefix prefix_;
  DumpBuilder& builder_;
  BlockScanner scanner_;
  std::size_t block_bytes_;
  GrowingDump dump_;
  HashIndex places_;   ///< of the dump's goroutines, by id
  std::string block_;  ///< lines as goroutine?debug=2 has them
  std::size_t header_bytes_ = 0;
  std::uint64_t block_offset_ = 0;
  std::string held_word_;  ///< a C function, if a place follows
  std::string cause_, first_cause_;
  std::uint64_t foreign_lines_ = 0, foreign_offset_ = 0;
  bool expects_place_ = false;
  bool in_runtime_stack_ = false;
  bool in_thread_section_ = false;
  bool too_long_ = false;
  bool cut_ = false;
};

}  // namespace lf::decode
