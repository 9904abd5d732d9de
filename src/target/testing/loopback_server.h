#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace lf::target::testing {

/// One request as it came over the wire.
struct LoopbackRequest {
  int connection = 0;  ///< counted from 1 in the order of acceptance
  std::string head;    ///< request line and headers as sent
  std::string method() const { return head.substr(0, head.find(' ')); }
  std::string target() const {
    const std::size_t begin = head.find(' ') + 1;
    return head.substr(begin, head.find(' ', begin) - begin);
  }
  /// The line "Name: value" whose name is `name` (as curl spells it), or "".
  std::string header(const std::string& name) const {
    const std::size_t begin = head.find("\r\n" + name + ":");
    return begin == std::string::npos ? "" : head.substr(begin + 2, head.find("\r\n", begin + 2) - begin - 2);
  }
  std::string body = {};  ///< as long as its Content-Length says
  std::size_t body_size() const {
    const std::string length = header("Content-Length");
    return length.empty() ? 0 : std::stoul(length.substr(length.find(':') + 1));
  }
};

/// A server for tests on a free loopback port or a unix socket: one thread a connection, which answers each request by
/// a function of the test. No wait lasts longer than the server: its end closes everything.
class LoopbackServer {
 public:
  class Connection {
   public:
    Connection(const LoopbackServer& server, int fd) : server_(server), fd_(fd) {}
    void send(std::string_view bytes) const {
      while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    /// Sends a whole answer that keeps the connection.
    void answer(int status, std::string_view body, std::string_view more_headers = "") const {
      send("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(more_headers) + "\r\n" + std::string(body));
    }
    /// Waits until the client leaves or the server ends.
    void stay_silent() const {
      while (!server_.stopping_) {
        pollfd waiting{fd_, POLLRDHUP, 0};
        if (::poll(&waiting, 1, 20) > 0) return;
      }
    }
    /// Ends with a TCP reset.
    void reset() const {
      const linger at_once{1, 0};
      ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      close();
    }
    /// Ends the connection after this answer.
    void close() const { closed_ = true; }

   private:
    friend class LoopbackServer;
    const LoopbackServer& server_;
    int fd_;
    mutable bool closed_ = false;
  };
  using Answer = std::function<void(const Connection&, const LoopbackRequest&)>;

  /// Serves on a unix socket where `unix_path` is given, else on 127.0.0.1; on ::1 for "[::1]".
  explicit LoopbackServer(Answer answer, std::string unix_path = {})
      : answer_(std::move(answer)), unix_path_(std::move(unix_path)) {
    if (unix_path_ == "[::1]") {
      unix_path_.clear();
      host_ = "[::1]";
      listener_ = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in6 address{};
      address.sin6_family = AF_INET6;
      address.sin6_addr = in6addr_loopback;
      socklen_t size = sizeof address;
      ready_ = ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listener_, 16) == 0 &&
               ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
      port_ = ntohs(address.sin6_port);
    } else if (unix_path_.empty()) {
      listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof address;
      ready_ = ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listener_, 16) == 0 &&
               ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
      port_ = ntohs(address.sin_port);
    } else {
      listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      unix_path_.copy(address.sun_path, sizeof address.sun_path - 1);
      ready_ =
          ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && ::listen(listener_, 16) == 0;
    }
    acceptor_ = std::jthread([this] { accept_all(); });
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer() {
    stopping_ = true;
    acceptor_.join();
    workers_.clear();
    ::close(listener_);
  }

  bool ready() const { return ready_; }
  int port() const { return port_; }
  std::string address() const { return host_ + ":" + std::to_string(port_); }
  std::string url() const { return unix_path_.empty() ? "http://" + address() : "unix://" + unix_path_; }
  std::vector<LoopbackRequest> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }
  int connections() const { return connections_; }

 private:
  void accept_all() {
    while (!stopping_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 10) <= 0) continue;
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      const int number = ++connections_;
      workers_.emplace_back([this, fd, number] { serve(fd, number); });
    }
  }

  void serve(int fd, int number) {
    const Connection connection(*this, fd);
    std::string input;
    while (!stopping_ && !connection.closed_) {
      const std::size_t end = input.find("\r\n\r\n");
      LoopbackRequest request{number, input.substr(0, end == std::string::npos ? 0 : end + 2)};
      if (end != std::string::npos && input.size() >= end + 4 + request.body_size()) {
        request.body = input.substr(end + 4, request.body_size());
        input.erase(0, end + 4 + request.body.size());
        {
          const std::scoped_lock lock(mutex_);
          requests_.push_back(request);
        }
        answer_(connection, request);
        continue;
      }
      pollfd waiting{fd, POLLIN, 0};
      if (::poll(&waiting, 1, 10) <= 0) continue;
      std::array<char, 4096> piece{};
      const ssize_t got = ::recv(fd, piece.data(), piece.size(), 0);
      if (got <= 0) break;
      input.append(piece.data(), static_cast<std::size_t>(got));
    }
    ::close(fd);
  }

  Answer answer_;
  std::string unix_path_;
  std::string host_ = "127.0.0.1";
  int listener_ = -1;
  int port_ = 0;
  bool ready_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  std::vector<LoopbackRequest> requests_;
  std::vector<std::jthread> workers_;
  std::jthread acceptor_;
};

}  // namespace lf::target::testing
