// Package measure times a peer and reports its answer as one line of JSON, the same for all peers.
package measure

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Stopwatch measures wall and processor time from Start to Stop.
type Stopwatch struct {
	began time.Time
	cpu   time.Duration
}

// Start begins a measurement.
func Start() Stopwatch { return Stopwatch{time.Now(), processorTime()} }

// Result is what a peer prints.
type Result struct {
	Tool       string  `json:"tool"`
	Version    string  `json:"version"`
	Go         string  `json:"go"`
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpu_seconds"`
	PeakBytes  int64   `json:"peak_rss_bytes"`
	Bytes      int64   `json:"bytes"`
	Answer     Answer  `json:"answer"`
}

// Answer is compared between tools before their times are. Zero means that a tool doesn't say.
type Answer struct {
	Goroutines  int    `json:"goroutines,omitempty"`
	Groups      int    `json:"groups,omitempty"`
	Stacks      string `json:"stacks,omitempty"` // digest of the groups and their counts
	IDSum       uint64 `json:"id_sum,omitempty"`
	WaitMinutes uint64 `json:"wait_minutes,omitempty"`
	Samples     int    `json:"samples,omitempty"`
	InuseBytes  int64  `json:"inuse_bytes,omitempty"`
	Lost        int    `json:"lost,omitempty"`
}

// Stop fills in what the clock and the kernel say; call it before working out the answer.
func (s Stopwatch) Stop(r *Result) {
	r.Seconds = time.Since(s.began).Seconds()
	r.CPUSeconds = (processorTime() - s.cpu).Seconds()
	r.PeakBytes = peakBytes()
	r.Go = runtime.Version()
}

// Print writes the line.
func (r *Result) Print() {
	line, err := json.Marshal(r)
	if err != nil {
		Fail(err)
	}
	fmt.Println(string(line))
}

// Fail ends the program with a message.
func Fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Groups counts stacks. Two tools that saw the same stacks equally often have the same digest: the sum over all
// goroutines of FNV-1a of their "function\tfile\tline\n" lines.
type Groups struct {
	seen map[string]int
	sum  uint64
}

// NewGroups makes an empty count.
func NewGroups() *Groups { return &Groups{seen: map[string]int{}} }

// Add counts one goroutine's stack, given as its lines joined.
func (g *Groups) Add(stack string) {
	g.seen[stack]++
	h := fnv.New64a()
	h.Write([]byte(stack))
	g.sum += h.Sum64()
}

// AppendFrame adds one frame to a stack's text.
func AppendFrame(b *strings.Builder, function, file string, line int) {
	b.WriteString(function)
	b.WriteByte('\t')
	b.WriteString(file)
	b.WriteByte('\t')
	b.WriteString(strconv.Itoa(line))
	b.WriteByte('\n')
}

// Into writes the counts into an answer.
func (g *Groups) Into(a *Answer) {
	a.Groups = len(g.seen)
	a.Stacks = fmt.Sprintf("%016x", g.sum)
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func peakBytes() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "VmHWM:" {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			return kib * 1024
		}
	}
	return 0
}
