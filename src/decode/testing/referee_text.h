#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decode/testing/plain_records.h"

namespace lf::decode::testing {

/// The small readings that every text form needs: plain, slow, each obviously what the reference says.

/// Splits at "\n"; a "\r" before it goes too. The text after the last "\n" is the last line, so a whole text ends with
/// "".
std::vector<std::string> split_lines(std::string_view text);

/// Reads all of `text` as a decimal number.
std::optional<std::uint64_t> whole_number(std::string_view text);

/// Reads all of `text` as "0x" and a hexadecimal number.
std::optional<std::uint64_t> whole_hex(std::string_view text);

/// Reads "FUNC(args)": the arguments begin at the "(" that matches the final ")".
struct CallLine {
  std::string function;
  std::string arguments;
};
std::optional<CallLine> read_call(std::string_view line);

/// Reads "\tFILE:LINE", then perhaps " +0x…", then perhaps " fp=0x… sp=0x… pc=0x…", from the right.
struct PlaceLine {
  std::string file;
  std::uint32_t line = 0;
};
std::optional<PlaceLine> read_place(std::string_view line);

/// Undoes Go's quoting of the text between two quotes: \" \\ \n \r \t \a \b \f \v \xHH \uHHHH \UHHHHHHHH.
std::string unquote(std::string_view inside);

/// Reads what stands between the braces of a label list: KEY: VALUE, KEY: VALUE, where either may be quoted and both
/// separators have one space in dumps and, after the colon, none in debug=1. Empty where it is no label list.
std::optional<PlainLabels> read_labels(std::string_view inside);

}  // namespace lf::decode::testing
