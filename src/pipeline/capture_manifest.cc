#include "pipeline/capture_manifest.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "base/format.h"
#include "report/json_writer.h"
#include "report/numbers.h"

namespace lf::pipeline {
namespace {

constexpr std::string_view kSchema = "leakfinder/capture/v1";
constexpr std::size_t kMostSamples = 1'000'000;
constexpr std::size_t kMostFiles = 16;  // of one sample
constexpr std::size_t kMostIndexRows = 64;
constexpr std::size_t kMostDepth = 16;
constexpr std::size_t kLongestName = 100;

class TextSink final : public report::Sink {
 public:
  [[nodiscard]] Result<void> write(std::string_view text) override {
    text_ += text;
    return {};
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

template <class Texts>
void write_texts(report::JsonWriter& json, std::string_view name, const Texts& texts) {
  json.open_array(name);
  for (const auto& text : texts) json.text(text);
  json.end_array();
}

void write_sample(report::JsonWriter& json, const CapturedSample& sample) {
  json.begin_object();
  json.field("number", sample.number);
  json.field("at", report::rfc3339(sample.at));
  json.field("restarted", sample.restarted);
  json.open_object("index");
  for (const decode::IndexRow& row : sample.index) json.field(row.name, row.count);
  json.end_object();
  json.optional_field("num_gc", sample.num_gc);
  json.optional_field("total_alloc_bytes", sample.total_alloc_bytes);
  json.open_array("files");
  for (const CapturedFile& file : sample.files) {
    json.begin_object();
    json.field("name", file.name);
    json.field("profile", file.profile);
    json.field("debug", file.debug);
    json.field("bytes", file.bytes);
    json.end_object();
  }
  json.end_array();
  write_texts(json, "errors", sample.errors);
  json.end_object();
}

/// "2026-11-23T16:40:41.250Z", as `report::rfc3339` writes it.
std::optional<WallTime> parse_time(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return std::nullopt;
  }
  const auto part = [&](std::size_t at, std::size_t size) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + size, value);
    return value;
  };
  const year_month_day day{year(part(0, 4)), month(static_cast<unsigned>(part(5, 2))),
                           std::chrono::day(static_cast<unsigned>(part(8, 2)))};
  if (!day.ok() || part(11, 2) > 23 || part(14, 2) > 59 || part(17, 2) > 59) return std::nullopt;
  return WallTime(sys_days(day)) + hours(part(11, 2)) + minutes(part(14, 2)) + seconds(part(17, 2)) +
         milliseconds(part(20, 3));
}

bool is_plain_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  return !name.empty() && name.size() <= kLongestName && name.front() != '.' && std::ranges::all_of(name, plain);
}

/// Hears the parser. A place is the path of keys to it, without the indices of arrays: "samples/files/name".
class ManifestHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, ManifestHandler> {
 public:
  // NOLINTBEGIN(readability-identifier-naming): the library's names
  bool Null() { return pass(); }
  bool Bool(bool value) {
    if (at("complete")) manifest.complete = value;
    if (at("samples/restarted") && has_sample()) sample().restarted = value;
    return pass();
  }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text, text + length, value);
    if (error == std::errc{} && end == text + length) take_number(value);
    return pass();
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return take_text(std::string_view(text, length)) && pass();
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    open_.back().assign(text, length);
    return true;
  }
  bool StartObject() {
    if (at("samples")) {
      if (manifest.samples.size() >= kMostSamples) return refuse("has too many samples");
      manifest.samples.emplace_back();
    }
    if (at("samples/files") && has_sample()) {
      if (sample().files.size() >= kMostFiles) return refuse("has too many files in one sample");
      sample().files.emplace_back();
    }
    return enter();
  }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool StartArray() { return enter(); }
  bool EndArray(rapidjson::SizeType) { return leave(); }
  // NOLINTEND(readability-identifier-naming)

  CaptureManifest manifest;
  bool has_schema = false;
  std::string refusal;

 private:
  bool refuse(std::string why) {
    refusal = std::move(why);
    return false;
  }
  bool enter() {
    if (open_.size() >= kMostDepth) return refuse("is nested too deeply");
    open_.emplace_back();
    return true;
  }
  bool leave() {
    open_.pop_back();
    return true;
  }
  static bool pass() { return true; }

  /// Whether the value at hand is at `place`.
  bool at(std::string_view place) const {
    bool first = true;
    for (const std::string& key : open_) {
      if (key.empty()) continue;  // an array's
      if (!std::exchange(first, false)) {
        if (!place.starts_with('/')) return false;
        place.remove_prefix(1);
      }
      if (!place.starts_with(key)) return false;
      place.remove_prefix(key.size());
    }
    return place.empty() && !first;
  }
  /// Whether it is a member of the object at `place`; its key is `open_.back()`.
  bool in(std::string_view place) {
    if (open_.empty() || open_.back().empty()) return false;
    const std::string key = std::exchange(open_.back(), {});
    const bool inside = at(place);
    open_.back() = key;
    return inside;
  }
  bool has_sample() const { return !manifest.samples.empty(); }
  CapturedSample& sample() { return manifest.samples.back(); }
  bool has_file() const { return has_sample() && !manifest.samples.back().files.empty(); }
  CapturedFile& file() { return sample().files.back(); }

  void take_number(std::uint64_t value) {
    const auto as_ms = [&] {
      return std::chrono::milliseconds(static_cast<std::int64_t>(std::min<std::uint64_t>(value, 1ULL << 40U)));
    };
    if (at("samples_wanted")) manifest.samples_wanted = value;
    if (at("interval_ms")) manifest.interval = as_ms();
    if (at("cost/requests")) manifest.cost.requests = value;
    if (at("cost/bytes")) manifest.cost.bytes = value;
    if (at("cost/full_dumps")) manifest.cost.full_dumps = value;
    if (at("cost/forced_collections")) manifest.cost.forced_collections = value;
    if (at("cost/slowest_ms")) manifest.cost.slowest = as_ms();
    if (!has_sample()) return;
    if (at("samples/number")) sample().number = value;
    if (in("samples/index") && sample().index.size() < kMostIndexRows) {
      sample().index.push_back({TargetText(open_.back()), value});
    }
    if (at("samples/num_gc")) sample().num_gc = value;
    if (at("samples/total_alloc_bytes")) sample().total_alloc_bytes = value;
    if (has_file() && at("samples/files/debug"))
      file().debug = static_cast<unsigned>(std::min<std::uint64_t>(value, 9));
    if (has_file() && at("samples/files/bytes")) file().bytes = value;
  }

  bool take_time(std::string_view text, WallTime& time) {
    const std::optional<WallTime> parsed = parse_time(text);
    if (!parsed) return refuse(format("has the time \"{}\", which is none", visible(text.substr(0, kLongestName))));
    time = *parsed;
    return true;
  }

  bool take_text(std::string_view text) {
    if (at("schema")) {
      has_schema = text == kSchema;
      if (!has_schema)
        return refuse(format("has the schema \"{}\", not \"{}\"", visible(text.substr(0, 100)), kSchema));
    }
    if (at("tool/version")) manifest.tool_version = visible(text);
    if (at("target/url")) manifest.url = visible(text);
    if (at("target/go_version")) manifest.go_version = TargetText(text);
    if (at("started_at")) return take_time(text, manifest.started_at);
    if (at("skipped")) manifest.skipped.emplace_back(text);
    if (at("notes")) manifest.notes.emplace_back(text);
    if (!has_sample()) return true;
    if (at("samples/at")) return take_time(text, sample().at);
    if (at("samples/errors")) sample().errors.push_back(visible(text));
    if (!has_file()) return true;
    if (at("samples/files/profile")) file().profile = visible(text);
    if (at("samples/files/name")) {
      if (!is_plain_name(text)) {
        return refuse(format("names the file \"{}\", which is no plain name", visible(text.substr(0, 200))));
      }
      file().name = text;
    }
    return true;
  }

  std::vector<std::string> open_;
};

}  // namespace

std::uint64_t CaptureManifest::recorded() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(samples, [](const CapturedSample& sample) { return !sample.files.empty(); }));
}

std::string write_manifest(const CaptureManifest& manifest) {
  TextSink sink;
  report::JsonWriter json(sink);
  json.begin_object();
  json.field("schema", kSchema);
  json.open_object("tool");
  json.field("name", "leakfinder");
  json.field("version", manifest.tool_version);
  json.end_object();
  json.open_object("target");
  json.field("url", manifest.url);
  json.optional_text("go_version", manifest.go_version);
  json.end_object();
  json.field("started_at", report::rfc3339(manifest.started_at));
  json.field("samples_wanted", manifest.samples_wanted);
  json.field("interval_ms", static_cast<std::int64_t>(manifest.interval.count()));
  json.field("complete", manifest.complete);
  write_texts(json, "skipped", manifest.skipped);
  write_texts(json, "notes", manifest.notes);
  json.open_object("cost");
  json.field("requests", manifest.cost.requests);
  json.field("bytes", manifest.cost.bytes);
  json.field("full_dumps", manifest.cost.full_dumps);
  json.field("forced_collections", manifest.cost.forced_collections);
  json.field("slowest_ms", static_cast<std::int64_t>(manifest.cost.slowest.count()));
  json.end_object();
  json.open_array("samples");
  for (const CapturedSample& sample : manifest.samples) write_sample(json, sample);
  json.end_array();
  json.end_object();
  static_cast<void>(json.finish());  // a string takes everything
  return sink.take();
}

Result<CaptureManifest> parse_manifest(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  ManifestHandler handler;
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, handler);
  const std::string where = format("byte {}", parsed.Offset());
  if (!handler.refusal.empty()) {
    return fail(ErrorCode::kMalformed, format("the manifest {}", handler.refusal), where);
  }
  if (parsed.IsError()) return fail(ErrorCode::kMalformed, format("the manifest is no JSON from {} on", where), where);
  if (!handler.has_schema) {
    return fail(ErrorCode::kMalformed,
                format("the manifest has no schema \"{}\": no capture of leakfinder's", kSchema));
  }
  return std::move(handler.manifest);
}

}  // namespace lf::pipeline
