#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/testing/source_dir.h"

namespace lf::decode::testing {

/// The bytes of a file, empty where it can't be read.
inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A file of testdata/decode/.
inline std::string read_testdata(std::string_view name) {
  return read_bytes(source_dir() / "testdata" / "decode" / name);
}

/// The whole corpus lies beside the clone, where it is there at all; a part of it is in testdata/.
inline std::filesystem::path whole_corpus() {
  return source_dir().parent_path() / "shared" / "corpus";
}
inline bool has_whole_corpus() {
  return std::filesystem::is_directory(whole_corpus());
}
inline std::filesystem::path corpus_folder() {
  return has_whole_corpus() ? whole_corpus() : source_dir() / "testdata" / "corpus";
}

/// The regular files below `folder` whose names contain `part`, sorted.
inline std::vector<std::filesystem::path> files_with(const std::filesystem::path& folder, std::string_view part) {
  std::vector<std::filesystem::path> found;
  if (!std::filesystem::exists(folder)) return found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().filename().string().find(part) != std::string::npos) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

inline std::span<const std::byte> as_byte_span(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace lf::decode::testing
