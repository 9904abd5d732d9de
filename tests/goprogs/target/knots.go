package main

import (
	"sync"
	"time"
)

// ledger knots its goroutines together in the ways that locks allow.
type ledger struct {
	mu    sync.RWMutex
	other *ledger
}

func (l *ledger) size() int {
	l.mu.RLock() // leak: read lock
	defer l.mu.RUnlock()
	return 1
}

func (l *ledger) walk() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	time.Sleep(200 * time.Millisecond)
	return l.size()
}

func (l *ledger) write() {
	l.mu.Lock()
	defer l.mu.Unlock()
}

// readsAgain lets a reader read again behind a writer that waits for it, and n others behind both.
func readsAgain(n int) {
	shared := &ledger{}
	go shared.walk()
	time.Sleep(50 * time.Millisecond)
	go shared.write()
	time.Sleep(300 * time.Millisecond)
	many(n, func() { go shared.size() })
}

// waitsForItself lets a goroutine take a lock twice, and n others wait for it.
func waitsForItself(n int) {
	own := &account{}
	go own.depositTwice()
	time.Sleep(100 * time.Millisecond)
	many(n, func() { go own.deposit(1) })
}

func (a *account) depositTwice() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.deposit(1)
}

func (l *ledger) move() {
	l.mu.Lock()
	defer l.mu.Unlock()
	time.Sleep(100 * time.Millisecond)
	l.other.take()
}

func (l *ledger) take() {
	l.mu.Lock() // leak: cycle
	defer l.mu.Unlock()
}

// cycle lets two goroutines wait for each other's lock.
func cycle() {
	a, b := &ledger{}, &ledger{}
	a.other, b.other = b, a
	go a.move()
	go b.move()
}

// timedCrowd parks n goroutines for as long as a timer lets them.
func timedCrowd(n int) {
	never := make(chan int)
	many(n, func() {
		go func() {
			for {
				select { // crowd: timed
				case <-never:
				case <-time.After(time.Minute):
				}
			}
		}()
	})
}
