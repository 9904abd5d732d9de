#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "report/escape.h"
#include "report/report_writer.h"

namespace lf::report {

/// For people: indented by two spaces. Compact: not indented, arrays on one line.
enum class JsonLayout : std::uint8_t { kIndented, kCompact };

/// Streams JSON into a Sink: UTF-8, numbers finite, strings through `for_json`. No tree is
/// built. After a failed write the rest is passed over and `finish` returns the failure.
///
/// Every `begin_` has its `end_`; in an object each value comes by `field` or after `key`.
class JsonWriter {
 public:
  explicit JsonWriter(Sink& sink, JsonLayout layout = JsonLayout::kIndented);
  ~JsonWriter();
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  void key(OutText name);

  void text(OutText value);
  void number(std::int64_t value);
  void number(std::uint64_t value);
  void number(int value) { number(static_cast<std::int64_t>(value)); }
  void number(std::uint32_t value) { number(static_cast<std::uint64_t>(value)); }
  void boolean(bool value);

  /// A member of the object that is open: a text, an integer, a boolean, or a floating-point number, which is rounded
  /// to six decimals and left out where it is not finite.
  template <class T>
  void field(OutText name, const T& value) {
    if constexpr (std::is_floating_point_v<T>) {
      decimal_field(name, value);
    } else {
      key(name);
      if constexpr (std::is_same_v<T, bool>) {
        boolean(value);
      } else if constexpr (std::is_integral_v<T>) {
        number(value);
      } else {
        text(value);
      }
    }
  }
  /// Absent values and empty texts are left out.
  template <class T>
  void optional_field(std::string_view name, const std::optional<T>& value) {
    if (value) field(name, *value);
  }
  void optional_text(std::string_view name, OutText value);

  void open_object(std::string_view name) {
    key(name);
    begin_object();
  }
  void open_array(std::string_view name) {
    key(name);
    begin_array();
  }

  /// Ends the document with a newline and hands what is left to the sink. kIo as the sink gives it.
  [[nodiscard]] Result<void> finish();

 private:
  void decimal_field(OutText name, double value);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lf::report
