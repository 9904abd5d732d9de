package main

import (
	"io"
	"net/http"
	"time"
)

// driveLoad is the customers: each of a fixed number asks at a steady pace, so that any growth is the service's own.
func driveLoad(url string) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	for path, pause := range map[string]time.Duration{
		"/order?item=lamp": 8 * time.Millisecond,
		"/price?item=lamp": 120 * time.Millisecond,
		"/track?order=1":   200 * time.Millisecond,
	} {
		go func(path string, pause time.Duration) {
			for range time.Tick(pause) {
				ask(client, url+path)
			}
		}(path, pause)
	}
	select {}
}

// ask makes one request; the service's answer, an error too, is none of the driver's business.
func ask(client *http.Client, url string) {
	response, err := client.Get(url)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
}
