package main

import (
	"context"
	"runtime/debug"
	"runtime/pprof"
)

// modes are the behaviours by name; each gets the program's own address and returns at once.
var modes = map[string]func(address string){
	"healthy":       healthy,
	"crowd":         func(string) { crowd(*number) },
	"leak_send":     func(string) { repeat(func() { askWithTimeout() }) },
	"leak_ticker":   func(string) { repeat(func() { startRefresh() }) },
	"leak_nil":      func(string) { repeat(func() { go waitOnNil() }) },
	"leak_labels":   func(string) { repeat(func() { leakLabelled("acme", "/v1/users") }) },
	"stuck_lock":    func(string) { stuckLock(*number) },
	"reads_again":   func(string) { readsAgain(*number) },
	"double_lock":   func(string) { waitsForItself(*number) },
	"lock_cycle":    func(string) { cycle() },
	"timed_crowd":   func(string) { timedCrowd(*number) },
	"stuck_wait":    func(string) { stuckWait(*number) },
	"some_leaks":    func(string) { many(*number, askWithTimeout) },
	"provable":      func(string) { many(*number, startProvable) },
	"grow_cache":    func(string) { repeat(growCache) },
	"garbage":       garbage,
	"garbage_no_gc": func(address string) { debug.SetGCPercent(-1); garbage(address) },
	"stable_heap":   func(string) { keepStable(*number) },
	"many_objects":  func(string) { keepObjects(*number) },
}

// many does something n times.
func many(n int, do func()) {
	for i := 0; i < n; i++ {
		do()
	}
}

func leakLabelled(tenant, route string) {
	pprof.Do(context.Background(), pprof.Labels("tenant", tenant, "route", route), func(context.Context) {
		go waitForReply(make(chan int))
	})
}
