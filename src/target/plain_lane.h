#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "target/answer_reader.h"
#include "target/connector.h"
#include "target/content_decoder.h"
#include "target/exchange.h"

namespace lf::target {

/// One request at a time over a connection of our own, which is kept for the next one where the answer allows it. Never
/// waits: `advance` does what can be done now.
class PlainLane final : private AnswerSink {
 public:
  PlainLane(Exchange& exchange, std::span<const SocketAddress> addresses)
      : exchange_(exchange), connector_(addresses), reader_(*this) {}
  PlainLane(const PlainLane&) = delete;
  PlainLane& operator=(const PlainLane&) = delete;

  /// Sends `request`, over the kept connection where that still stands.
  void send(std::string request);
  /// Goes on, where something has come since the last time. Returns the verdict when there is one.
  std::optional<TransferFailure> advance();
  /// Forgets request and connection.
  void close();
  /// Takes the idle connection of another lane.
  void take_connection(PlainLane& other) { connection_ = std::move(other.connection_); }

  bool connected() const { return connection_.open(); }
  Phase phase() const { return connected() ? Phase::kFirstByte : Phase::kConnect; }
  std::uint64_t connections_made() const { return connections_made_; }

  /// What to wait for; at most as many as the connector tries. Returns how many.
  std::size_t add_waits(std::span<pollfd> waits) const;
  /// When to go on although nothing has come.
  std::optional<SteadyTime> wake_at() const { return connector_.wake_at(); }
  /// Tells that something has come.
  void wake() { woken_ = true; }

 private:
  // Heads, which may be kept until they are whole, fit twice.
  static constexpr std::size_t kBufferBytes = 2 * ResponseHeaders::kMaxBytes;

  bool on_header(std::string_view line) override;
  bool on_body(std::span<const std::byte> chunk) override;

  void begin(bool reused);
  void connect();
  std::optional<TransferFailure> advance_connect();
  void write();
  std::optional<TransferFailure> read();
  std::optional<TransferFailure> take(std::size_t size);
  std::optional<TransferFailure> lose(int os_error);
  TransferFailure verdict();
  bool idle_connection_stands() const;

  Exchange& exchange_;
  Connector connector_;
  Socket connection_;
  AnswerReader reader_;
  ContentDecoder decoder_;
  std::unique_ptr<char[]> buffer_;
  std::size_t kept_ = 0;  ///< bytes at the start of the buffer that the reader has not taken
  std::string request_;
  std::size_t sent_ = 0;
  bool reused_ = false;    ///< the connection has served before
  bool answered_ = false;  ///< a byte of an answer has come
  bool woken_ = false;
  std::uint64_t connections_made_ = 0;
};

}  // namespace lf::target
