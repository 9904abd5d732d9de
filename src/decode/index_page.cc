#include "decode/index_page.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "decode/gzip.h"
#include "decode/proto_wire.h"
#include "decode/text_fields.h"

namespace lf::decode {
namespace {

constexpr std::size_t kMostRows = 10'000;
constexpr std::uint64_t kMostBytes = 8ULL << 20;
constexpr std::size_t kMostTitle = 200;
constexpr std::string_view kRowMark = "?debug=1";

constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
    {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};

/// The character of "&#39;", "&#x27;", "&lt;" without "&" and ";"; '\0' where there is none we know below 0x80.
char entity_character(std::string_view name) {
  const auto known = std::ranges::find(kEntities, name, &std::pair<std::string_view, char>::first);
  if (known != kEntities.end()) return known->second;
  if (!name.starts_with('#')) return '\0';
  name.remove_prefix(1);
  const bool hex = name.starts_with('x') || name.starts_with('X');
  if (hex) name.remove_prefix(1);
  unsigned code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
  return error == std::errc{} && end == name.data() + name.size() && code < 0x80 ? static_cast<char>(code) : '\0';
}

/// Undoes HTML's escapes of ASCII characters (html/template makes no others); what is none stays as it is.
std::string unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.front() == '&' ? text.substr(0, 12).find(';') : std::string_view::npos;
    const char character = end == std::string_view::npos ? '\0' : entity_character(text.substr(1, end - 1));
    out += character == '\0' ? text.front() : character;
    text.remove_prefix(character == '\0' ? 1 : end + 1);
  }
  return out;
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t from = text.find(before);
  if (from == std::string_view::npos) return {};
  text.remove_prefix(from + before.size());
  return text.substr(0, text.find(after));
}

/// "  Log\n in " as "Log in", shortened.
std::string title_words(std::string_view text) {
  std::string out;
  for (const char c : unescape(text)) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (space && (out.empty() || out.back() == ' ')) continue;
    if (out.size() == kMostTitle) break;
    out += space ? ' ' : c;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

/// The number in front of the link: the last one that stands alone in a cell before it.
LeadingNumber count_before(std::string_view row) {
  LeadingNumber found;
  for (std::size_t at = row.find('>'); at != std::string_view::npos; at = row.find('>', at + 1)) {
    const LeadingNumber number = leading_decimal(row.substr(at + 1));
    if (number.digits > 0) found = number;
  }
  return found;
}

class IndexPageDecoder final : public Decoder {
 public:
  explicit IndexPageDecoder(const DecodeLimits& limits) : limit_(std::min(limits.body_bytes, kMostBytes)) {}

  void feed(std::span<const std::byte> chunk) override {
    const std::uint64_t room = limit_ - page_.size();
    if (chunk.size() > room) cut_ = true;
    page_.append(chunk.first(static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), room))));
  }

  Result<Decoded> finish() override {
    Decoded decoded;
    const std::string_view page = as_text(page_.items());
    read_rows(page, decoded);
    decoded.kind = decoded.index.empty() ? ContentKind::kHtml : ContentKind::kIndexPage;
    if (decoded.index.empty()) decoded.what = TargetText(title_of(page));
    if (cut_) decoded.warnings.add(WarningCode::kLimitReached, byte_place(limit_));
    decoded.size_bytes = page.size();
    return decoded;
  }

 private:
  static std::string title_of(std::string_view page) {
    for (const std::string_view tag : {"<title", "<TITLE", "<h1", "<H1"}) {
      const std::string_view element = between(page, tag, "</");
      const std::size_t open = element.find('>');
      if (open == std::string_view::npos) continue;
      if (std::string words = title_words(element.substr(open + 1)); !words.empty()) return words;
    }
    return {};
  }

  static void read_rows(std::string_view page, Decoded& decoded) {
    std::size_t row_start = 0;
    for (std::size_t at = page.find(kRowMark); at != std::string_view::npos; at = page.find(kRowMark, row_start)) {
      const std::string_view before = page.substr(row_start, at - row_start);
      const std::size_t row = before.rfind("<tr");
      row_start = at + kRowMark.size();
      const std::string_view after = page.substr(row_start, 4096);
      const std::size_t name_start = after.find('>');
      const std::size_t name_end = after.find('<');
      if (row == std::string_view::npos || name_start == std::string_view::npos || name_end == std::string_view::npos ||
          name_end < name_start) {
        continue;
      }
      const LeadingNumber count = count_before(before.substr(row));
      if (count.digits == 0) continue;
      if (count.capped) decoded.warnings.add(WarningCode::kNumberOutOfRange, byte_place(at));
      if (decoded.index.size() >= kMostRows) {
        decoded.warnings.add(WarningCode::kLimitReached, byte_place(at));
        continue;
      }
      decoded.index.push_back(
          {TargetText(unescape(after.substr(name_start + 1, name_end - name_start - 1))), count.value});
    }
  }

  std::uint64_t limit_;
  ByteBuffer page_;
  bool cut_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_index_page_decoder(Symbols&, const DecodeLimits& limits) {
  return std::make_unique<IndexPageDecoder>(limits);
}

}  // namespace lf::decode
