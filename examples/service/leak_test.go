package main

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestLeavesNothingBehind starts the service, loads it three times and fails when goroutines or memory grew each time.
func TestLeavesNothingBehind(t *testing.T) {
	if _, err := exec.LookPath("leakfinder"); err != nil {
		t.Skip("leakfinder is not on the PATH")
	}
	address := freeAddress(t)
	startService(t, address)

	compare := exec.Command("leakfinder", "compare", "-rounds=3", "-save-reports=false", "--", "./loadtest.sh")
	compare.Env = append(os.Environ(), "LEAKFINDER_URL=http://"+address)
	if output, err := compare.CombinedOutput(); err != nil {
		t.Errorf("leakfinder: %v\n%s", err, output)
	}
}

func startService(t *testing.T, address string) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "service")
	if output, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	service := exec.Command(binary)
	service.Env = append(os.Environ(), "ADDRESS="+address)
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		service.Process.Kill()
		service.Wait()
	})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		answer, err := http.Get("http://" + address + "/debug/pprof/")
		if err == nil {
			answer.Body.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the service does not answer: %v", err)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
