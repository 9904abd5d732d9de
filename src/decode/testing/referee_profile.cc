#include "decode/testing/referee_profile.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "decode/testing/referee_counts.h"
#include "decode/testing/referee_stack.h"

namespace lf::decode::testing {
namespace {

/// One field of a message: a number, or bytes.
struct Field {
  unsigned number = 0;
  std::uint64_t value = 0;
  std::string_view bytes;
  bool is_bytes = false;
};

std::optional<std::uint64_t> take_varint(std::string_view& rest) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

/// All fields of a message; none where it is damaged.
std::optional<std::vector<Field>> read_fields(std::string_view rest) {
  std::vector<Field> fields;
  while (!rest.empty()) {
    const auto tag = take_varint(rest);
    if (!tag) return std::nullopt;
    Field field;
    field.number = static_cast<unsigned>(*tag >> 3);
    std::size_t width = 0;
    switch (*tag & 7) {
      case 0: {
        const auto value = take_varint(rest);
        if (!value) return std::nullopt;
        field.value = *value;
        break;
      }
      case 1:
        width = 8;
        break;
      case 2: {
        const auto size = take_varint(rest);
        if (!size || *size > rest.size()) return std::nullopt;
        field.is_bytes = true;
        width = *size;
        break;
      }
      case 5:
        width = 4;
        break;
      default:
        return std::nullopt;
    }
    if (width > rest.size()) return std::nullopt;
    field.bytes = rest.substr(0, width);
    rest.remove_prefix(width);
    fields.push_back(field);
  }
  return fields;
}

/// The numbers of a repeated field, packed or one by one.
std::vector<std::uint64_t> numbers(const std::vector<Field>& fields, unsigned number) {
  std::vector<std::uint64_t> found;
  for (const Field& field : fields) {
    if (field.number != number) continue;
    std::string_view rest = field.bytes;
    if (!field.is_bytes) found.push_back(field.value);
    while (!rest.empty()) {
      const auto value = take_varint(rest);
      if (!value) break;
      found.push_back(*value);
    }
  }
  return found;
}

std::uint64_t single(const std::vector<Field>& fields, unsigned number) {
  const std::vector<std::uint64_t> found = numbers(fields, number);
  return found.empty() ? 0 : found.back();
}

/// A profile as lists, every name resolved.
struct Profile {
  std::vector<std::string> texts;
  std::vector<std::string> sample_types;
  std::map<std::uint64_t, PlainStack> locations;  ///< innermost line first
  std::vector<std::vector<Field>> samples;
  std::uint64_t period = 0;

  std::string text(std::uint64_t index) const { return index < texts.size() ? texts[index] : ""; }
};

std::optional<Profile> read_profile(std::string_view bytes) {
  const auto fields = read_fields(bytes);
  if (!fields) return std::nullopt;
  Profile profile;
  for (const Field& field : *fields) {
    if (field.number == 6) profile.texts.emplace_back(field.bytes);
  }
  std::map<std::uint64_t, PlainFrame> functions;
  for (const Field& field : *fields) {
    const auto inner = field.is_bytes && field.number != 6 ? read_fields(field.bytes) : std::vector<Field>{};
    if (!inner) return std::nullopt;
    if (field.number == 1) profile.sample_types.push_back(profile.text(single(*inner, 1)));
    if (field.number == 2) profile.samples.push_back(*inner);
    if (field.number == 5)
      functions[single(*inner, 1)] = {dump_spelling(profile.text(single(*inner, 2))), profile.text(single(*inner, 4)),
                                      0};
    if (field.number == 12) profile.period = field.value;
  }
  for (const Field& field : *fields) {
    if (field.number != 4) continue;
    const auto location = read_fields(field.bytes);
    if (!location) return std::nullopt;
    PlainStack& lines = profile.locations[single(*location, 1)];
    for (const Field& line : *location) {
      if (line.number != 4) continue;
      const auto inner = read_fields(line.bytes);
      if (!inner) return std::nullopt;
      PlainFrame frame = functions[single(*inner, 1)];
      frame.line = static_cast<std::uint32_t>(single(*inner, 2));
      lines.push_back(std::move(frame));
    }
  }
  return profile;
}

PlainStack stack_of(const std::vector<Field>& sample, const Profile& profile) {
  PlainStack stack;
  for (const std::uint64_t id : numbers(sample, 1)) {
    const auto location = profile.locations.find(id);
    if (location != profile.locations.end())
      stack.insert(stack.end(), location->second.begin(), location->second.end());
  }
  return stack;
}

PlainLabels labels_of(const std::vector<Field>& sample, const Profile& profile) {
  PlainLabels labels;
  for (const Field& field : sample) {
    if (field.number != 3) continue;
    const auto label = read_fields(field.bytes);
    if (label && single(*label, 2) != 0)
      labels.emplace_back(profile.text(single(*label, 1)), profile.text(single(*label, 2)));
  }
  std::ranges::sort(labels);
  return labels;
}

void read_heap(const Profile& profile, PlainHeap& heap) {
  heap.rate_bytes = static_cast<std::int64_t>(profile.period);
  for (const std::vector<Field>& sample : profile.samples) {
    PlainHeapValues& site = heap.sites[dump_frames(stack_of(sample, profile))];
    const std::vector<std::uint64_t> values = numbers(sample, 2);
    for (std::size_t k = 0; k < std::min(values.size(), profile.sample_types.size()); ++k) {
      const std::string& type = profile.sample_types[k];
      const auto value = static_cast<std::int64_t>(values[k]);
      if (type == "inuse_objects") site.inuse_objects += value;
      if (type == "inuse_space") site.inuse_bytes += value;
      if (type == "alloc_objects") site.alloc_objects += value;
      if (type == "alloc_space") site.alloc_bytes += value;
    }
  }
}

}  // namespace

PlainResult referee_profile(std::string_view bytes) {
  PlainResult result;
  const auto profile = read_profile(bytes);
  if (!profile || profile->sample_types.empty()) return result;
  if (std::ranges::find(profile->sample_types, "inuse_space") != profile->sample_types.end()) {
    read_heap(*profile, result.heap.emplace());
    return result;
  }
  const bool leak = profile->sample_types.front() == "goroutineleak";
  PlainProfile& goroutines = result.profiles.emplace_back();
  for (const std::vector<Field>& sample : profile->samples) {
    const auto count = static_cast<std::int64_t>(single(sample, 2));
    add_count(goroutines, stack_of(sample, *profile), labels_of(sample, *profile), count, leak);
  }
  mark_reader_of_our_connection(goroutines);
  return result;
}

}  // namespace lf::decode::testing
