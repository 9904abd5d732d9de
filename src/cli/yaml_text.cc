#include "cli/yaml_text.h"

#include "target/source.h"

namespace lf::cli {

std::unexpected<Error> yaml_error(std::string_view name, const YAML::Mark& mark, std::string_view message) {
  const std::string where = mark.line >= 0 ? format("{}:{}", visible(name), mark.line + 1) : visible(name);
  return fail(ErrorCode::kUsage, format("{}: {}", where, message));
}

Result<YAML::Node> load_yaml(const std::string& text, std::string_view name) {
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    return yaml_error(name, error.mark, format("not valid YAML: {}", visible(error.msg)));
  } catch (const std::exception&) {
    return yaml_error(name, YAML::Mark::null_mark(), "not valid YAML");
  }
}

Result<std::string> read_text_file(const std::string& path, const Stop& stop) {
  constexpr std::uint64_t kLargestFile = 4ULL << 20;
  std::string text;
  const auto take = [&](std::span<const std::byte> chunk) {
    text.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return true;
  };
  const Result<std::uint64_t> read = target::read_file(path, kLargestFile, take, stop);
  if (read) return text;
  switch (read.error().code) {
    case ErrorCode::kInterrupted:
      return std::unexpected(read.error());
    case ErrorCode::kTooLarge:
      return fail(ErrorCode::kUsage, format("\"{}\" is larger than {} MiB", visible(path), kLargestFile >> 20));
    default:
      return fail(ErrorCode::kUsage, read.error().message);
  }
}

std::string key_text(const YAML::Node& key) {
  return key.IsScalar() ? key.Scalar() : std::string("?");
}

Error unknown_yaml_key(std::string_view name, const YAML::Node& key, std::string_view expected) {
  return yaml_error(name, key.Mark(), format("unknown key \"{}\": {}", visible(key_text(key)), expected)).error();
}

}  // namespace lf::cli
