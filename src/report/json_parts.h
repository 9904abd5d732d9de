#pragma once

#include <cstdint>

#include "model/report.h"
#include "report/json_writer.h"

namespace lf::report {

/// Whether the tables of sites carry a stack for each row; without, they are a fraction of the size.
enum class SiteStacks : std::uint8_t { kKept, kLeftOut };

/// The whole object leakfinder/report/v1.
void write_json_report(JsonWriter& out, const Report& report, SiteStacks stacks);

/// Parts of the JSON object leakfinder/report/v1 (docs/schema/report-v1.json). Each writes one value; what does not
/// apply is left out.
void write_json_finding(JsonWriter& out, const Finding& finding);
void write_json_goroutines(JsonWriter& out, const GoroutineSection& goroutines, SiteStacks stacks);
void write_json_memory(JsonWriter& out, const MemorySection& memory, SiteStacks stacks);
void write_json_gc(JsonWriter& out, const GcSection& gc);

/// Writes the fields of a place into the object that is open.
void put_json_place(JsonWriter& out, const SourceLine& place);
/// Writes `stack` under `name`, unless it is empty.
void put_json_stack(JsonWriter& out, std::string_view name, const std::vector<SourceLine>& stack);

}  // namespace lf::report
