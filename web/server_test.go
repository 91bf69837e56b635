package web_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"delfi/web"
)

func TestNoConnectionHoldsTheServerForEver(t *testing.T) {
	s := web.Server(http.NotFoundHandler())
	for name, limit := range map[string]int64{
		"headers": int64(s.ReadHeaderTimeout), "body": int64(s.ReadTimeout), "answer": int64(s.WriteTimeout), "idle": int64(s.IdleTimeout), "header bytes": int64(s.MaxHeaderBytes),
	} {
		if limit <= 0 {
			t.Errorf("no limit of %s", name)
		}
	}
}

// listen serves h on a listener of its own.
func listen(t *testing.T, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := web.Server(h)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return l.Addr().String()
}

// memory is what the process holds now, in bytes.
func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// Ten thousand who have the page open and do nothing take little each. A test
// process holds both ends of a connection, so it opens fewer and counts per one.
func TestIdleConnectionsTakeLittle(t *testing.T) {
	const connections, most = 3000, 48 << 10 // bytes for both ends
	address := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") }))
	before := memory()
	open := make([]net.Conn, 0, connections)
	defer func() {
		for _, c := range open {
			c.Close()
		}
	}()
	for range connections {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
		if _, err := fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: delfi.test\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReaderSize(c, 512), nil)
		if err != nil || res.StatusCode != 200 {
			t.Fatal(res, err)
		}
		res.Body.Close()
	}
	if each := (memory() - before) / connections; each > most {
		t.Errorf("an idle connection takes %d bytes, more than %d", each, most)
	}
}

func TestHugeHeadersAreRefused(t *testing.T) {
	address := listen(t, http.NotFoundHandler())
	r, err := http.NewRequest(http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Huge", strings.Repeat("x", 200<<10))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%d", res.StatusCode)
	}
}
