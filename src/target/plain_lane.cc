#include "target/plain_lane.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace lf::target {
namespace {

TransferFailure failure_of(CURLcode code, std::string_view text, int os_error = 0) {
  TransferFailure failure;
  failure.code = code;
  failure.os_error = os_error;
  failure.text = text;
  return failure;
}

bool is_gone(int os_error) {
  return os_error == 0 || os_error == ECONNRESET || os_error == EPIPE;
}

bool comes_later(int os_error) {
  return os_error == EAGAIN || os_error == EWOULDBLOCK || os_error == EINTR;
}

}  // namespace

void PlainLane::send(std::string request) {
  request_ = std::move(request);
  woken_ = false;
  if (connected() && !idle_connection_stands()) connection_.close();
  if (!connected()) return connect();
  begin(true);
  write();
}

void PlainLane::begin(bool reused) {
  reused_ = reused;
  sent_ = 0;
  answered_ = false;
  kept_ = 0;
  reader_.restart();
  decoder_.start("");
}

/// Whether the server has neither closed it nor said anything that nobody asked for, which would be taken for the next
/// answer.
bool PlainLane::idle_connection_stands() const {
  char byte = 0;
  return ::recv(connection_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && comes_later(errno);
}

void PlainLane::connect() {
  connection_.close();
  begin(false);
  connector_.start(std::chrono::steady_clock::now());
  woken_ = true;  // on loopback it stands already
}

void PlainLane::close() {
  connector_.stop();
  connection_.close();
  woken_ = false;
}

std::optional<TransferFailure> PlainLane::advance() {
  if (!std::exchange(woken_, false)) return std::nullopt;
  if (!connected()) return advance_connect();
  write();
  return read();
}

std::optional<TransferFailure> PlainLane::advance_connect() {
  switch (connector_.advance(std::chrono::steady_clock::now())) {
    case Connector::State::kConnected:
      connection_ = connector_.take();
      ++connections_made_;
      write();
      return std::nullopt;
    case Connector::State::kFailed:
      connector_.stop();
      return failure_of(CURLE_COULDNT_CONNECT, "", connector_.os_error());
    default:
      return std::nullopt;
  }
}

/// Sends what the kernel takes. What went wrong is told by reading: an answer may have come before.
void PlainLane::write() {
  while (sent_ < request_.size()) {
    const ssize_t size = ::send(connection_.fd(), request_.data() + sent_, request_.size() - sent_, MSG_NOSIGNAL);
    if (size < 0 && comes_later(errno)) return;
    if (size < 0) sent_ = request_.size();
    if (size > 0) sent_ += static_cast<std::size_t>(size);
  }
}

std::optional<TransferFailure> PlainLane::read() {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(kBufferBytes);
  const ssize_t size = ::recv(connection_.fd(), buffer_.get() + kept_, kBufferBytes - kept_, 0);
  if (size > 0) return take(static_cast<std::size_t>(size));
  if (size < 0 && comes_later(errno)) return std::nullopt;
  return lose(size == 0 ? 0 : errno);
}

std::optional<TransferFailure> PlainLane::take(std::size_t size) {
  answered_ = true;
  if (!exchange_.answer().complete()) exchange_.note_head();
  const std::string_view bytes(buffer_.get(), kept_ + size);
  const std::size_t taken = reader_.feed(bytes);
  kept_ = bytes.size() - taken;
  if (kept_ > 0 && taken > 0) std::memmove(buffer_.get(), buffer_.get() + taken, kept_);
  if (reader_.state() == AnswerReader::State::kReading) return std::nullopt;
  // More than was announced, or a part of the request that nobody waited for: nothing can follow on this connection.
  if (!reader_.keeps_connection() || kept_ > 0 || sent_ < request_.size()) connection_.close();
  return verdict();
}

std::optional<TransferFailure> PlainLane::lose(int os_error) {
  if (reused_ && !answered_ && is_gone(os_error)) {
    connect();  // it was closed while it was idle; once, for the next one is new
    return std::nullopt;
  }
  connection_.close();
  if (os_error == ECONNRESET) return failure_of(CURLE_RECV_ERROR, "connection reset by peer", os_error);
  if (os_error != 0) return failure_of(CURLE_RECV_ERROR, "the connection broke", os_error);
  reader_.end();
  return verdict();
}

TransferFailure PlainLane::verdict() {
  switch (reader_.state()) {
    case AnswerReader::State::kDone:
      if (decoder_.cut_short()) return failure_of(CURLE_BAD_CONTENT_ENCODING, "");
      return failure_of(CURLE_OK, "");
    case AnswerReader::State::kNotHttp:
      return failure_of(CURLE_WEIRD_SERVER_REPLY, "");
    case AnswerReader::State::kHugeHeaders:
      exchange_.refuse_huge_headers();
      return failure_of(CURLE_WRITE_ERROR, "");
    case AnswerReader::State::kBrokenChunks:
      return failure_of(CURLE_RECV_ERROR, "broken chunk");
    case AnswerReader::State::kRefused:
      return failure_of(decoder_.broken() ? CURLE_BAD_CONTENT_ENCODING : CURLE_WRITE_ERROR, "");
    case AnswerReader::State::kReading:
    case AnswerReader::State::kCutShort:
      break;
  }
  return failure_of(exchange_.answer().complete() ? CURLE_PARTIAL_FILE : CURLE_GOT_NOTHING, "");
}

bool PlainLane::on_header(std::string_view line) {
  const bool was_complete = exchange_.answer().complete();
  if (!exchange_.on_header(line)) return false;
  const ResponseHeaders& answer = exchange_.answer();
  return was_complete || !answer.complete() || decoder_.start(answer.content_encoding());
}

bool PlainLane::on_body(std::span<const std::byte> chunk) {
  if (!decoder_.active()) return exchange_.on_body(chunk);
  return decoder_.decode(chunk, [this](std::span<const std::byte> piece) { return exchange_.on_body(piece); });
}

std::size_t PlainLane::add_waits(std::span<pollfd> waits) const {
  if (connected()) {
    const bool sends = sent_ < request_.size();
    waits[0] = pollfd{connection_.fd(), static_cast<short>(sends ? POLLIN | POLLOUT : POLLIN), 0};
    return 1;
  }
  std::size_t count = 0;
  for (const int fd : connector_.waits_for()) {
    if (fd >= 0) waits[count++] = pollfd{fd, POLLOUT, 0};
  }
  return count;
}

}  // namespace lf::target
