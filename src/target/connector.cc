#include "target/connector.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

// No resolver: getaddrinfo loads libraries of its own, even for what is no name.

namespace lf::target {
namespace {

template <class Address>
SocketAddress as_any(const Address& address) {
  SocketAddress out;
  std::memcpy(&out.storage, &address, sizeof address);
  out.size = sizeof address;
  return out;
}

SocketAddress address_of(const in_addr& address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr = address;
  return as_any(out);
}

SocketAddress address_of(const in6_addr& address, std::uint16_t port) {
  sockaddr_in6 out{};
  out.sin6_family = AF_INET6;
  out.sin6_port = htons(port);
  out.sin6_addr = address;
  return as_any(out);
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = other.release();
  }
  return *this;
}

void Socket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

int Socket::release() {
  return std::exchange(fd_, -1);
}

std::vector<SocketAddress> addresses_without_resolver(const std::string& host, std::uint16_t port) {
  if (host == "localhost") {
    return {address_of(in6addr_loopback, port), address_of(in_addr{htonl(INADDR_LOOPBACK)}, port)};
  }
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return {address_of(four, port)};
  in6_addr six{};
  if (::inet_pton(AF_INET6, host.c_str(), &six) == 1) return {address_of(six, port)};
  return {};
}

void Connector::start(SteadyTime now) {
  stop();
  os_error_ = 0;
  next_ = 0;
  state_ = State::kTrying;
  try_next(now);
}

void Connector::stop() {
  for (Socket& socket : tries_) socket.close();
  connected_.close();
  state_ = State::kIdle;
}

void Connector::try_next(SteadyTime now) {
  while (next_ < std::min(addresses_.size(), tries_.size())) {
    const std::size_t number = next_++;
    const SocketAddress& address = addresses_[number];
    tries_[number] = Socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    next_at_ = now + kHeadStart;
    if (tries_[number].open()) {
      look_at(tries_[number], number);
    } else {
      os_error_ = errno;
    }
    if (tries_[number].open() || state_ == State::kConnected) return;
  }
}

void Connector::look_at(Socket& socket, std::size_t number) {
  const SocketAddress& address = addresses_[number];
  // The first call begins; each later one tells what came of it.
  if (::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) {
    connected_ = std::move(socket);
    state_ = State::kConnected;
  } else if (errno != EINPROGRESS && errno != EALREADY && errno != EINTR) {
    os_error_ = errno;
    socket.close();
  }
}

Connector::State Connector::advance(SteadyTime now) {
  for (std::size_t number = 0; number < next_ && state_ == State::kTrying; ++number) {
    if (tries_[number].open()) look_at(tries_[number], number);
  }
  if (state_ == State::kTrying) {
    const bool any = std::ranges::any_of(tries_, &Socket::open);
    if (!any || now >= next_at_) try_next(now);
    if (std::ranges::none_of(tries_, &Socket::open) && state_ == State::kTrying) state_ = State::kFailed;
  }
  if (state_ != State::kConnected) return state_;
  for (Socket& socket : tries_) socket.close();
  const int on = 1;
  ::setsockopt(connected_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return state_;
}

Socket Connector::take() {
  state_ = State::kIdle;
  return std::move(connected_);
}

std::optional<SteadyTime> Connector::wake_at() const {
  if (state_ != State::kTrying || next_ >= std::min(addresses_.size(), tries_.size())) return std::nullopt;
  return next_at_;
}

}  // namespace lf::target
