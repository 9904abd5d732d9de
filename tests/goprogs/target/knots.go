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

func (l *ledger) walk(tied chan<- struct{}) int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for l.mu.TryRLock() { // fails once a writer waits
		l.mu.RUnlock()
		time.Sleep(time.Millisecond)
	}
	close(tied)
	return l.size()
}

func (l *ledger) write() {
	l.mu.Lock()
	defer l.mu.Unlock()
}

// readsAgain lets a reader read again behind a writer that waits for it, and n others behind both.
func readsAgain(n int) {
	shared, tied := &ledger{}, make(chan struct{})
	go shared.walk(tied)
	time.Sleep(50 * time.Millisecond)
	go shared.write()
	<-tied
	many(n, func() { go shared.size() })
}

// waitsForItself lets a goroutine take a lock twice, and n others wait for it.
func waitsForItself(n int) {
	own, tied := &account{}, make(chan struct{})
	go own.depositTwice(tied)
	<-tied
	many(n, func() { go own.deposit(1) })
}

func (a *account) depositTwice(tied chan<- struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(tied)
	a.deposit(1)
}

func (l *ledger) move(held *sync.WaitGroup) {
	l.mu.Lock()
	defer l.mu.Unlock()
	held.Done()
	held.Wait()
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
	var held sync.WaitGroup // by both, before either takes the other's
	held.Add(2)
	go a.move(&held)
	go b.move(&held)
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
