package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"time"
)

// Leak 1: a send that nobody receives. When the supplier is slower than the customer's patience, the handler has gone
// and the goroutine waits on its unbuffered channel for ever. The fix: `make(chan int, 1)`.

var errTooSlow = errors.New("the supplier did not answer in time")

func (s *shop) askPrice(w http.ResponseWriter, r *http.Request) {
	price, err := s.quote(20 * time.Millisecond)
	if err != nil {
		http.Error(w, err.Error(), http.StatusGatewayTimeout)
		return
	}
	_, _ = w.Write([]byte(strconv.Itoa(price)))
}

func (s *shop) quote(patience time.Duration) (int, error) {
	room := 0
	if !s.leaks {
		room = 1
	}
	answer := make(chan int, room)
	go func() {
		price := askSupplier()
		planted("a send that nobody receives after a timeout", s.leaks)
		answer <- price
	}()
	select {
	case price := <-answer:
		return price, nil
	case <-time.After(patience):
		return 0, errTooSlow
	}
}

// askSupplier stands for a call to another service, which is slow today.
func askSupplier() int {
	time.Sleep(40 * time.Millisecond)
	return 1999
}

// Leak 2: a ticker loop that nothing ends. Each tracked order starts one; closing the page does not stop it. The fix:
// the request's context in the loop, as in the healthy branch.

func (s *shop) trackOrder(w http.ResponseWriter, r *http.Request) {
	status := &orderStatus{}
	if s.leaks {
		go status.refresh()
	} else {
		go status.refreshUntil(r.Context())
	}
	_, _ = w.Write([]byte("tracking\n"))
}

type orderStatus struct {
	mutex  sync.Mutex
	looked time.Time
}

func (o *orderStatus) look() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.looked = time.Now()
}

func (o *orderStatus) refresh() {
	ticker := time.NewTicker(time.Second)
	planted("a ticker loop that is never stopped", true)
	for range ticker.C {
		o.look()
	}
}

func (o *orderStatus) refreshUntil(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			o.look()
		case <-ctx.Done():
			return
		}
	}
}

// Leak 3: a cache that only grows. Each receipt is kept, none is ever dropped. The fix: a limit, as in the healthy
// branch, or an expiry.

type receiptCache struct {
	mutex    sync.Mutex
	leaks    bool
	receipts map[int64][]byte
}

const receiptsKept = 32

func newReceiptCache(leaks bool) *receiptCache {
	return &receiptCache{leaks: leaks, receipts: make(map[int64][]byte)}
}

func (c *receiptCache) store(id int64, receipt []byte) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	planted("a cache that only grows", c.leaks)
	c.receipts[id] = append([]byte(nil), receipt...)
	if !c.leaks {
		delete(c.receipts, id-receiptsKept)
	}
}

// The demo's own book-keeping: the service itself says where it leaks, so that the demo need not know the lines.

// plantedLeak is one place that leaks, as the running program knows it.
type plantedLeak struct {
	Name     string `json:"name"`
	Function string `json:"function"`
	File     string `json:"file"`
	Line     int    `json:"line"`
}

var plantedLeaks sync.Map

// planted notes that the line below the call leaks, where `leaks` says that it does.
func planted(name string, leaks bool) {
	if _, known := plantedLeaks.Load(name); known || !leaks {
		return
	}
	callers := make([]uintptr, 1)
	runtime.Callers(2, callers)
	frame, _ := runtime.CallersFrames(callers).Next()
	plantedLeaks.Store(name, plantedLeak{name, frame.Function, frame.File, frame.Line + 1})
}

// servePlanted answers with the places that have leaked so far, as a JSON list.
func servePlanted(w http.ResponseWriter, r *http.Request) {
	list := []plantedLeak{}
	plantedLeaks.Range(func(_, leak any) bool {
		list = append(list, leak.(plantedLeak))
		return true
	})
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(list)
}
