package page

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-chi/chi/v5"

	"delfi/internal/platform/postgres/testdb"
)

// benchReaders are the connections of a benchmark; they stay open.
const benchReaders = 16

// BenchmarkKept compares what is kept with a bare chi route of the same bytes, over
// real sockets: the ratio of their times is what a public page costs above nothing.
func BenchmarkKept(b *testing.B) {
	body := []byte(strings.Repeat("<p>la stessa pagina per chi legge in questa lingua, e non altro</p>\n", 600)) // 40 KB
	db := testdb.New(b)
	k := New(Options{BaseURL: "http://delfi.test", DB: db, Changes: received(b, db), Log: slog.New(slog.DiscardHandler)})
	defer k.Close()
	kept, err := k.Serve([]Route{Get("/pages/{slug}", Public, Shared, func(q *Request) error { return q.Bytes(200, "text/html; charset=utf-8", body) })})
	if err != nil {
		b.Fatal(err)
	}
	for !k.Cache().Connected() {
	}
	drawn := httptest.NewRecorder()
	kept.ServeHTTP(drawn, httptest.NewRequest(http.MethodGet, "http://delfi.test/pages/a", nil))

	bare := chi.NewRouter()
	bare.Get("/pages/{slug}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(body)
	})
	for _, c := range []struct {
		name, headers string
		handler       http.Handler
	}{
		{"bare", "", bare},
		{"plain", "", kept},
		{"packed", "Accept-Encoding: gzip\r\n", kept},
		{"again", "If-None-Match: " + drawn.Header().Get("ETag") + "\r\n", kept},
	} {
		b.Run(c.name, func(b *testing.B) { overSockets(b, c.handler, c.headers) })
	}
}

// overSockets asks for one page on open connections, as fast as they are answered.
func overSockets(b *testing.B, h http.Handler, headers string) {
	server := httptest.NewServer(h)
	defer server.Close()
	request := []byte("GET /pages/a HTTP/1.1\r\nHost: delfi.test\r\n" + headers + "\r\n")
	left := atomic.Int64{}
	left.Store(int64(b.N))
	done := make(chan error, benchReaders)
	b.ResetTimer()
	for range benchReaders {
		go func() { done <- read(server.Listener.Addr().String(), request, &left) }()
	}
	for range benchReaders {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

// read asks until nothing is left to ask.
func read(address string, request []byte, left *atomic.Int64) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	for left.Add(-1) >= 0 {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return err
		}
		if res.StatusCode != 200 && res.StatusCode != 304 {
			return fmt.Errorf("status %d", res.StatusCode)
		}
	}
	return nil
}
