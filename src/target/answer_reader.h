#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace lf::target {

/// Takes what an HTTP/1 answer is made of as it is read. Returning false ends the reading.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  /// A status line, a header or a trailer, or the empty line behind the head, each with its end.
  virtual bool on_header(std::string_view line) = 0;
  /// A piece of the body, without chunk sizes; lives in the bytes that were fed.
  virtual bool on_body(std::span<const std::byte> chunk) = 0;
};

/// Takes one HTTP/1.0 or 1.1 answer apart as its bytes arrive; 1xx answers before it are read over. Any bytes may come.
/// What is no part of a body is bounded by ResponseHeaders::kMaxBytes in all: heads, trailers, extensions of chunks.
class AnswerReader {
 public:
  enum class State : std::uint8_t {
    kReading,
    kDone,          ///< the answer is complete
    kNotHttp,       ///< this is no HTTP/1
    kHugeHeaders,   ///< more than a body beyond the limit
    kBrokenChunks,  ///< the chunked transfer encoding is broken
    kRefused,       ///< the sink has had enough
    kCutShort,      ///< the connection ended before the answer did
  };

  explicit AnswerReader(AnswerSink& sink);
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;
  ~AnswerReader();

  /// Forgets everything, for the next answer.
  void restart();
  /// Reads the start of `bytes` and returns how many it has taken; the rest, at most ResponseHeaders::kMaxBytes while
  /// the state is kReading, is to be fed again with more behind it.
  std::size_t feed(std::string_view bytes);
  /// Takes that nothing more comes.
  void end();

  State state() const;
  /// Whether the connection may be used again after an answer that is complete.
  bool keeps_connection() const;

 private:
  class Parser;
  struct Reading;
  std::unique_ptr<Reading> reading_;
};

}  // namespace lf::target
