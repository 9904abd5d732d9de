// bench_generate: makes dumps and profiles of any size for scripts/bench; the same arguments give the same bytes.

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "decode/testing/generated_profile.h"

namespace {

using namespace lf::decode::testing;

constexpr std::string_view kUsage =
    "usage: bench_generate KIND -o FILE [options]\n"
    "  KIND            debug2, debug1, goroutine-pb, heap-pb, heap-debug1\n"
    "  --goroutines N  (1000)   --stacks N (50)   --frames MIN-MAX (10-24)\n"
    "  --samples N     of a heap profile (1000)\n"
    "  --seed N        (1)\n"
    "  --form NAME     crash, synctest, labels126, labels127, leaked, elided, ancestors, go119, unavailable; may "
    "repeat\n"
    "  --percent N     of the goroutines that show the forms (100)\n"
    "  --one-parent    every creator ran in goroutine 1\n"
    "  --cut N         stop after N bytes, as net/http/pprof does after 64 MiB\n"
    "  --gzip          wrap the result\n";

struct Options {
  std::string_view kind;
  std::string path;
  DumpShape dump;
  HeapShape heap;
  std::size_t cut = 0;
  bool gzip = false;
};

struct Form {
  std::string_view name;
  bool DumpForms::* member;
};

constexpr std::array<Form, 9> kForms{{{"crash", &DumpForms::crash_header},
                                      {"synctest", &DumpForms::synctest},
                                      {"labels126", &DumpForms::labels_inside},
                                      {"labels127", &DumpForms::labels_after},
                                      {"leaked", &DumpForms::leaked},
                                      {"elided", &DumpForms::elided},
                                      {"ancestors", &DumpForms::ancestors},
                                      {"go119", &DumpForms::without_parent},
                                      {"unavailable", &DumpForms::stack_unavailable}}};

[[noreturn]] void fail(std::string_view what) {
  fmt::print(stderr, "bench_generate: {}\n{}", what, kUsage);
  std::exit(2);
}

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) fail(fmt::format("not a number: '{}'", text));
  return value;
}

Options parse(const std::vector<std::string_view>& arguments) {
  Options options;
  options.dump.forms.percent = 100;
  std::size_t at = 0;
  const auto value = [&] {
    if (at + 1 >= arguments.size()) fail(fmt::format("'{}' needs a value", arguments[at]));
    return arguments[++at];
  };
  for (; at < arguments.size(); ++at) {
    const std::string_view argument = arguments[at];
    if (argument == "-o") {
      options.path = value();
    } else if (argument == "--goroutines") {
      options.dump.goroutines = number(value());
    } else if (argument == "--stacks") {
      options.dump.stacks.stacks = number(value());
    } else if (argument == "--samples") {
      options.heap.samples = number(value());
    } else if (argument == "--seed") {
      options.dump.seed = options.heap.seed = number(value());
    } else if (argument == "--percent") {
      options.dump.forms.percent = static_cast<unsigned>(number(value()));
    } else if (argument == "--cut") {
      options.cut = number(value());
    } else if (argument == "--frames") {
      const std::string_view range = value();
      const std::size_t dash = range.find('-');
      if (dash == std::string_view::npos) fail("--frames takes MIN-MAX");
      options.heap.frames_min = options.dump.stacks.frames_min = number(range.substr(0, dash));
      options.heap.frames_max = options.dump.stacks.frames_max = number(range.substr(dash + 1));
    } else if (argument == "--form") {
      const std::string_view name = value();
      bool found = false;
      for (const Form& form : kForms) {
        if (form.name == name) options.dump.forms.*form.member = found = true;
      }
      if (!found) fail(fmt::format("no form '{}'", name));
    } else if (argument == "--one-parent") {
      options.dump.one_parent = true;
    } else if (argument == "--gzip") {
      options.gzip = true;
    } else if (options.kind.empty() && !argument.starts_with('-')) {
      options.kind = argument;
    } else {
      fail(fmt::format("unknown argument '{}'", argument));
    }
  }
  if (options.kind.empty() || options.path.empty()) fail("KIND and -o FILE are needed");
  return options;
}

/// Writes to a file, plain or gzipped at the runtime's level (BestSpeed), up to a number of bytes.
class Output {
 public:
  Output(const std::string& path, bool gzip, std::size_t cut) : left_(cut == 0 ? SIZE_MAX : cut) {
    if (gzip) {
      gzip_.reset(gzopen(path.c_str(), "wb1"));
    } else {
      plain_.reset(std::fopen(path.c_str(), "wb"));
    }
    if (!gzip_ && !plain_) fail(fmt::format("cannot write '{}'", path));
  }

  void write(std::string_view piece) {
    piece = piece.substr(0, left_);
    left_ -= piece.size();
    if (piece.empty()) return;
    const bool written = gzip_ ? gzwrite(gzip_.get(), piece.data(), static_cast<unsigned>(piece.size())) != 0
                               : std::fwrite(piece.data(), 1, piece.size(), plain_.get()) == piece.size();
    if (!written) fail("a write failed: is the disk full?");
  }

 private:
  struct CloseGzip {
    void operator()(gzFile_s* file) const { gzclose(file); }
  };
  struct ClosePlain {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<gzFile_s, CloseGzip> gzip_;
  std::unique_ptr<std::FILE, ClosePlain> plain_;
  std::size_t left_;
};

}  // namespace

int main(int count, char** values) {
  const Options options = parse(std::vector<std::string_view>(values + 1, values + count));
  Output output(options.path, options.gzip, options.cut);
  const TextSink sink = [&](std::string_view piece) { output.write(piece); };
  if (options.kind == "debug2") {
    generate_debug2(options.dump, sink);
  } else if (options.kind == "debug1") {
    generate_debug1(options.dump, sink);
  } else if (options.kind == "goroutine-pb") {
    sink(generate_goroutine_profile(options.dump));
  } else if (options.kind == "heap-pb") {
    sink(generate_heap_profile(options.heap));
  } else if (options.kind == "heap-debug1") {
    generate_heap_debug1(options.heap, sink);
  } else {
    fail(fmt::format("no kind '{}'", options.kind));
  }
  return 0;
}
