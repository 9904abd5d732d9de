package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"time"
)

// report is what -verify reads of a leakfinder/report/v1.
type report struct {
	Health struct {
		Score int    `json:"score"`
		Level string `json:"level"`
	} `json:"health"`
	Findings []finding `json:"findings"`
}

type finding struct {
	Rule     string `json:"rule"`
	Verdict  string `json:"verdict"`
	Function string `json:"function"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Count    int64  `json:"count"`
	Bytes    int64  `json:"bytes"`
}

// verifyReport prints each planted leak with the finding that names its line. It returns the exit code: 0 when every
// planted leak was found, or nothing was planted and the report is healthy; 1 when not; 3 when it could not tell.
func verifyReport(url, file string) int {
	leaks, err := fetchPlanted(url)
	if err != nil {
		fmt.Fprintf(os.Stderr, "demo: the service does not say what it planted: %v\n", err)
		return 3
	}
	text, err := os.ReadFile(file)
	var r report
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "demo: no JSON report: %v\n", err)
		return 3
	}
	if len(leaks) == 0 {
		return verifyHealthy(r)
	}
	fmt.Printf("The service says that it leaks at %d lines. LeakFinder named:\n\n", len(leaks))
	missed := 0
	for _, leak := range leaks {
		found := find(r.Findings, leak)
		if found == nil {
			missed++
			fmt.Printf("  MISSED  %s:%d  %s\n          %s\n", leak.File, leak.Line, leak.Function, leak.Name)
			continue
		}
		fmt.Printf("  found   %s:%d  %s\n          %s: %s, %s (%s)\n", found.File, found.Line, found.Function, leak.Name,
			amount(*found), found.Verdict, found.Rule)
	}
	fmt.Println()
	if missed > 0 {
		fmt.Printf("%d of the %d planted leaks were not found.\n", missed, len(leaks))
		return 1
	}
	return 0
}

func verifyHealthy(r report) int {
	accused := 0
	for _, f := range r.Findings {
		if f.Verdict == "leak" || f.Verdict == "suspect" {
			accused++
			fmt.Printf("  FALSE ALARM  %s:%d  %s: %s (%s)\n", f.File, f.Line, f.Function, f.Verdict, f.Rule)
		}
	}
	fmt.Printf("The service leaks nowhere. LeakFinder says: %s, %d of 100.\n", r.Health.Level, r.Health.Score)
	if accused > 0 || r.Health.Level != "healthy" {
		return 1
	}
	return 0
}

// find returns the gravest finding (they come sorted) that names the leak's very line, if any accuses it.
func find(findings []finding, leak plantedLeak) *finding {
	for i, f := range findings {
		if f.Verdict != "info" && f.File == leak.File && f.Line == leak.Line && f.Function == leak.Function {
			return &findings[i]
		}
	}
	return nil
}

func amount(f finding) string {
	if f.Bytes > 0 && f.Count <= 0 {
		return fmt.Sprintf("%.1f MiB", float64(f.Bytes)/(1<<20))
	}
	if len(f.Rule) > 7 && f.Rule[:7] == "memory/" {
		return fmt.Sprintf("%.1f MiB in %d objects", float64(f.Bytes)/(1<<20), f.Count)
	}
	return fmt.Sprintf("%d goroutines", f.Count)
}

func fetchPlanted(url string) ([]plantedLeak, error) {
	client := &http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url + "/demo/planted")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	var leaks []plantedLeak
	err = json.Unmarshal(text, &leaks)
	sort.Slice(leaks, func(i, j int) bool { return leaks[i].Line < leaks[j].Line })
	return leaks, err
}
