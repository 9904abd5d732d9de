#include "decode/unsupported.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"
#include "decode/gzip.h"
#include "decode/sniff.h"

namespace lf::decode {
namespace {

class OtherProfileDecoder final : public Decoder {
 public:
  void feed(std::span<const std::byte> chunk) override {
    head_.append(chunk.first(std::min(chunk.size(), kSniffBytes - std::min(kSniffBytes, head_.size()))));
  }

  Result<Decoded> finish() override {
    const Sniffed sniffed = sniff_content(head_.items(), true);
    return fail_unsupported(sniffed.name.empty() ? "pprof" : sniffed.name);
  }

 private:
  ByteBuffer head_;
};

}  // namespace

std::unexpected<Error> fail_unsupported(std::string_view profile) {
  const bool vowel = !profile.empty() && std::string_view("aeiou").contains(profile.front());
  const bool named = profile.ends_with("trace");
  return fail(ErrorCode::kUnsupported,
              format("this is {} {}{}, which says nothing about leaks; give a goroutine, goroutineleak, heap or allocs "
                     "profile instead",
                     vowel ? "an" : "a", visible(profile), named ? "" : " profile"));
}

std::unique_ptr<Decoder> make_other_profile_decoder(Symbols&, const DecodeLimits&) {
  return std::make_unique<OtherProfileDecoder>();
}

}  // namespace lf::decode
