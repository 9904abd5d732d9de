#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"

namespace lf::target {

/// A file descriptor that is closed with its owner.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(other.release()) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  bool open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  void close();

 private:
  int release();
  int fd_ = -1;
};

/// One address of a host, as the kernel takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// The addresses of a host that needs no name server, in the order to try: one for an address in numbers, ::1 and
/// 127.0.0.1 for "localhost", none for any other name.
std::vector<SocketAddress> addresses_without_resolver(const std::string& host, std::uint16_t port);

/// Connects to the first of at most two addresses that takes us. The second is tried when the first refuses, or beside
/// it when it has not answered within 200 ms, as libcurl does. Never waits.
class Connector {
 public:
  enum class State : std::uint8_t { kIdle, kTrying, kConnected, kFailed };

  explicit Connector(std::span<const SocketAddress> addresses) : addresses_(addresses) {}

  void start(SteadyTime now);
  /// Looks at what has come of the tries.
  State advance(SteadyTime now);
  State state() const { return state_; }
  /// The connection, once; then there is nothing to connect.
  Socket take();
  /// errno of the last address that failed.
  int os_error() const { return os_error_; }
  /// Gives up.
  void stop();

  /// The descriptors to wait for, -1 where there is none.
  std::array<int, 2> waits_for() const { return {tries_[0].fd(), tries_[1].fd()}; }
  /// When it is to be looked at again although nothing has come.
  std::optional<SteadyTime> wake_at() const;

 private:
  static constexpr std::chrono::milliseconds kHeadStart{200};

  void try_next(SteadyTime now);
  void look_at(Socket& socket, std::size_t number);

  std::span<const SocketAddress> addresses_;
  std::array<Socket, 2> tries_;
  std::size_t next_ = 0;
  SteadyTime next_at_;
  State state_ = State::kIdle;
  Socket connected_;
  int os_error_ = 0;
};

}  // namespace lf::target
