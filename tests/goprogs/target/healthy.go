package main

import (
	"io"
	"net/http"
	"sync"
	"time"
)

const poolSize = 8

// healthy does what ordinary services do: a worker pool, tickers, keep-alive connections, bursts of short work.
func healthy(address string) {
	jobs := make(chan int)
	for i := 0; i < poolSize; i++ {
		go poolWorker(jobs)
	}
	go produce(jobs)
	go heartbeat(time.NewTicker(50 * time.Millisecond))
	go burst()
	go callItself("http://" + address + "/hello")
}

func poolWorker(jobs <-chan int) {
	for job := range jobs {
		time.Sleep(time.Duration(job%3) * time.Millisecond)
	}
}

func produce(jobs chan<- int) {
	for i := 0; ; i++ {
		jobs <- i
		time.Sleep(5 * time.Millisecond)
	}
}

func heartbeat(ticker *time.Ticker) {
	for range ticker.C {
		time.Sleep(time.Millisecond)
	}
}

func burst() {
	for {
		var group sync.WaitGroup
		for i := 0; i < 20; i++ {
			group.Add(1)
			go shortWork(&group)
		}
		group.Wait()
		time.Sleep(100 * time.Millisecond)
	}
}

func shortWork(group *sync.WaitGroup) {
	defer group.Done()
	time.Sleep(20 * time.Millisecond)
}

func callItself(url string) {
	client := &http.Client{Timeout: 5 * time.Second}
	for {
		if answer, err := client.Get(url); err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// crowd parks n goroutines that are all wanted: subscribers of one long-lived feed.
func crowd(n int) {
	feed := make(chan int)
	feeds = append(feeds, feed)
	for i := 0; i < n; i++ {
		go subscriber(feed)
	}
}

var feeds []chan int

func subscriber(feed <-chan int) {
	for range feed {
		time.Sleep(time.Millisecond)
	}
}
