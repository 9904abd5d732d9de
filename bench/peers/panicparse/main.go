// panicparse FILE: parses a goroutine dump from memory and groups it (AnyValue) with github.com/maruel/panicparse/v2.
package main

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/maruel/panicparse/v2/stack"
	"leakfinder/bench/measure"
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		measure.Fail(err)
	}
	result := measure.Result{Tool: "panicparse", Version: "2.5.0", Bytes: int64(len(data))}
	clock := measure.Start()
	snapshot, _, err := stack.ScanSnapshot(bytes.NewReader(data), io.Discard, &stack.Opts{})
	if snapshot == nil {
		measure.Fail(errors.New("panicparse found no goroutine"))
	}
	aggregated := snapshot.Aggregate(stack.AnyValue)
	clock.Stop(&result)
	if err != nil && err != io.EOF {
		result.Answer.Lost = 1
	}

	// Its buckets also tell states, creators and their goroutines apart, so only the goroutines are comparable.
	for _, goroutine := range snapshot.Goroutines {
		result.Answer.IDSum += uint64(goroutine.ID)
	}
	result.Answer.Goroutines = len(snapshot.Goroutines)
	result.Answer.Groups = len(aggregated.Buckets)
	result.Print()
}
