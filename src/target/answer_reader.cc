#include "target/answer_reader.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

// Beast 1.74 asserts that a last chunk has five bytes, which are four where it is the first one and comes in pieces.
#define BOOST_DISABLE_ASSERTS
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "target/response_headers.h"

// The grammar is Boost.Beast's: this is the only file that knows it. Its parser counts neither the answers nor the
// lines of one, so what is not body is counted here.

namespace lf::target {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastText = boost::beast::string_view;

constexpr std::string_view kStart = "HTTP/";
constexpr std::size_t kVersionBytes = 8;          // "HTTP/1.1": with fewer the parser can't tell
constexpr std::uint64_t kFreeBytesOfAChunk = 32;  // of its size line: what is beyond counts as headers

std::string_view text_of(BeastText text) {
  return {text.data(), text.size()};
}

}  // namespace

/// Hands on what Beast finds, and counts the body.
class AnswerReader::Parser final : public http::basic_parser<false> {
 public:
  explicit Parser(AnswerSink& sink) : sink_(sink) {
    eager(true);
    body_limit(std::numeric_limits<std::uint64_t>::max());  // the sink counts; "none" would refuse any length (1.74)
    header_limit(static_cast<std::uint32_t>(ResponseHeaders::kMaxBytes + 1));
  }
  int status() const { return status_; }
  bool refused() const { return refused_; }
  std::uint64_t body_bytes() const { return body_bytes_; }
  std::uint64_t chunks() const { return chunks_; }

 private:
  void on_request_impl(http::verb, BeastText, BeastText, int, error_code&) override {}
  void on_response_impl(int status, BeastText reason, int version, error_code& ec) override {
    status_ = status;
    // Nobody asked to switch protocols.
    if (status < 100 || status == 101) {
      ec = http::error::bad_status;
      return;
    }
    line_ = version == 11 ? "HTTP/1.1 " : "HTTP/1.0 ";
    line_ += std::to_string(status);
    line_ += ' ';
    hand_on(text_of(reason), ec);
  }
  void on_field_impl(http::field, BeastText name, BeastText value, error_code& ec) override {
    line_ = text_of(name);
    line_ += ": ";
    hand_on(text_of(value), ec);
  }
  void on_header_impl(error_code& ec) override {
    line_.clear();
    hand_on("", ec);
  }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(BeastText body, error_code& ec) override {
    body_bytes_ += body.size();
    if (!body.empty()) note(sink_.on_body(std::as_bytes(std::span(body.data(), body.size()))), ec);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, BeastText, error_code&) override { ++chunks_; }
  std::size_t on_chunk_body_impl(std::uint64_t, BeastText body, error_code& ec) override {
    return on_body_impl(body, ec);
  }
  void on_finish_impl(error_code&) override {}

  void hand_on(std::string_view rest, error_code& ec) {
    line_ += rest;
    line_ += "\r\n";
    note(sink_.on_header(line_), ec);
  }
  void note(bool goes_on, error_code& ec) {
    if (goes_on) return;
    refused_ = true;
    ec = http::error::end_of_stream;
  }

  AnswerSink& sink_;
  std::string line_;
  int status_ = 0;
  bool refused_ = false;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t chunks_ = 0;
};

struct AnswerReader::Reading {
  AnswerSink& sink;
  std::optional<Parser> parser;
  State state = State::kReading;
  std::uint64_t other_bytes = 0;  ///< of the 1xx answers before this one
  std::uint64_t taken = 0;        ///< of this one

  void restart() {
    parser.emplace(sink);
    taken = 0;
  }
  /// Whether what has come is not too much for what is no body.
  bool within_limits() const {
    const std::uint64_t free = parser->body_bytes() + parser->chunks() * kFreeBytesOfAChunk;
    return other_bytes + taken <= ResponseHeaders::kMaxBytes + free;
  }
  State state_of(const error_code& error) const {
    if (parser->refused()) return State::kRefused;
    if (error == http::error::header_limit) return State::kHugeHeaders;
    return parser->is_header_done() ? State::kBrokenChunks : State::kNotHttp;
  }
  /// An answer is complete: the one that was asked for, or one before it.
  void complete() {
    if (parser->status() >= 200) {
      state = State::kDone;
      return;
    }
    other_bytes += taken;
    restart();
  }
};

AnswerReader::AnswerReader(AnswerSink& sink) : reading_(std::make_unique<Reading>(sink)) {
  reading_->restart();
}

AnswerReader::~AnswerReader() = default;

void AnswerReader::restart() {
  reading_->state = State::kReading;
  reading_->other_bytes = 0;
  reading_->restart();
}

std::size_t AnswerReader::feed(std::string_view bytes) {
  Reading& reading = *reading_;
  std::size_t taken = 0;
  while (reading.state == State::kReading && taken < bytes.size()) {
    const std::string_view rest = bytes.substr(taken);
    if (!reading.parser->got_some()) {
      // Beast wants more of what can't become HTTP any more, where little has come of it.
      const std::size_t known = std::min(rest.size(), kStart.size());
      if (rest.substr(0, known) != kStart.substr(0, known)) reading.state = State::kNotHttp;
      if (reading.state != State::kReading || rest.size() < kVersionBytes) break;
    }
    error_code error;
    const std::size_t put = reading.parser->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    taken += put;
    reading.taken += put;
    const bool waits = error == http::error::need_more;
    if (error && !waits) {
      reading.state = reading.state_of(error);
    } else if (!reading.within_limits() || (waits && bytes.size() - taken > ResponseHeaders::kMaxBytes)) {
      reading.state = State::kHugeHeaders;
    } else if (reading.parser->is_done()) {
      reading.complete();
    }
    if (waits) break;
  }
  return taken;
}

void AnswerReader::end() {
  Reading& reading = *reading_;
  if (reading.state != State::kReading) return;
  error_code error;
  if (reading.parser->got_some()) reading.parser->put_eof(error);
  reading.state = reading.parser->is_done() && !error ? State::kDone : State::kCutShort;
}

AnswerReader::State AnswerReader::state() const {
  return reading_->state;
}

bool AnswerReader::keeps_connection() const {
  return reading_->state == State::kDone && reading_->parser->keep_alive();
}

}  // namespace lf::target
