// The target is the live program of the end-to-end tests. Its flags choose what it does; /control/ tells it to do more.
//
//	-mode=a,b      any of the modes in modes.go, each a behaviour of its own
//	-every=100ms   how often a mode that repeats does its thing
//	-n=100         how many, for modes that make many
//	-serve=all     all | goroutine | none: which pprof handlers there are
//	-prefix=/x     mounts pprof at /x/debug/pprof instead
//	-vars          serves /debug/vars too
//	-delay=1s      lets each pprof answer wait
//	-unix=PATH     listens on a unix socket as well
//
// It prints "listening on HOST:PORT" when it is ready and leaves when its standard input ends.
package main

import (
	"expvar"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	httppprof "net/http/pprof"
)

var (
	modeList = flag.String("mode", "", "comma list of modes")
	every    = flag.Duration("every", 100*time.Millisecond, "pause of repeating modes")
	number   = flag.Int("n", 100, "how many, for modes that make many")
	serve    = flag.String("serve", "all", "pprof handlers: all, goroutine or none")
	prefix   = flag.String("prefix", "", "path before /debug/pprof")
	vars     = flag.Bool("vars", false, "serve /debug/vars")
	delay    = flag.Duration("delay", 0, "wait before each pprof answer")
	unixPath = flag.String("unix", "", "unix socket to listen on as well")
	listenOn = flag.String("listen", "127.0.0.1:0", "address")
)

func main() {
	flag.Parse()
	listener, err := net.Listen("tcp", *listenOn)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server := &http.Server{Handler: handlers()}
	go server.Serve(listener)
	if *unixPath != "" {
		local, err := net.Listen("unix", *unixPath)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		go server.Serve(local)
	}
	for _, name := range strings.Split(*modeList, ",") {
		if name == "" {
			continue
		}
		mode, known := modes[name]
		if !known {
			fmt.Fprintf(os.Stderr, "no mode %q\n", name)
			os.Exit(2)
		}
		mode(listener.Addr().String())
	}
	fmt.Println("listening on", listener.Addr())
	io.Copy(io.Discard, os.Stdin)
}

// handlers mounts what the flags ask for on an own mux.
func handlers() http.Handler {
	mux := http.NewServeMux()
	base := *prefix + "/debug/pprof/"
	switch *serve {
	case "all":
		mux.Handle(base, delayed(http.HandlerFunc(index)))
	case "goroutine":
		mux.Handle(base+"goroutine", delayed(httppprof.Handler("goroutine")))
	}
	if *vars {
		mux.Handle("/debug/vars", expvar.Handler())
	}
	mux.HandleFunc("/control/count", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, runtime.NumGoroutine())
	})
	mux.HandleFunc("/control/do", func(w http.ResponseWriter, r *http.Request) {
		mode, known := modes[r.FormValue("mode")]
		if !known {
			http.Error(w, "no such mode", http.StatusNotFound)
			return
		}
		if n, err := strconv.Atoi(r.FormValue("n")); err == nil {
			*number = n
		}
		mode(r.Host)
	})
	mux.HandleFunc("/control/gc", func(http.ResponseWriter, *http.Request) { runtime.GC() })
	mux.HandleFunc("/hello", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello") })
	return mux
}

// index serves the index page and all named profiles, as net/http/pprof does below its fixed path.
func index(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, *prefix+"/debug/pprof/")
	if name != "" && pprof.Lookup(name) != nil {
		httppprof.Handler(name).ServeHTTP(w, r)
		return
	}
	r.URL.Path = strings.TrimPrefix(r.URL.Path, *prefix)
	httppprof.Index(w, r)
}

func delayed(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(*delay)
		inner.ServeHTTP(w, r)
	})
}
