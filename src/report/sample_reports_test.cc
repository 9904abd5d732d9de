#include "report/sample_reports.h"

namespace lf::report {
namespace {

using std::chrono::milliseconds;

WallTime at(std::int64_t ms) {
  return WallTime{} + milliseconds{1'795'452'041'250 + ms};
}

SourceLine line(const char* function, const char* file, std::uint32_t number) {
  return {TargetText(function), TargetText(file), number};
}

Report begun(const char* command) {
  Report report;
  report.tool_version = "0.1.0";
  report.command = command;
  report.target.url = "http://localhost:6060";
  report.target.go_version = TargetText("go1.27.0");
  report.target.profiles = {"goroutine", "heap"};
  report.started_at = at(0);
  report.duration = milliseconds{1234};
  report.cost = {5, 48'213, 1, 0, milliseconds{17}};
  return report;
}

MemoryStats some_stats() {
  MemoryStats stats;
  stats.heap_alloc_bytes = 15'728'640;
  stats.heap_inuse_bytes = 17'825'792;
  stats.heap_idle_bytes = 4'194'304;
  stats.heap_released_bytes = 3'145'728;
  stats.heap_sys_bytes = 22'020'096;
  stats.heap_objects = 231'402;
  stats.stack_inuse_bytes = 1'572'864;
  stats.sys_bytes = 31'457'280;
  stats.gc_sys_bytes = 4'300'000;
  stats.mspan_sys_bytes = 300'000;
  stats.buck_hash_sys_bytes = 1'450'000;
  stats.other_sys_bytes = 900'000;
  stats.max_rss_bytes = 52'428'800;
  stats.total_alloc_bytes = 912'680'550;
  stats.mallocs = 10'231'402;
  stats.frees = 10'000'000;
  stats.next_gc_bytes = 26'000'000;
  stats.last_gc = at(-2000);
  stats.num_gc = 12;
  stats.num_forced_gc = 2;
  stats.gc_cpu_fraction = 0.0123;
  stats.pauses = {{at(-9000), 120'000}, {at(-5000), 80'000}, {at(-2000), 450'000}};
  return stats;
}

GoroutineSection crowd() {
  GoroutineSection goroutines;
  goroutines.total = 1234;
  goroutines.level = Level::kCritical;
  goroutines.alert = true;
  goroutines.by_state = {{"chan send", 1000}, {"select", 120}, {"IO wait", 80}, {"sleep", 30}, {"running", 4}};
  goroutines.samples = {{at(0), 1114}, {at(500), 1174}, {at(1000), 1234}};
  goroutines.sites = {
      {line("main.(*Pool).worker", "/src/app/pool.go", 42), line("main.serve", "/src/app/main.go", 17), "chan send",
       1000, 880, full_finding().stack, false},
      {line(
           "github.com/someone/a-service-with-a-long-name/internal/billing/reconciliation.(*Scheduler).waitForNextTick",
           "/home/someone/go/pkg/mod/github.com/someone/a-service@v1.2.3/internal/billing/scheduler.go", 1087),
       std::nullopt,
       "select",
       120,
       120,
       {},
       false},
      {line("net/http.(*conn).serve", "/usr/lib/go/src/net/http/server.go", 2009),
       std::nullopt,
       "IO wait",
       80,
       90,
       {},
       true},
  };
  return goroutines;
}

MemorySection growing_memory() {
  MemorySection memory;
  memory.live_bytes = 12'900'000;
  memory.stats = some_stats();
  memory.objects = 231'402;
  memory.pattern = MemoryPattern::kGrowing;
  memory.pattern_reason = "the live heap rose at each of 3 samples, over 3 collections";
  memory.growth_bytes_per_s = 1'258'291.2;
  memory.alloc_bytes_per_s = 48'000'000.0;
  memory.alloc_objects_per_s = 120'000.5;
  memory.collections_per_min = 36.0;
  memory.samples = {{at(0), 11'000'000, 15'000'000, 220'000, 10},
                    {at(500), 12'000'000, 14'000'000, 226'000, 11},
                    {at(1000), 12'900'000, 15'728'640, 231'402, 12}};
  memory.sites = {{line("main.(*Cache).Put", "/src/app/cache.go", 31),
                   9'000'000,
                   90'000,
                   7'100'000,
                   40'000'000,
                   400'000,
                   1'900'000.0,
                   {line("main.(*Cache).Put", "/src/app/cache.go", 31)}},
                  {line("bytes.growSlice", "/usr/lib/go/src/bytes/buffer.go", 249),
                   2'000'000,
                   12,
                   2'000'000,
                   2'000'000,
                   12,
                   std::nullopt,
                   {}}};
  return memory;
}

Finding memory_finding() {
  Finding finding;
  finding.id = "5d41402abc4b2a76";
  finding.rule = "memory/growing-site";
  finding.kind = FindingKind::kMemory;
  finding.verdict = Verdict::kSuspect;
  finding.score = 61;
  finding.title = TargetText("a map or slice that only grows");
  finding.site = line("main.(*Cache).Put", "/src/app/cache.go", 31);
  finding.package = TargetText("main");
  finding.count = 90'000;
  finding.bytes = 9'000'000;
  finding.growth_per_min = 114'000'000.0;
  finding.counts = {7'100'000, 8'000'000, 9'000'000};
  finding.evidence = {TargetText("live bytes rose at each of 3 samples, from 6.8 MiB to 8.6 MiB")};
  finding.advice =
      TargetText("bound the cache (size or age).\nconfirm with: leakfinder memory -samples=6 -sample-interval=10s");
  finding.stack = {line("main.(*Cache).Put", "/src/app/cache.go", 31), line("main.handle", "/src/app/main.go", 88)};
  return finding;
}

Finding info_finding() {
  Finding finding;
  finding.id = "7d793037a0760186";
  finding.rule = "goroutine/pattern";
  finding.score = 12;
  finding.title = TargetText("matches the suspicious pattern \"retry\" (retry loops)");
  finding.site = line("main.retryUpload", "/src/app/upload.go", 64);
  finding.package = TargetText("main");
  finding.state = "sleep";
  finding.count = 3;
  return finding;
}

Report healthy() {
  Report report = begun("check");
  report.cost.full_dumps = 0;
  report.goroutines.emplace();
  report.goroutines->total = 12;
  report.goroutines->by_state = {{"IO wait", 7}, {"select", 4}, {"running", 1}};
  report.goroutines->samples = {{at(0), 12}};
  report.goroutines->sites = {{line("main.(*Pool).run", "/src/app/pool.go", 20),
                               line("main.main", "/src/app/main.go", 9),
                               "select",
                               4,
                               4,
                               {},
                               false}};
  report.memory.emplace();
  report.memory->live_bytes = 3'145'728;
  report.memory->stats = some_stats();
  report.memory->objects = 20'123;
  report.memory->pattern_reason = "one sample tells no trend: 4 are needed (leakfinder monitor)";
  report.memory->samples = {{at(0), 3'145'728, 4'000'000, 20'123, 12}};
  report.notes = {"one sample cannot tell growth from a constant pool: leakfinder analyze takes two",
                  "goroutineleak was not requested by check"};
  return report;
}

Report leaking() {
  Report report = begun("analyze");
  report.goroutines = crowd();
  report.memory = growing_memory();
  report.health = {
      39, HealthLevel::kCritical, {{"goroutines critical", 20}, {"1 suspect", 10}, {"a leak caps at 59", 0}}};
  report.findings = {full_finding(), memory_finding(), info_finding()};
  Finding accepted = info_finding();
  accepted.id = "9bf31c7ff062936a";
  accepted.verdict = Verdict::kLeak;
  accepted.site.function = TargetText("main.pollForever");
  accepted.accepted = Accepted{TargetText("ends with the process"), "2027-01-31", TargetText("team-platform")};
  report.findings.push_back(accepted);
  report.fail_on.goroutine_alert = true;
  report.rules = {{"goroutine/growing-site", "goroutines at one site are born and never leave",
                   "Counts births, deaths and survivors by goroutine id over all samples."}};
  Warnings warnings;
  warnings.add(WarningCode::kDumpTruncated, "byte 67108864");
  warnings.add(WarningCode::kForeignLines, "line 12", 3);
  report.warnings = warnings.all();
  return report;
}

Report compared() {
  Report report = begun("compare");
  report.goroutines = crowd();
  report.goroutines->alert = false;
  report.goroutines->sites.push_back(
      {line("main.importer", "/src/app/import.go", 7), std::nullopt, "chan receive", 15, 0, {}, false});
  report.memory = growing_memory();
  report.memory->sites.push_back({line("main.load", "/src/app/load.go", 3), 0, 0, 512, 0, 0, std::nullopt, {}});
  Finding finding = full_finding();
  finding.count_before = 880;
  finding.delta = 120;
  report.findings = {finding};
  Finding fresh = memory_finding();
  fresh.bytes_before = 7'100'000;
  fresh.bytes_delta = 1'900'000;
  fresh.is_new = false;
  report.findings.push_back(fresh);
  report.health = {49, HealthLevel::kCritical, {}};
  report.gc.emplace();
  report.gc->result = GcResult::kConfirmedLeak;
  report.gc->freed_percent = 3.14159;
  report.gc->basis = "the live heap grew by 1.8 MiB (16 %) and collections freed 3 % of it";
  report.gc->baseline_bytes = 11'000'000;
  report.gc->before_bytes = 15'728'640;
  report.gc->before_live_bytes = 13'000'000;
  report.gc->final_bytes = 12'937'168;
  report.gc->allocated_in_wait_bytes = 5'000'000;
  report.gc->groups = {
      {"goroutines", TargetText("main.(*Pool).worker"), GcResult::kConfirmedLeak, 880, 1000, 1000, 0.0}};
  return report;
}

Report filtered() {
  Report report = begun("filter");
  report.target.url.clear();
  report.target.files = {TargetText("dump-1.txt"), TargetText("dump-2.txt"), TargetText("dump-3.txt"),
                         TargetText("dump-4.txt")};
  report.cost = {};
  report.goroutines = crowd();
  report.goroutines->total = 1000;
  report.goroutines->unfiltered_total = 1234;
  report.goroutines->system = 5;
  report.goroutines->truncated = true;
  report.goroutines->share_seen = 0.8125;
  report.criteria = {{"function", "worker"}, {"package", "main"}};
  report.findings = {info_finding()};
  report.health = {80, HealthLevel::kHealthy, {{"goroutines critical", 20}}};
  return report;
}

Report channels() {
  Report report = begun("channels");
  report.goroutines = crowd();
  report.goroutines->alert = false;
  report.findings = {full_finding()};
  Finding low = full_finding();
  low.id = "2c26b46b68ffc68f";
  low.verdict = Verdict::kInfo;
  low.score = 30;
  low.site = line("main.broadcast", "/src/app/hub.go", 77);
  low.counts = {6, 5, 7, 6};
  low.count = 6;
  low.evidence = {TargetText("goroutines come and go: 14 born, 14 gone")};
  low.births = 14;
  low.deaths = 14;
  low.consequences.clear();
  report.findings.push_back(low);
  report.health = {59, HealthLevel::kCritical, {}};
  return report;
}

Report failed() {
  Report report = begun("memory");
  report.target.profiles.clear();
  report.target.go_version = {};
  report.cost = {1, 0, 0, 0, milliseconds{30'000}};
  report.errors = {{ErrorCode::kTimeout, "no first byte within 30s: is the process stopped? raise -timeout",
                    "http://localhost:6060"}};
  report.health.level = HealthLevel::kUnknown;
  report.health.not_judged = TargetText("nothing could be read");
  return report;
}

}  // namespace

Finding full_finding() {
  Finding finding;
  finding.id = "1f0e3dad99908345";
  finding.rule = "goroutine/growing-site";
  finding.kind = FindingKind::kGoroutine;
  finding.verdict = Verdict::kLeak;
  finding.score = 92;
  finding.title = TargetText("goroutines pile up sending to a channel that nobody receives from");
  finding.site = line("main.(*Pool).worker", "/src/app/pool.go", 42);
  finding.package = TargetText("main");
  finding.state = "chan send";
  finding.count = 1000;
  finding.growth_per_min = 60.0;
  finding.wait_minutes = {0, 9};
  finding.creator = line("main.serve", "/src/app/main.go", 17);
  finding.labels = {{TargetText("endpoint"), TargetText("/upload")}};
  finding.targets = {TargetText("http://localhost:6060")};
  finding.owners = {TargetText("@team-ingest")};
  finding.evidence = {TargetText("120 goroutines came to this site over 3 samples in 1.0 s, none left"),
                      TargetText("the runtime's leak profile names 1,000 of them")};
  finding.score_parts = {{"persistence", 30, TargetText("all 880 of the first sample are still there")},
                         {"growth", 32, TargetText("880, 940, 1,000")},
                         {"crowding", 30, TargetText("81 % of all goroutines")}};
  finding.resembles = "send after timeout";
  finding.advice = TargetText("give the channel a buffer of one, or select on ctx.Done() beside the send");
  finding.consequences = {{line("main.(*Pool).flush", "/src/app/pool.go", 97), "sync.Mutex.Lock", 3}};
  finding.stack = {line("main.(*Pool).worker", "/src/app/pool.go", 42),
                   line("main.(*Pool).start.func1", "/src/app/pool.go", 12),
                   line("golang.org/x/sync/errgroup.(*Group).Go.func1",
                        "/home/someone/go/pkg/mod/golang.org/x/sync@v0.7.0/errgroup/errgroup.go", 78)};
  finding.counts = {880, 940, 1000};
  finding.births = 120;
  finding.deaths = 0;
  finding.survivors = 880;
  finding.other_states = {{"runnable", 2}};
  return finding;
}

Report report_full_of(const std::string& text) {
  const TargetText hostile(text);
  const SourceLine place{hostile, hostile, 1};
  Report report = leaking();
  report.target.url = text;
  report.target.files = {hostile};
  report.target.go_version = hostile;
  report.target.profiles = {text};
  report.goroutines->by_state = {{text, 1234}};
  for (SiteCount& site : report.goroutines->sites) {
    site.site = place;
    site.creator = place;
    site.state = text;
    site.stack = {place, place};
  }
  for (AllocationSite& site : report.memory->sites) {
    site.site = place;
    site.stack = {place};
  }
  report.memory->pattern_reason = text;
  report.gc.emplace();
  report.gc->basis = text;
  report.gc->groups = {{text, hostile, GcResult::kLikelyLeak, 1, 2, 3, 25}};
  report.health.deductions = {{text, 20}};
  for (Finding& finding : report.findings) {
    finding.title = finding.package = finding.advice = hostile;
    finding.site = place;
    finding.state = finding.resembles = text;
    finding.creator = place;
    finding.labels = {{hostile, hostile}, {hostile, TargetText("twice")}};
    finding.targets = {hostile, hostile};
    finding.owners = finding.evidence = {hostile};
    finding.score_parts = {{"growth", 32, hostile}};
    finding.consequences = {{place, text, 3}};
    finding.stack = {place, place};
    finding.other_states = {{text, 2}};
    if (finding.accepted) finding.accepted = Accepted{hostile, "2027-01-31", hostile};
  }
  report.warnings = {{WarningCode::kUnknownState, hostile, text, 2}};
  report.errors = {{ErrorCode::kMalformed, text, text}};
  report.criteria = {{"function", text}};
  report.notes = report.settings = {text};
  report.stacks.frames = {place};
  report.stacks.goroutines = {{text, 3, 2, {0, 0}}};
  report.stacks.heap = {{4'096, 4, 2'048, 2, {0, 0}}};
  report.stacks.goroutine_times = report.stacks.heap_times = {report.started_at};
  report.stacks.goroutine_series = report.stacks.heap_series = {{0, text, {3}}};
  return report;
}

std::vector<SampleReport> sample_reports() {
  return {{"healthy_check", healthy()},
          {"leaking_analyze", leaking()},
          {"compare", compared()},
          {"filter", filtered()},
          {"channels", channels()},
          {"memory",
           [] {
             Report report = leaking();
             report.command = "memory";
             report.goroutines.reset();
             report.findings = {memory_finding()};
             report.health = {90, HealthLevel::kHealthy, {{"1 suspect", 10}}};
             return report;
           }()},
          {"not_judged",
           [] {
             Report report = healthy();
             report.command = "analyze";
             report.health = {100, HealthLevel::kUnknown, {}};
             report.health.not_judged = TargetText("main.query grows, 210 to 213; looking longer would tell");
             report.limits.goroutines_per_s = 0.92;
             report.next = TargetText("leakfinder analyze -settle=60s http://shop:6060");
             return report;
           }()},
          {"hostile", report_full_of("\x1b]0;x\x07<b>|`*[a](http://e)\n::error::\xE2\x80\xAE\xFF\"],x")},
          {"nothing_measured", failed()}};
}

std::string written(const Report& report, std::string_view format_name, const Style& style) {
  const Format* format = find_format(format_name);
  if (format == nullptr) return "failed: no such format";
  StringSink sink;
  const Result<void> result = format->write(report, style, sink);
  return result ? sink.written : "failed: " + result.error().message;
}

}  // namespace lf::report
