#include "decode/testing/bodies.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include <zlib.h>

#include "base/testing/source_dir.h"
#include "decode/testing/referee_counts.h"
#include "decode/testing/referee_dump.h"
#include "decode/testing/referee_profile.h"

namespace lf::decode::testing {
namespace {

struct NamedForm {
  std::string_view part;
  Form form;
};

/// The first part that a file's name contains tells.
constexpr std::array<NamedForm, 16> kForms{{{"goroutineleak-debug2-", Form::kHttpDump},
                                            {"goroutine-debug2-", Form::kHttpDump},
                                            {".goroutineleak.2.txt", Form::kHttpDump},
                                            {".goroutine.2.txt", Form::kHttpDump},
                                            {"goroutineleak-debug1-", Form::kLeakCounts},
                                            {".goroutineleak.1.txt", Form::kLeakCounts},
                                            {"goroutine-debug1-", Form::kCounts},
                                            {".goroutine.1.txt", Form::kCounts},
                                            {"heap-debug1-", Form::kHeapText},
                                            {".heap.1.txt", Form::kHeapText},
                                            {".pb.gz", Form::kProfile},
                                            {"panic-", Form::kCrashLog},
                                            {"deadlock-", Form::kCrashLog},
                                            {"sigquit-", Form::kCrashLog},
                                            {"synctest-", Form::kCrashLog},
                                            {"", Form::kNone}}};

Form form_of(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  for (const NamedForm& named : kForms) {
    if (name.find(named.part) != std::string::npos) return named.form;
  }
  return Form::kNone;
}

}  // namespace

std::vector<std::filesystem::path> recorded_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && form_of(entry.path()) != Form::kNone) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

Body read_body(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  return {path, form_of(path), unzipped(std::move(bytes))};
}

std::string unzipped(std::string bytes) {
  if (!bytes.starts_with("\x1f\x8b")) return bytes;
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return {};
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 64 * 1024> piece{};
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  return out;
}

PlainResult referee(const Body& body) {
  PlainResult result;
  switch (body.form) {
    case Form::kHttpDump:
      result = referee_dump(body.bytes, true);
      break;
    case Form::kCrashLog:
      result = referee_dump(body.bytes, false);
      break;
    case Form::kCounts:
      result = referee_counts(body.bytes, false);
      break;
    case Form::kLeakCounts:
      result = referee_counts(body.bytes, true);
      break;
    case Form::kHeapText:
      result = referee_heap(body.bytes);
      break;
    case Form::kProfile:
      result = referee_profile(body.bytes);
      break;
    case Form::kNone:
      break;
  }
  return result;
}

void forget_inferred_states(PlainResult& result) {
  for (PlainProfile& profile : result.profiles) {
    std::map<PlainCountKey, std::int64_t> without;
    for (const auto& [key, count] : profile.counts) {
      PlainCountKey stateless = key;
      stateless.state.clear();
      without[std::move(stateless)] += count;
    }
    profile.counts = std::move(without);
  }
}

}  // namespace lf::decode::testing
