#include "report/json_writer.h"

#include <cmath>
#include <string>

#include <rapidjson/prettywriter.h>

#include "report/numbers.h"

namespace lf::report {
namespace {

/// rapidjson's output stream onto a Sink, in blocks.
class SinkStream {
 public:
  using Ch = char;
  explicit SinkStream(Sink& sink) : sink_(sink) {}

  // NOLINTBEGIN(readability-identifier-naming): rapidjson's names
  void Put(char c) {
    buffer_ += c;
    if (buffer_.size() >= kBlockBytes) Flush();
  }
  void Flush() {
    if (result_ && !buffer_.empty()) result_ = sink_.write(buffer_);
    buffer_.clear();
  }
  // NOLINTEND(readability-identifier-naming)
  Result<void> result() const { return result_; }

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;
  Sink& sink_;
  std::string buffer_;
  Result<void> result_;
};

}  // namespace

struct JsonWriter::Impl {
  Impl(Sink& sink, JsonLayout layout) : stream(sink), writer(stream) {
    writer.SetIndent(' ', layout == JsonLayout::kIndented ? 2 : 0);
    if (layout == JsonLayout::kCompact) writer.SetFormatOptions(rapidjson::kFormatSingleLineArray);
  }
  /// A string with its quotes. rapidjson's own escaping knows neither bad UTF-8 nor invisible characters.
  void put_string(OutText text) {
    quoted.assign(1, '"');
    quoted += for_json(text);
    quoted += '"';
    writer.RawValue(quoted.data(), quoted.size(), rapidjson::kStringType);
  }
  SinkStream stream;
  rapidjson::PrettyWriter<SinkStream> writer;
  std::string quoted;
};

JsonWriter::JsonWriter(Sink& sink, JsonLayout layout) : impl_(std::make_unique<Impl>(sink, layout)) {}
JsonWriter::~JsonWriter() = default;

void JsonWriter::begin_object() {
  impl_->writer.StartObject();
}
void JsonWriter::end_object() {
  impl_->writer.EndObject();
}
void JsonWriter::begin_array() {
  impl_->writer.StartArray();
}
void JsonWriter::end_array() {
  impl_->writer.EndArray();
}
void JsonWriter::key(OutText name) {
  impl_->put_string(name);
}
void JsonWriter::text(OutText value) {
  impl_->put_string(value);
}
void JsonWriter::number(std::int64_t value) {
  impl_->writer.Int64(value);
}
void JsonWriter::number(std::uint64_t value) {
  impl_->writer.Uint64(value);
}
void JsonWriter::boolean(bool value) {
  impl_->writer.Bool(value);
}

void JsonWriter::decimal_field(OutText name, double value) {
  if (!std::isfinite(value)) return;
  key(name);
  impl_->writer.Double(rounded(value));
}

void JsonWriter::optional_text(std::string_view name, OutText value) {
  if (!is_empty(value)) field(name, value);
}

Result<void> JsonWriter::finish() {
  impl_->stream.Put('\n');
  impl_->stream.Flush();
  return impl_->stream.result();
}

}  // namespace lf::report
