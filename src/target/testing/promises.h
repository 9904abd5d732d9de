#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "target/answer_reader.h"
#include "target/content_decoder.h"
#include "target/response_headers.h"
#include "target/url.h"

// Entry points for fuzzing, and for tests with mutated inputs: each takes any bytes, exercises a reader, and returns
// the promise that it broke, or "".

namespace lf::target::testing {

inline bool is_one_visible_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// Whether `shown` has the password `secret` in it, and not because the rest of `input` or our own words have it too.
inline bool shows_secret(std::string_view secret, std::string_view input, std::string_view shown) {
  constexpr std::string_view kOwnWords = "https://localhost unix:///debug/pprof/goroutine?debug=2";
  const std::string_view rest = input.substr(input.rfind('@') + 1);
  return secret.size() >= 4 && !rest.contains(secret) && !kOwnWords.contains(secret) && shown.contains(secret);
}

/// A URL is either refused with one printable line, or taken apart so that reading its display again is possible, its
/// requests are printable ASCII, and redirects stay within its origin.
inline std::string broken_url_promise(std::string_view input) {
  if (!is_one_visible_line(without_credentials(input))) return "without_credentials shows a control character";
  static_cast<void>(looks_like_target(input));
  static_cast<void>(check_proxy_url(input));
  const auto url = TargetUrl::parse(input);
  if (!url) {
    if (url.error().code != ErrorCode::kUsage) return "a broken URL is no usage error";
    return is_one_visible_line(url.error().message) ? "" : "the error is not one visible line";
  }
  if (!is_one_visible_line(url->display())) return "the display is not one visible line";
  const auto request = url->request_url(ProfileRequest{"goroutine?debug=2", false, {}});
  if (!request) return "an ordinary profile can't be asked for";
  const bool ascii = std::ranges::all_of(*request, [](char c) { return c > 0x20 && c < 0x7F; });
  if (!ascii) return "the request is not printable ASCII";
  if (url->credentials() && shows_secret(url->credentials()->password.value_or(""), input, url->display() + *request)) {
    return "a password is shown";
  }
  const std::size_t slashes = request->find("://") + 3;
  const std::string origin = request->substr(0, request->find('/', slashes));
  const auto next = url->resolve_redirect(*request, input);
  if (next && !next->starts_with(origin + "/") && !next->starts_with(origin + "?"))
    return "a redirect leaves the origin";
  return !next && !is_one_visible_line(next.error().message) ? "the redirect's error is not one visible line" : "";
}

/// Any header lines are read within their limits.
inline std::string broken_header_promise(std::string_view input) {
  ResponseHeaders headers;
  std::size_t taken = 0;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size() - 1) + 1;
    const bool accepted = headers.feed(input.substr(0, end));
    taken += end;
    if (accepted != (taken <= ResponseHeaders::kMaxBytes)) return "the limit of all lines is not held";
    if (!accepted) return "";
    input.remove_prefix(end);
    if (headers.status() < 0 || headers.status() > 999) return "a status beyond three digits";
    const std::size_t longest = std::max(headers.location().size(), headers.content_type().size());
    if (longest > ResponseHeaders::kMaxValueBytes) return "a kept value is too long";
  }
  return "";
}

/// What came of an answer.
struct AnswerLog {
  std::string lines, body;
  std::uint64_t largest_rest = 0;  ///< that the reader wanted to see again
  AnswerReader::State state = AnswerReader::State::kReading;
  bool keeps_connection = false;
};

/// Reads `input` in pieces of `piece` bytes, and the end of the connection behind it.
inline AnswerLog read_answer(std::string_view input, std::size_t piece) {
  struct Sink final : AnswerSink {
    bool on_header(std::string_view line) override {
      log.lines += line;
      return true;
    }
    bool on_body(std::span<const std::byte> chunk) override {
      log.body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
      return true;
    }
    AnswerLog log;
  } sink;
  AnswerReader reader(sink);
  std::string kept;
  while (reader.state() == AnswerReader::State::kReading && !input.empty()) {
    const std::string_view part = input.substr(0, std::max<std::size_t>(1, piece));
    kept += part;
    input.remove_prefix(part.size());
    const std::vector<char> exact(kept.begin(), kept.end());  // a sanitizer sees a read beyond its end
    kept.erase(0, reader.feed(std::string_view(exact.data(), exact.size())));
    if (reader.state() == AnswerReader::State::kReading) {
      sink.log.largest_rest = std::max<std::uint64_t>(sink.log.largest_rest, kept.size());
    }
  }
  reader.end();
  sink.log.state = reader.state();
  sink.log.keeps_connection = reader.keeps_connection();
  return std::move(sink.log);
}

/// Any bytes as an answer come to an end, within the limits, and to the same in any pieces.
inline std::string broken_answer_promise(std::string_view input) {
  const AnswerLog whole = read_answer(input, input.size());
  if (whole.state == AnswerReader::State::kReading) return "the answer does not end";
  if (whole.body.size() + whole.lines.size() > input.size() + 16 * ResponseHeaders::kMaxBytes) return "more than came";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    if (input.size() > 20'000 * piece) continue;  // as slow as it is large
    const AnswerLog pieces = read_answer(input, piece);
    if (pieces.state == AnswerReader::State::kReading) return "the answer does not end in pieces";
    if (pieces.largest_rest > ResponseHeaders::kMaxBytes) return "more than the limit is kept";
    const bool done = whole.state == AnswerReader::State::kDone;
    if (done != (pieces.state == AnswerReader::State::kDone)) return "pieces change whether the answer is complete";
    if (done && (pieces.body != whole.body || pieces.lines != whole.lines)) return "pieces change the answer";
    if (done && pieces.keeps_connection != whole.keeps_connection) return "pieces change the connection";
  }
  return "";
}

/// Any bytes as an encoded body are decoded within the limit of who takes them.
inline std::string broken_encoding_promise(std::string_view input) {
  constexpr std::size_t kEnough = 1 << 20;
  ContentDecoder decoder;
  static_cast<void>(decoder.start(input.substr(0, 8)));
  if (!decoder.start("gzip")) return "gzip is not known";
  std::size_t size = 0;
  bool asked_after_enough = false;
  static_cast<void>(decoder.decode(std::as_bytes(std::span(input)), [&](std::span<const std::byte> piece) {
    asked_after_enough = size > kEnough;
    size += piece.size();
    return size <= kEnough;
  }));
  return asked_after_enough ? "the decoder goes on when there is enough" : "";
}

}  // namespace lf::target::testing
