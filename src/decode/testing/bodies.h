#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "decode/testing/plain_records.h"

namespace lf::decode::testing {

/// Which of the referee's readings a body needs; told by the name that samples and corpus give their files.
enum class Form { kNone, kHttpDump, kCrashLog, kCounts, kLeakCounts, kHeapText, kProfile };

/// A recorded body. `bytes` are unzipped.
struct Body {
  std::filesystem::path path;
  Form form = Form::kNone;
  std::string bytes;
};

/// All files below `folder` of a form that the referee reads, sorted by path, not yet read.
std::vector<std::filesystem::path> recorded_files(const std::filesystem::path& folder);

Body read_body(const std::filesystem::path& path);

/// Unzips `bytes` where they are gzip, else gives them back.
std::string unzipped(std::string bytes);

/// What the referee reads in `body`.
PlainResult referee(const Body& body);

/// Empties the states of counts: they are inferred, which the referee leaves to the dump of the same moment.
void forget_inferred_states(PlainResult& result);

}  // namespace lf::decode::testing
