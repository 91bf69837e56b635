//go:build soak

package e2e

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// Whoever sends a byte a second, or never reads what they are sent, holds a connection
// for a minute or two and nothing else: others answer meanwhile, memory is bounded, and
// in the end the server lets go of each.
func TestSoakSlowClientsAreLetGo(t *testing.T) {
	const most = 256 << 20
	files(t, 3000)
	dir := data(t)
	c := found(t, dir, 1)
	s := c.serve(t, dir)
	c.enrol(t, s)
	at := strings.TrimPrefix(s.URL, "http://")
	var all sync.WaitGroup
	for _, kind := range []struct {
		name, first string
		n           int
	}{
		{"headers at a byte a second", "GET /help/privacy HTTP/1.1\r\nHost: x\r\nX-Long: ", 500},
		{"a body at a byte a second", "POST " + busyRound + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
			"Content-Length: 50000\r\n\r\n", 500},
		// Few: what they ask for is drawn and sent as fast as the server can.
		{"answers that nobody reads", strings.Repeat("GET /help/privacy HTTP/1.1\r\nHost: x\r\n\r\n", 2000), 20},
	} {
		for range kind.n {
			all.Go(func() {
				conn, err := net.Dial("tcp", at)
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				// What is not read stays on the server's side.
				if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
					t.Error(err)
				}
				if err := conn.SetDeadline(time.Now().Add(5 * time.Minute)); err != nil {
					t.Error(err)
				}
				_, err = fmt.Fprint(conn, kind.first)
				for err == nil {
					time.Sleep(time.Second)
					_, err = fmt.Fprint(conn, "x")
				}
				if wait, ok := err.(net.Error); ok && wait.Timeout() {
					t.Errorf("%s: the server never lets go", kind.name)
				}
			})
		}
	}
	gone := make(chan struct{})
	go func() { all.Wait(); close(gone) }()
	for served := 0; ; served++ {
		if err := c.voters[0].deliver(t, t.Context()); err != nil {
			t.Errorf("beside slow clients, the ballot number %d: %v", served, err)
		}
		if _, peak := s.memory(t); peak > most {
			t.Fatalf("%d MB, of %d", peak>>20, most>>20)
		}
		select {
		case <-gone:
			_, peak := s.memory(t)
			t.Logf("%d ballots meanwhile, %d MB at the highest", served+1, peak>>20)
			return
		case <-time.After(time.Second):
		}
	}
}
