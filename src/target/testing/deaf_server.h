#pragma once

#include <array>
#include <string>

#include <netinet/in.h>
#include <sys/socket.h>

#include "target/connector.h"

namespace lf::target::testing {

/// Listens on a free loopback port and never accepts; its queue is full, so that a connection gets no answer at all.
class DeafServer {
 public:
  DeafServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ready_ = ::bind(listener_.fd(), reinterpret_cast<sockaddr*>(&address), size) == 0 &&
             ::listen(listener_.fd(), 0) == 0 &&
             ::getsockname(listener_.fd(), reinterpret_cast<sockaddr*>(&address), &size) == 0;
    port_ = ntohs(address.sin_port);
    for (Socket& filler : fillers_) {
      filler = Socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      static_cast<void>(::connect(filler.fd(), reinterpret_cast<sockaddr*>(&address), size));
    }
  }
  bool ready() const { return ready_; }
  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  Socket listener_;
  std::array<Socket, 4> fillers_;
  bool ready_ = false;
  int port_ = 0;
};

}  // namespace lf::target::testing
