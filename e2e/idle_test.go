package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// idlers is how many have a page open and do nothing.
const idlers = 10_000

// files makes sure that this process may hold so many, or says what is in the way.
// What it starts inherits that.
func files(t *testing.T, wanted uint64) {
	t.Helper()
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		t.Fatal(err)
	}
	l.Max = max(l.Max, wanted) // which root may do
	l.Cur = l.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		t.Fatalf("%d open files are needed: run ulimit -n %d as root, or let the machine allow them: %v", wanted, wanted, err)
	}
}

// memory gives the server's resident bytes, now and at their highest since forget.
func (s *site) memory(t *testing.T) (now, peak int64) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	of := func(name string) int64 {
		_, rest, _ := strings.Cut(string(text), name+":")
		line, _, _ := strings.Cut(rest, "kB")
		kb, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		if err != nil {
			t.Fatal(name, err)
		}
		return kb << 10
	}
	return of("VmRSS"), of("VmHWM")
}

// linger opens connections that have asked for a page once, and leaves them open.
func (s *site) linger(t *testing.T, n int) []net.Conn {
	t.Helper()
	all := make([]net.Conn, n)
	t.Cleanup(func() {
		for _, c := range all {
			if c != nil {
				c.Close()
			}
		}
	})
	at := strings.TrimPrefix(s.URL, "http://")
	var hands sync.WaitGroup
	for hand := range 32 {
		hands.Go(func() {
			in := bufio.NewReader(nil)
			for i := hand; i < n; i += 32 {
				c, err := net.Dial("tcp", at)
				if err != nil {
					t.Error(err)
					return
				}
				all[i] = c
				in.Reset(c)
				fmt.Fprintf(c, "GET /help/privacy HTTP/1.1\r\nHost: %s\r\nAccept-Language: it\r\n\r\n", at)
				res, err := http.ReadResponse(in, nil)
				if err == nil {
					_, err = io.Copy(io.Discard, res.Body)
				}
				if err != nil || res.StatusCode != http.StatusOK {
					t.Error(res, err)
					return
				}
			}
		})
	}
	hands.Wait()
	return all
}

// Ten thousand who have the page open, and then bodies of a hundred megabytes, take
// the server no more memory than is said here.
func TestCrowdsAndHugeBodiesTakeBoundedMemory(t *testing.T) {
	// 128 MB, 32 KB for each of the crowd; what is sent is fifty times as much.
	const senders, huge, most = 32, 100 << 20, 128<<20 + idlers*32<<10
	files(t, idlers+2000)
	dir := data(t)
	c := found(t, dir, senders)
	s := c.serve(t, dir)
	c.enrol(t, s)
	open := s.linger(t, idlers)
	now, _ := s.memory(t)
	t.Logf("%d idle connections: %d MB resident", idlers, now>>20)

	told := make(map[int]int)
	var mu sync.Mutex
	each(c.voters, func(v *voter) {
		for _, long := range []bool{true, false} { // told beforehand how long it is, or not
			body := &endless{left: huge}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+busyRound, body)
			if err != nil {
				t.Error(err)
				return
			}
			if long {
				r.ContentLength = huge
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Forwarded-For", v.address)
			w, err := v.browser.Do(r)
			var cut *url.Error
			switch {
			case errors.As(err, &cut):
				// The server had answered and closed while the body was still being sent.
			case err != nil:
				t.Error(err)
			default:
				w.Body.Close()
				mu.Lock()
				told[w.StatusCode]++
				mu.Unlock()
			}
			if sent := huge - body.left; sent > 16<<20 {
				t.Errorf("%d MB of a body were taken", sent>>20)
			}
		}
	})
	// Or that the room of large bodies is full, while others send theirs.
	if others := len(told) - min(1, told[http.StatusRequestEntityTooLarge]) - min(1, told[http.StatusServiceUnavailable]); others > 0 {
		t.Errorf("who sent too much was told %v", told)
	}
	_, peak := s.memory(t)
	t.Logf("and huge bodies: %d MB at the highest; %v", peak>>20, told)
	if peak > most {
		t.Errorf("%d MB at the highest, of %d", peak>>20, most>>20)
	}
	// Nobody was thrown out meanwhile, and others get in.
	in := bufio.NewReader(open[0])
	fmt.Fprintf(open[0], "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	if res, err := http.ReadResponse(in, nil); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("the first of the crowd asks again: %v %v", res, err)
	}
	if err := c.voters[0].deliver(t, t.Context()); err != nil {
		t.Errorf("a ballot beside the crowd: %v", err)
	}
}

// endless is a body of letters.
type endless struct{ left int }

func (e *endless) Read(b []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(len(b), e.left)
	for i := range b[:n] {
		b[i] = 'a'
	}
	e.left -= n
	return n, nil
}
