package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// order is what a customer sends.
type order struct {
	ID    int64  `json:"id"`
	Item  string `json:"item"`
	Pence int64  `json:"pence"`
	done  chan []byte
}

// shop serves orders: the healthy pool of workers here, and what leaks in leaks.go.
type shop struct {
	leaks    bool
	lastID   atomic.Int64
	queue    chan *order
	receipts *receiptCache
}

const workers = 8

func newShop(leaks bool) *shop {
	s := &shop{leaks: leaks, queue: make(chan *order, 64), receipts: newReceiptCache(leaks)}
	for i := 0; i < workers; i++ {
		go s.work()
	}
	return s
}

func (s *shop) routes(mux *http.ServeMux) {
	mux.HandleFunc("/order", s.placeOrder)
	mux.HandleFunc("/price", s.askPrice)
	mux.HandleFunc("/track", s.trackOrder)
	mux.HandleFunc("/demo/planted", servePlanted)
}

// work is one of a fixed number of workers: it waits for orders for ever, and is no leak.
func (s *shop) work() {
	for o := range s.queue {
		o.done <- render(o)
	}
}

// placeOrder hands an order to the workers and answers with its receipt.
func (s *shop) placeOrder(w http.ResponseWriter, r *http.Request) {
	o := &order{ID: s.lastID.Add(1), Item: r.URL.Query().Get("item"), Pence: 1999, done: make(chan []byte, 1)}
	select {
	case s.queue <- o:
	case <-time.After(time.Second):
		http.Error(w, "all workers are busy", http.StatusServiceUnavailable)
		return
	}
	receipt := <-o.done
	s.receipts.store(o.ID, receipt)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(receipt)
}

// pageSize is room for the longest receipt. It makes much garbage, as services do, so that collections are frequent.
const pageSize = 256 << 10

// render makes the text of a receipt.
func render(o *order) []byte {
	text := make([]byte, 0, pageSize)
	for line := 0; line < 640; line++ {
		item, err := json.Marshal(o)
		if err != nil {
			continue
		}
		text = append(text, "line "+strconv.Itoa(line)+" "...)
		text = append(text, item...)
		text = append(text, '\n')
	}
	return append(text, fmt.Sprintf("total %d.%02d\n", o.Pence/100, o.Pence%100)...)
}
