#include "decode/testing/stack_patterns.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace lf::decode::testing {
namespace {

using Kinds = std::vector<ArgumentKind>;

FramePattern standard(std::string_view function, std::string_view file, std::uint32_t line, Kinds arguments) {
  return {.function = std::string(function),
          .file = "/usr/local/go/src/" + std::string(file),
          .line = line,
          .offset = 0x20 + line % 0x300,
          .inlined = false,
          .arguments = std::move(arguments)};
}

FramePattern inlined(std::string_view function, std::string_view file, std::uint32_t line) {
  FramePattern frame = standard(function, file, line, {});
  frame.inlined = true;
  return frame;
}

struct Blocking {
  std::string_view state;
  unsigned weight;
  std::vector<std::string> runtime_leaf;
  std::vector<FramePattern> frames;
};

/// What a goroutine waits in: state, runtime leaf frames (protobuf only), then the frames of the standard library.
std::vector<Blocking> make_blockings() {
  using enum ArgumentKind;
  return {
      {"chan receive", 24, {"runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1"}, {}},
      {"chan send", 10, {"runtime.gopark", "runtime.chansend", "runtime.chansend1"}, {}},
      {"select", 26, {"runtime.gopark", "runtime.selectgo"}, {}},
      {"select (no cases)", 1, {"runtime.gopark", "runtime.block"}, {}},
      {"chan receive (nil chan)", 1, {"runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1"}, {}},
      {"sleep", 6, {"runtime.gopark"}, {standard("time.Sleep", "runtime/time.go", 363, {kSmall})}},
      {"sync.Mutex.Lock",
       6,
       {"runtime.gopark", "runtime.goparkunlock", "runtime.semacquire1"},
       {standard("internal/sync.runtime_SemacquireMutex", "runtime/sema.go", 95, {kPointer, kSmall, kUnknown}),
        standard("internal/sync.(*Mutex).lockSlow", "internal/sync/mutex.go", 149, {kPointer}),
        inlined("internal/sync.(*Mutex).Lock", "internal/sync/mutex.go", 70),
        inlined("sync.(*Mutex).Lock", "sync/mutex.go", 46)}},
      {"sync.WaitGroup.Wait",
       5,
       {"runtime.gopark", "runtime.goparkunlock", "runtime.semacquire1"},
       {standard("sync.runtime_SemacquireWaitGroup", "runtime/sema.go", 114, {kPointer, kSmall}),
        standard("sync.(*WaitGroup).Wait", "sync/waitgroup.go", 206, {kPointer})}},
      {"sync.Cond.Wait",
       3,
       {"runtime.gopark", "runtime.goparkunlock"},
       {standard("sync.runtime_notifyListWait", "runtime/sema.go", 617, {kPointer, kSmall}),
        standard("sync.(*Cond).Wait", "sync/cond.go", 71, {kPointer})}},
      {"IO wait",
       14,
       {"runtime.gopark", "runtime.netpollblock"},
       {standard("internal/poll.runtime_pollWait", "runtime/netpoll.go", 351, {kPointer, kSmall}),
        standard("internal/poll.(*pollDesc).wait", "internal/poll/fd_poll_runtime.go", 84,
                 {kStalePointer, kStalePointer, kSmall}),
        inlined("internal/poll.(*pollDesc).waitRead", "internal/poll/fd_poll_runtime.go", 89),
        standard("internal/poll.(*FD).Read", "internal/poll/fd_unix.go", 165, {kPointer, kSlice}),
        standard("net.(*netFD).Read", "net/fd_posix.go", 68, {kPointer, kSlice}),
        standard("net.(*conn).Read", "net/net.go", 196, {kPointer, kSlice})}},
      {"syscall",
       2,
       {},
       {standard("syscall.Syscall6", "runtime/internal/syscall/syscall_linux.go", 95,
                 {kSmall, kSmall, kPointer, kSmall, kSmall, kSmall})}},
      {"runnable", 2, {}, {}},
  };
}

struct Root {
  std::vector<FramePattern> frames;  // outer end of the stack, leaf first
  FramePattern creator;
};

std::vector<Root> make_roots() {
  using enum ArgumentKind;
  return {
      {{standard("net/http.HandlerFunc.ServeHTTP", "net/http/server.go", 2286,
                 {kStalePointer, kInterface, kStalePointer}),
        standard("net/http.(*ServeMux).ServeHTTP", "net/http/server.go", 2828, {kStalePointer, kInterface, kPointer}),
        standard("net/http.serverHandler.ServeHTTP", "net/http/server.go", 3311, {kSlice, kInterface, kStalePointer}),
        standard("net/http.(*conn).serve", "net/http/server.go", 2067, {kPointer, kInterface})},
       standard("net/http.(*Server).Serve", "net/http/server.go", 3464, {})},
      {{standard("golang.org/x/sync/errgroup.(*Group).Go.func1", "golang.org/x/sync/errgroup/errgroup.go", 93, {})},
       standard("golang.org/x/sync/errgroup.(*Group).Go", "golang.org/x/sync/errgroup/errgroup.go", 78, {kPointer})},
      {{standard("google.golang.org/grpc.(*Server).processStreamingRPC", "google.golang.org/grpc@v1.73.0/server.go",
                 1698, {kPointer, kInterface, kPointer, kPointer, kPointer, kStalePointer}),
        standard("google.golang.org/grpc.(*Server).handleStream", "google.golang.org/grpc@v1.73.0/server.go", 1819,
                 {kPointer, kInterface, kPointer}),
        standard("google.golang.org/grpc.(*Server).serveStreams.func2.1", "google.golang.org/grpc@v1.73.0/server.go",
                 1035, {})},
       standard("google.golang.org/grpc.(*Server).serveStreams.func2", "google.golang.org/grpc@v1.73.0/server.go", 1046,
                {kPointer})},
      {{}, {}},  // a goroutine of the program's own, made by a function of the program
  };
}

constexpr std::array<std::string_view, 16> kOwners{"github.com/acme/storefront/internal/checkout",
                                                   "github.com/acme/storefront/internal/inventory",
                                                   "github.com/acme/storefront/internal/pricing",
                                                   "github.com/acme/platform/queue",
                                                   "github.com/acme/platform/cache",
                                                   "github.com/acme/platform/session",
                                                   "example.com/payments/ledger",
                                                   "example.com/payments/settlement",
                                                   "gopkg.in/yaml%2ev3",
                                                   "github.com/jackc/pgx/v5/pgxpool",
                                                   "github.com/segmentio/kafka-go",
                                                   "github.com/redis/go-redis/v9/internal/pool",
                                                   "go.opentelemetry.io/otel/sdk/trace",
                                                   "k8s.io/client-go/tools/cache",
                                                   "google.golang.org/grpc/internal/transport",
                                                   "main"};
constexpr std::array<std::string_view, 20> kTypes{
    "Worker", "Session", "Broker", "Consumer", "Fetcher",   "Poller",   "Watcher", "Reflector", "Conn",     "Pool",
    "Writer", "Batcher", "Ledger", "Resolver", "Scheduler", "Exporter", "Flusher", "Acceptor",  "Balancer", "Throttle"};
constexpr std::array<std::string_view, 20> kMethods{"run",        "Process",   "loop",      "handleMessage", "dispatch",
                                                    "awaitReply", "Do",        "consume",   "publish",       "flush",
                                                    "Acquire",    "roundTrip", "serveOne",  "watch",         "refresh",
                                                    "drain",      "commit",    "retryLoop", "collect",       "forward"};

FramePattern user_frame(std::size_t function, std::uint32_t line) {
  using enum ArgumentKind;
  static constexpr std::array<ArgumentKind, 7> kAll{kPointer, kInterface, kSlice,  kStalePointer,
                                                    kSmall,   kString,    kUnknown};
  const std::string_view owner = kOwners[function % kOwners.size()];
  const std::string_view type = kTypes[(function / kOwners.size()) % kTypes.size()];
  const std::string_view method = kMethods[(function / 7) % kMethods.size()];
  const std::string number = function < 320 ? "" : std::to_string(function / 320);
  FramePattern frame;
  const std::string package(owner);
  switch (function % 5) {
    case 0:
    case 1:
      frame.function = package + ".(*" + std::string(type) + number + ")." + std::string(method);
      break;
    case 2:
      frame.function = package + "." + std::string(type) + number + "." + std::string(method);
      break;
    case 3:
      frame.function =
          package + "." + std::string(method) + std::string(type) + number + ".func" + std::to_string(1 + function % 4);
      break;
    default:
      frame.function = package + ".(*" + std::string(type) + number + "[...])." + std::string(method);
      break;
  }
  frame.file = owner == "main" ? "/home/build/service/cmd/service/" : "/home/build/go/pkg/mod/" + package + "/";
  frame.file += std::string(type) + number + ".go";
  frame.line = line;
  frame.offset = 0x10 + (line * 7) % 0x900;
  frame.inlined = function % 11 == 10;
  if (!frame.inlined) {
    for (std::size_t k = 0; k < function % 5; ++k)
      frame.arguments.push_back(kAll[(function / 3 + k * k) % kAll.size()]);
  }
  return frame;
}

constexpr std::size_t kFunctions = 960;

FramePattern any_user_frame(Random& random) {
  return user_frame(random.below(kFunctions), static_cast<std::uint32_t>(100 + 37 * random.below(12)));
}

/// Appends the frames that make the stack one of its kind: no other has the same functions and lines there. Only beyond
/// kFunctions * kOwnLines stacks two frames are needed for that.
void append_own_frames(std::size_t index, std::vector<FramePattern>& frames) {
  constexpr std::size_t kOwnLines = 12;
  const std::size_t function = index % kFunctions;
  frames.push_back(user_frame(function, static_cast<std::uint32_t>(31 + index / kFunctions % kOwnLines)));
  const std::size_t rest = index / (kFunctions * kOwnLines);
  if (rest > 0)
    frames.push_back(
        user_frame((function + 37 * rest) % kFunctions, static_cast<std::uint32_t>(61 + rest / kFunctions)));
}

/// The outer end of a stack and the `go` statement that began it.
struct Outer {
  std::vector<FramePattern> frames;
  FramePattern creator;
};

Outer new_outer(const std::vector<Root>& roots, Random& random) {
  const Root& root = roots[random.below(roots.size())];
  Outer outer{root.frames, root.creator};
  if (root.frames.empty()) outer.creator = any_user_frame(random);
  outer.creator.inlined = false;
  return outer;
}

/// The outer part of an earlier stack, most of it: stacks of one program are the paths of a call tree.
Outer shared_outer(const std::vector<StackPattern>& patterns, std::size_t frames_max, Random& random) {
  const StackPattern& earlier = patterns[random.below(patterns.size())];
  const std::size_t most = std::min(earlier.frames.size() - earlier.leaf_frames, frames_max);
  const std::size_t count = random.between(most - most / 4, most);
  return {{earlier.frames.end() - static_cast<std::ptrdiff_t>(count), earlier.frames.end()}, earlier.creator};
}

const Blocking& draw(const std::vector<Blocking>& blockings, Random& random) {
  unsigned total = 0;
  for (const Blocking& blocking : blockings) total += blocking.weight;
  std::size_t drawn = random.below(total);
  for (const Blocking& blocking : blockings) {
    if (drawn < blocking.weight) return blocking;
    drawn -= blocking.weight;
  }
  return blockings.front();
}

}  // namespace

std::vector<StackPattern> make_stack_patterns(const StackShape& shape, Random& random) {
  const std::vector<Blocking> blockings = make_blockings();
  const std::vector<Root> roots = make_roots();
  std::vector<StackPattern> patterns;
  patterns.reserve(shape.stacks);
  for (std::size_t index = 0; index < shape.stacks; ++index) {
    const Blocking& blocking = draw(blockings, random);
    StackPattern pattern;
    pattern.state = blocking.state;
    pattern.runtime_leaf = blocking.runtime_leaf;
    pattern.frames = blocking.frames;
    append_own_frames(index, pattern.frames);
    pattern.leaf_frames = pattern.frames.size();
    const bool is_branch = !patterns.empty() && random.percent(90);
    const Outer outer = is_branch ? shared_outer(patterns, shape.frames_max - 4, random) : new_outer(roots, random);
    const std::size_t depth = is_branch ? std::max(shape.frames_min, outer.frames.size() + random.below(4))
                                        : random.between(shape.frames_min, shape.frames_max);
    while (pattern.frames.size() + outer.frames.size() < depth) pattern.frames.push_back(any_user_frame(random));
    pattern.frames.insert(pattern.frames.end(), outer.frames.begin(), outer.frames.end());
    pattern.creator = outer.creator;
    pattern.text_address = 0x480000 + index * 0x1000;
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

}  // namespace lf::decode::testing
