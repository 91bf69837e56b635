package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A witness that cannot work is told so with exit status 2; a server that answers
// nonsense, or a record that is not the one it knows, with 1.
func TestAWitnessRefusesWhatItCannotCheck(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/key") {
			_, _ = w.Write([]byte("delfi.test/record+7d2c1b0a+AYUPdVhBNBaoP2mBO1vHnFnV1FE1fMmq4TkE8L6W7f1k\n"))
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(site.Close)
	dir := filepath.Join(t.TempDir(), "witness")
	for name, c := range map[string]struct {
		args []string
		want int
	}{
		"no address":       {[]string{"delfi.example.it"}, 2},
		"a name of spaces": {[]string{site.URL, "--name", "the guarantor"}, 2},
		"no record there":  {[]string{site.URL, "--name", "garante.test", "--trust-first"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := realMain(t.Context(), append([]string{"witness", "--dir", dir}, c.args...)); got != c.want {
				t.Errorf("exit status %d", got)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "checkpoint")); err == nil {
		t.Error("something was kept as seen")
	}
}
