package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// nuisance is a client that sends what it likes and reads nothing, again and again:
// whenever the server lets go of it, it comes back. It tells when it has begun.
func nuisance(ctx context.Context, at, text string, begun func()) {
	begun = sync.OnceFunc(begun)
	defer begun()
	for ctx.Err() == nil {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", at)
		if err != nil {
			return
		}
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		// What is not read stays on the server's side.
		_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10) // a larger one is filled as well
		_, err = io.WriteString(conn, text)
		begun()
		for err == nil { // until it is cut
			var one [1]byte
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-time.After(200 * time.Millisecond):
				_, err = conn.Read(one[:])
			}
		}
		stop()
		conn.Close()
	}
}

// Two hundred who ask for everything public and read a few bytes a second, and two
// hundred who never end what they send, each from an address of their own: everybody
// who answers is answered, and so is who reads.
func TestSlowReadersAndUnfinishedFormsHoldUpNobody(t *testing.T) {
	const people, readers, senders, patience = inhabitants, 200, 200, 2 * time.Second
	files(t, 4000)
	dir := data(t)
	c := found(t, dir, people)
	s := c.serve(t, dir)
	c.enrol(t, s)
	at := strings.TrimPrefix(s.URL, "http://")

	ctx, end := context.WithCancel(t.Context())
	var all, begun sync.WaitGroup
	begun.Add(readers + senders)
	defer all.Wait()
	defer end()
	large := []string{"/record/strade-scolastiche.zip", "/record/entries", "/record/piazza-della-pomposa.zip"}
	for i := range readers {
		// So many that no socket takes all the answers.
		asked := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nX-Forwarded-For: 10.1.0.%d\r\n\r\n", large[i%len(large)], at, i+1)
		all.Go(func() { nuisance(ctx, at, strings.Repeat(asked, 100), begun.Done) })
	}
	for i := range senders {
		announced, sent := 1_000_000, 525_000
		if i%2 == 1 {
			announced, sent = 60_000, 50_000
		}
		head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nX-Forwarded-For: 10.2.0.%d\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", busyRound, at, i+1, announced)
		all.Go(func() { nuisance(ctx, at, head+"a="+strings.Repeat("x", sent-2), begun.Done) })
	}

	begun.Wait()
	for _, v := range c.voters {
		v.browser.Timeout = patience // of each request
	}
	for round := range 5 {
		each(c.voters, func(v *voter) {
			if err := v.deliver(t, t.Context()); err != nil {
				t.Errorf("beside them, the ballot number %d of %s: %v", round+1, v.name, err)
			}
		})
		for _, path := range []string{"/", "/healthz", "/help/privacy"} {
			if status, _ := s.get(t, path); status != http.StatusOK {
				t.Errorf("%s beside them: %d", path, status)
			}
		}
	}
	_, peak := s.memory(t)
	t.Logf("%d MB at the highest", peak>>20)
}
