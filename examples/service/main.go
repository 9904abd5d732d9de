// A service as small as can be, with pprof on, for the recipes of docs/ci.md. LEAK=1 makes it leak.
package main

import (
	"fmt"
	"log"
	"net/http"
	_ "net/http/pprof"
	"os"
)

// quote asks two suppliers and takes the first answer. The channel must have room for both: nobody receives the second.
func quote(room int) int {
	answers := make(chan int, room)
	for supplier := 1; supplier <= 2; supplier++ {
		go ask(supplier, answers)
	}
	return <-answers
}

func ask(supplier int, answers chan<- int) {
	answers <- 100 * supplier
}

func main() {
	address, room := os.Getenv("ADDRESS"), 2
	if address == "" {
		address = "localhost:6060"
	}
	if os.Getenv("LEAK") != "" {
		room = 0
	}
	http.HandleFunc("/quote", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, quote(room)) })
	log.Fatal(http.ListenAndServe(address, nil))
}
