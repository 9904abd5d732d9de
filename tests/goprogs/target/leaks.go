package main

import (
	"errors"
	"sync"
	"time"
)

var errTimeout = errors.New("timeout")

// repeat does something for ever, with a pause between.
func repeat(do func()) {
	go func() {
		for range time.Tick(*every) {
			do()
		}
	}()
}

// askWithTimeout gives up on an answer that is sent all the same: the sender waits for ever.
func askWithTimeout() {
	ask(0)
}

func ask(patience time.Duration) (int, error) {
	answers := make(chan int)
	go func() { sendAnswer(answers) }()
	select {
	case answer := <-answers:
		return answer, nil
	case <-time.After(patience):
		return 0, errTimeout
	}
}

func sendAnswer(answers chan<- int) {
	time.Sleep(5 * time.Millisecond)
	answers <- 42 // leak: send
}

// startRefresh starts a loop over a ticker that nobody stops.
func startRefresh() {
	ticker := time.NewTicker(time.Hour)
	go refreshLoop(ticker)
}

func refreshLoop(ticker *time.Ticker) {
	for range ticker.C { // leak: ticker
		time.Sleep(time.Microsecond)
	}
}

func waitOnNil() {
	var never chan int
	<-never // leak: nil channel
}

func waitForReply(replies chan int) {
	<-replies // leak: receive
}

// startProvable leaks what the runtime can prove: a channel that nothing else can reach.
func startProvable() {
	go waitForReply(make(chan int))
}

type account struct {
	mu      sync.Mutex
	balance int
}

// stuckLock lets one goroutine hold a lock for ever and n others wait for it.
func stuckLock(n int) {
	shared := &account{}
	held := make(chan struct{})
	go shared.holdForEver(held)
	<-held
	for i := 0; i < n; i++ {
		go shared.deposit(i)
	}
}

func (a *account) holdForEver(held chan<- struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(held)
	waitForReply(make(chan int))
}

func (a *account) deposit(sum int) {
	a.mu.Lock() // leak: lock
	defer a.mu.Unlock()
	a.balance += sum
}

// stuckWait lets n goroutines wait for a group whose last member never comes.
func stuckWait(n int) {
	group := &sync.WaitGroup{}
	group.Add(1)
	for i := 0; i < n; i++ {
		go awaitGroup(group)
	}
}

func awaitGroup(group *sync.WaitGroup) {
	group.Wait() // leak: wait group
}
