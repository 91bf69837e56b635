package web_test

import (
	"errors"
	"net"
	"net/http"
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
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return l.Addr().String()
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
