// seedlike URL|FILE: does what the README of the seed describes, with the standard library alone: the whole dump as one
// string, split on blank lines, precompiled regular expressions, maps of strings. With a URL it reads goroutine?debug=2 and
// then heap?debug=1 of that base.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"leakfinder/bench/measure"
)

var (
	headerPattern   = regexp.MustCompile(`^goroutine (\d+) \[([^,\]]+)(?:, (\d+) minutes)?`)
	functionPattern = regexp.MustCompile(`^(\S.*)\(([^()]*|\.\.\.)\)$`)
	filePattern     = regexp.MustCompile(`^\t(.+):(\d+)(?: \+0x[0-9a-f]+)?$`)
	createdPattern  = regexp.MustCompile(`^created by (.+?)(?: in goroutine \d+)?$`)
	heapPattern     = regexp.MustCompile(`(?m)^# (HeapAlloc|HeapInuse|HeapObjects|NumGC|Sys) = (\d+)`)
)

// The patterns that the README lists.
var suspicious = []string{"for {", "for;;", "select {", "chan", "<-", "sync.WaitGroup", "net.Dial", "http.Client", "io.Copy",
	"retry", "Retry", "backoff", "attempt", "sql.DB", "Query", "Exec"}

type frame struct {
	function, file string
	line           int
}

type group struct {
	frames     []frame
	creator    string
	states     map[string]int
	count      int
	longest    int
	suspicious int
	ids        []string
}

func intern(known map[string]string, text string) string {
	if same, ok := known[text]; ok {
		return same
	}
	known[text] = text
	return text
}

func parse(dump string) map[string]*group {
	groups := map[string]*group{}
	interned := map[string]string{}
	for _, block := range strings.Split(dump, "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		header := headerPattern.FindStringSubmatch(lines[0])
		if header == nil {
			continue
		}
		minutes, _ := strconv.Atoi(header[3])
		var frames []frame
		var creator string
		for k := 1; k+1 < len(lines); k += 2 {
			if created := createdPattern.FindStringSubmatch(lines[k]); created != nil {
				creator = created[1]
				continue
			}
			where := filePattern.FindStringSubmatch(lines[k+1])
			if where == nil {
				continue
			}
			called := functionPattern.FindStringSubmatch(lines[k])
			if called == nil {
				continue
			}
			line, _ := strconv.Atoi(where[2])
			frames = append(frames, frame{intern(interned, called[1]), intern(interned, where[1]), line})
		}
		var key strings.Builder
		for _, f := range frames {
			measure.AppendFrame(&key, f.function, f.file, f.line)
		}
		g := groups[key.String()]
		if g == nil {
			g = &group{frames: frames, creator: creator, states: map[string]int{}}
			groups[key.String()] = g
		}
		g.count++
		for _, pattern := range suspicious {
			if strings.Contains(block, pattern) {
				g.suspicious++
			}
		}
		g.states[header[2]]++
		g.ids = append(g.ids, header[1])
		if minutes > g.longest {
			g.longest = minutes
		}
	}
	return groups
}

func get(url string) string {
	response, err := http.Get(url)
	if err != nil {
		measure.Fail(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		measure.Fail(err)
	}
	return string(body)
}

func main() {
	result := measure.Result{Tool: "seed-like"}
	clock := measure.Start()
	var dump string
	if live := strings.HasPrefix(os.Args[1], "http://"); live {
		base := strings.TrimSuffix(os.Args[1], "/") + "/debug/pprof/"
		dump = get(base + "goroutine?debug=2")
		heap := get(base + "heap?debug=1")
		for _, match := range heapPattern.FindAllStringSubmatch(heap, -1) {
			fmt.Fprintf(os.Stderr, "%s %s\n", match[1], match[2])
		}
		result.Bytes = int64(len(dump) + len(heap))
	} else {
		data, err := os.ReadFile(os.Args[1])
		if err != nil {
			measure.Fail(err)
		}
		dump = string(data)
		result.Bytes = int64(len(dump))
	}
	groups := parse(dump)
	ordered := make([]*group, 0, len(groups))
	for _, g := range groups {
		ordered = append(ordered, g)
	}
	sort.Slice(ordered, func(i, j int) bool { return ordered[i].count > ordered[j].count })
	clock.Stop(&result)

	counted := measure.NewGroups()
	for _, g := range ordered {
		var key strings.Builder
		for _, f := range g.frames {
			measure.AppendFrame(&key, f.function, f.file, f.line)
		}
		for _, id := range g.ids {
			counted.Add(key.String())
			number, _ := strconv.ParseUint(id, 10, 64)
			result.Answer.IDSum += number
		}
		result.Answer.Goroutines += g.count
	}
	counted.Into(&result.Answer)
	result.Print()
}
