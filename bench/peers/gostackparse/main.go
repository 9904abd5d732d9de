// gostackparse FILE: parses a goroutine dump from memory with github.com/DataDog/gostackparse.
package main

import (
	"bytes"
	"os"
	"strings"

	"github.com/DataDog/gostackparse"
	"leakfinder/bench/measure"
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		measure.Fail(err)
	}
	result := measure.Result{Tool: "gostackparse", Version: "0.7.0", Bytes: int64(len(data))}
	clock := measure.Start()
	goroutines, errs := gostackparse.Parse(bytes.NewReader(data))
	clock.Stop(&result)

	groups := measure.NewGroups()
	for _, goroutine := range goroutines {
		var stack strings.Builder
		for _, frame := range goroutine.Stack {
			measure.AppendFrame(&stack, frame.Func, frame.File, frame.Line)
		}
		groups.Add(stack.String())
		result.Answer.IDSum += uint64(goroutine.ID)
		result.Answer.WaitMinutes += uint64(goroutine.Wait.Minutes())
	}
	groups.Into(&result.Answer)
	result.Answer.Goroutines = len(goroutines)
	result.Answer.Lost = len(errs)
	result.Print()
}
