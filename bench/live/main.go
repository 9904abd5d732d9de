// live parks goroutines in a mix of states and stacks, holds a heap of many allocation sites, works (-busy), serves net/http/pprof, and
// measures how long it was stopped: the longest gap of a goroutine that sleeps in steps of 1 ms, at /stall (JSON; reading it
// begins a new interval). /requests tells what was asked for. It prints "ready URL" once all are parked and ends when its standard input closes.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

type stallMeter struct {
	longest, pings int64 // nanoseconds; count
}

func (m *stallMeter) run() {
	last := time.Now()
	for {
		time.Sleep(time.Millisecond)
		now := time.Now()
		gap := int64(now.Sub(last))
		last = now
		atomic.AddInt64(&m.pings, 1)
		for {
			longest := atomic.LoadInt64(&m.longest)
			if gap <= longest || atomic.CompareAndSwapInt64(&m.longest, longest, gap) {
				break
			}
		}
	}
}

func (m *stallMeter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	longest := atomic.SwapInt64(&m.longest, 0)
	pings := atomic.SwapInt64(&m.pings, 0)
	fmt.Fprintf(w, "{\"longest_ms\":%.3f,\"pings\":%d}\n", float64(longest)/1e6, pings)
}

// requestLog keeps the paths asked for, so that a peer can be timed on exactly the same profiles; /requests reads and clears it.
type requestLog struct {
	mutex sync.Mutex
	paths []string
}

func (l *requestLog) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path := r.URL.RequestURI(); path != "/stall" && path != "/requests" {
			l.mutex.Lock()
			l.paths = append(l.paths, path)
			l.mutex.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

func (l *requestLog) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	l.mutex.Lock()
	paths := l.paths
	l.paths = []string{}
	l.mutex.Unlock()
	json.NewEncoder(w).Encode(paths)
}

// park returns a function that blocks for ever in one of the common states.
func park(kind int, started *sync.WaitGroup) func() {
	channel := make(chan int)
	switch kind % 8 {
	case 0, 1:
		return func() { started.Done(); <-channel }
	case 2:
		return func() { started.Done(); channel <- 1 }
	case 3, 4:
		other := make(chan string)
		return func() {
			started.Done()
			select {
			case <-channel:
			case <-other:
			}
		}
	case 5:
		group := &sync.WaitGroup{}
		group.Add(1)
		return func() { started.Done(); group.Wait() }
	case 6:
		cond := sync.NewCond(&sync.Mutex{})
		return func() {
			cond.L.Lock()
			started.Done()
			cond.Wait()
		}
	default:
		return func() { started.Done(); time.Sleep(1000 * time.Hour) }
	}
}

// work serves made-up requests for ever: each allocates, starts goroutines that sleep and end, and keeps a window of answers.
func work() {
	var answers [64][]byte
	for n := 0; ; n++ {
		var requests sync.WaitGroup
		for k := 0; k < 4; k++ {
			requests.Add(1)
			go func() {
				defer requests.Done()
				time.Sleep(2 * time.Millisecond)
			}()
		}
		answers[n%len(answers)] = make([]byte, 16<<10)
		requests.Wait()
		time.Sleep(3 * time.Millisecond)
	}
}

func main() {
	address := flag.String("addr", "127.0.0.1:0", "where to serve")
	goroutines := flag.Int("goroutines", 100, "how many to park")
	stacks := flag.Int("stacks", 20, "over how many distinct stacks")
	depth := flag.Int("depth", 6, "frames of each stack, about")
	sites := flag.Int("heap-sites", 0, "distinct allocation stacks, each sampled")
	heap := flag.Int("heap-mb", 0, "ballast: live heap in objects of 1 KB")
	workers := flag.Int("busy", 0, "workers that allocate and start short goroutines at a steady pace")
	flag.Parse()

	if *sites > 0 {
		runtime.MemProfileRate = 1
	}
	held := make([][]byte, 0, *sites+*heap*1024)
	for site := 0; site < *sites; site++ {
		spell(spelling(site, 8), func() { held = append(held, make([]byte, 64+site%192)) })
	}
	if *sites > 0 {
		runtime.MemProfileRate = 512 * 1024
	}
	for k := 0; k < *heap*1024; k++ {
		held = append(held, make([]byte, 1024))
	}

	var started sync.WaitGroup
	started.Add(*goroutines)
	for k := 0; k < *goroutines; k++ {
		stack := k % *stacks
		go spell(spelling(stack, *depth), park(stack, &started))
	}
	started.Wait()
	runtime.GC()

	for k := 0; k < *workers; k++ {
		go work()
	}
	meter := &stallMeter{}
	go meter.run()
	http.Handle("/stall", meter)
	asked := &requestLog{paths: []string{}}
	http.Handle("/requests", asked)
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Printf("ready http://%s\n", listener.Addr())
	http.Serve(listener, asked.wrap(http.DefaultServeMux))
	runtime.KeepAlive(held)
}
