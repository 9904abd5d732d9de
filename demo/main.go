// Command orders is a small order service with three leaks that people really write, for `leakfinder.sh demo`.
//
//	orders [-listen ADDR] [-leaks=false] [-for DURATION]   serves, with /debug/pprof; prints its URL
//	orders -drive URL [-for DURATION]                      is the customers: a steady load on the service at URL
//	orders -verify URL -report FILE                        holds a JSON report of LeakFinder to what URL planted
//
// The healthy part is in orders.go, the leaks are in leaks.go.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	// The line that turns pprof on: it registers /debug/pprof/ on http.DefaultServeMux.
	_ "net/http/pprof"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("orders: ")
	listen := flag.String("listen", "127.0.0.1:0", "address to serve on; port 0 is any free one")
	leaks := flag.Bool("leaks", true, "leak as planted; false serves the same requests without leaking")
	lifetime := flag.Duration("for", 2*time.Minute, "end by itself after this long")
	drive := flag.String("drive", "", "drive the service at this URL instead of serving")
	verify := flag.String("verify", "", "ask the service at this URL what it planted and look for it in -report")
	report := flag.String("report", "", "JSON report for -verify")
	flag.Parse()
	time.AfterFunc(*lifetime, func() { os.Exit(0) })

	switch {
	case *verify != "":
		os.Exit(verifyReport(*verify, *report))
	case *drive != "":
		driveLoad(*drive)
	default:
		serve(*listen, *leaks)
	}
}

func serve(address string, leaks bool) {
	newShop(leaks).routes(http.DefaultServeMux)
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}
