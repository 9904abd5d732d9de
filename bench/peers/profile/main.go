// profile FILE: reads and checks a profile with github.com/google/pprof/profile, as go tool pprof does.
package main

import (
	"bytes"
	"os"

	"github.com/google/pprof/profile"
	"leakfinder/bench/measure"
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		measure.Fail(err)
	}
	result := measure.Result{Tool: "google/pprof", Version: pprofVersion, Bytes: int64(len(data))}
	clock := measure.Start()
	parsed, err := profile.Parse(bytes.NewReader(data))
	if err != nil {
		measure.Fail(err)
	}
	if err := parsed.CheckValid(); err != nil {
		measure.Fail(err)
	}
	clock.Stop(&result)

	result.Answer.Samples = len(parsed.Sample)
	last := len(parsed.SampleType) - 1
	for _, sample := range parsed.Sample {
		if parsed.SampleType[last].Type == "inuse_space" {
			result.Answer.InuseBytes += sample.Value[last]
		} else {
			result.Answer.Goroutines += int(sample.Value[last])
		}
	}
	result.Print()
}
