#include "detect/fingerprint.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/format.h"
#include "base/hash.h"
#include "detect/site.h"

namespace lf::detect {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether `part` is a closure's or a wrapper's name: func12, gowrap1, deferwrap2, or a bare number after one.
bool is_closure_part(std::string_view part) {
  static constexpr std::array<std::string_view, 4> kStems{"func", "gowrap", "deferwrap", "init"};
  if (is_digits(part)) return true;
  return std::ranges::any_of(
      kStems, [&](std::string_view stem) { return part.starts_with(stem) && is_digits(part.substr(stem.size())); });
}

constexpr char kCreator = '-', kTwin = '.';
constexpr int kSiteDigits = 12, kCreatorDigits = 6;

/// The first hex digits of the hash of `text`.
std::string part_of_id(std::string_view text, int digits) {
  return format("{:016x}", hash_text(text)).substr(0, static_cast<std::size_t>(digits));
}

}  // namespace

std::string normalise_function(std::string_view function) {
  const std::string_view package = package_of(function);
  std::string out(package);
  std::string_view rest = name_in_package(function);
  if (rest.ends_with("-fm")) rest.remove_suffix(3);
  bool closure = false;
  while (!rest.empty()) {
    // Dots inside (*T[...]) do not part anything.
    std::size_t depth = 0, end = 0;
    for (; end < rest.size(); ++end) {
      const char c = rest[end];
      if (c == '(' || c == '[') ++depth;
      if ((c == ')' || c == ']') && depth > 0) --depth;
      if (c == '.' && depth == 0) break;
    }
    const std::string_view part = rest.substr(0, end);
    rest = end < rest.size() ? rest.substr(end + 1) : std::string_view{};
    if (is_closure_part(part)) {
      if (!closure) out += ".func";
      closure = true;
      continue;
    }
    if (!out.empty()) out += '.';
    const std::size_t bracket = part.find('[');
    out += bracket == std::string_view::npos ? std::string(part) : std::string(part.substr(0, bracket)) + "[...]";
    if (bracket != std::string_view::npos) {
      const std::size_t close = part.rfind(']');
      if (close != std::string_view::npos) out += part.substr(close + 1);
    }
  }
  return out;
}

std::string fingerprint(const Finding& finding) {
  const std::string_view kind = finding.rule.starts_with("gc/") ? "gc" : finding_kind_name(finding.kind);
  const std::string site = normalise_function(finding.site.function.raw());
  std::string id = part_of_id(format("{}\n{}", kind, site.empty() ? finding.rule : site), kSiteDigits);
  if (finding.creator && !finding.creator->function.raw().empty()) {
    id += kCreator + part_of_id(normalise_function(finding.creator->function.raw()), kCreatorDigits);
  }
  return id;
}

bool same_leak(std::string_view id, std::string_view other) {
  const auto parts = [](std::string_view text) {
    text = text.substr(0, text.find(kTwin));
    const std::size_t at = text.find(kCreator);
    return std::pair(text.substr(0, at), at == std::string_view::npos ? std::string_view() : text.substr(at));
  };
  const auto [site, creator] = parts(id);
  const auto [other_site, other_creator] = parts(other);
  return site == other_site && (creator == other_creator || creator.empty() || other_creator.empty());
}

IdFit fit_of(std::string_view id, std::string_view other) {
  const auto twin = [](std::string_view text) {
    const std::size_t at = text.find(kTwin);
    return at == std::string_view::npos ? std::string_view() : text.substr(at);
  };
  if (id == other) return IdFit::kSame;
  if (!same_leak(id, other)) return IdFit::kNone;
  return twin(id) == twin(other) ? IdFit::kSameTwin : IdFit::kAnotherTwin;
}

void number_twins(std::vector<Finding>& findings) {
  std::vector<Finding*> in_source_order;
  for (Finding& finding : findings) in_source_order.push_back(&finding);
  std::ranges::stable_sort(in_source_order, [](const Finding* a, const Finding* b) {
    const auto key = [](const Finding& finding) {
      const SourceLine creator = finding.creator.value_or(SourceLine{});
      return std::tuple(finding.site.file.raw(), finding.site.line, creator.line, std::string_view(finding.state),
                        finding.site.function.raw(), std::string(creator.function.raw()));
    };
    return key(*a) < key(*b);
  });
  std::set<std::string> shared, used;
  std::map<std::string, int> ordinals;  // the last one given of each id
  for (const Finding& finding : findings) shared.insert(finding.id);
  for (Finding* finding : in_source_order) {
    const std::string id = finding->id;
    bool unique = used.insert(id).second;
    while (!unique) {
      const int ordinal = ++ordinals.try_emplace(id, 1).first->second;
      finding->id = format("{}{}{}", id, kTwin, ordinal);
      unique = !shared.contains(finding->id) && used.insert(finding->id).second;
    }
  }
}

}  // namespace lf::detect
