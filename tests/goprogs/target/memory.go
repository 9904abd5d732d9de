package main

import (
	"sync"
	"time"
)

var (
	cacheMu sync.Mutex
	cache   = map[int][]byte{}
	kept    [][]byte
	objects []*record
	sink    []byte
)

type record struct {
	next *record
	name [40]byte
}

// growCache keeps 256 KiB more, for ever.
func growCache() {
	cacheMu.Lock()
	defer cacheMu.Unlock()
	cache[len(cache)] = remember(256 << 10)
}

//go:noinline
func remember(size int) []byte {
	entry := make([]byte, size) // leak: cache
	entry[0] = 1
	return entry
}

// garbage allocates much and keeps nothing.
func garbage(string) {
	go func() {
		for {
			sink = throwAway(64 << 10)
			time.Sleep(time.Millisecond)
		}
	}()
}

//go:noinline
func throwAway(size int) []byte {
	return make([]byte, size)
}

// keepStable keeps n MiB from the start on.
func keepStable(n int) {
	for i := 0; i < n; i++ {
		kept = append(kept, keepBlock(1<<20))
	}
}

//go:noinline
func keepBlock(size int) []byte {
	block := make([]byte, size)
	for i := 0; i < size; i += 4096 {
		block[i] = 1
	}
	return block
}

// keepObjects keeps n small linked objects.
func keepObjects(n int) {
	for i := 0; i < n; i++ {
		objects = append(objects, keepRecord())
	}
}

//go:noinline
func keepRecord() *record {
	return &record{}
}
