//go:build soak

package e2e

import (
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"delfi/internal/platform/postgres/private"
)

// A record of a million entries: a server starts on it in the memory of a small one, and
// hands it out, whole and by the page, in the same; the check beside it ends.
func TestSoakAMillionEntries(t *testing.T) {
	const entries, most = 1_000_000, 100 << 20
	dir := data(t)
	began := time.Now()
	k := filled(t, dir, entries)
	t.Logf("filled in %s", time.Since(began))
	at := freeAddress(t)
	args := serveArgs(dir, "--database-url="+k.URL(private.Database), "--private-listen="+at)
	start := func() *site {
		t.Helper()
		began := time.Now()
		s := spawn(t, dir, exec.Command(binary, args...))
		if status, _ := s.get(t, "/healthz"); status != http.StatusOK {
			t.Errorf("/healthz: %d", status)
		}
		t.Logf("/healthz after %s", time.Since(began))
		return s
	}
	// The first start finds no signature: the record is signed when it has been checked.
	first := start()
	began = time.Now()
	for status := 0; status != http.StatusOK; time.Sleep(time.Second) {
		status, _ = first.get(t, "/readyz")
	}
	t.Logf("checked and signed after %s", time.Since(began))
	metric(t, at, "delfi_record_checked_entries 1e+06")
	first.stop(t)

	s := start()
	began = time.Now()
	s.ready(t)
	t.Logf("ready after %s more", time.Since(began))
	_, peak := s.memory(t)
	t.Logf("%d MB at the highest when ready", peak>>20)
	for !strings.Contains(s.log.String(), "the public record was checked") {
		if status, _ := s.get(t, "/readyz"); status != http.StatusOK {
			t.Fatalf("not ready beside the check: %d\n%s", status, s.log)
		}
		time.Sleep(time.Second)
	}
	if _, peak = s.memory(t); peak > most {
		t.Errorf("%d MB at the highest after the check, of %d", peak>>20, most>>20)
	}
	t.Logf("%d MB at the highest after the check", peak>>20)
	page, err := http.Get(s.URL + "/record/entries?from=999000")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(page.Body)
	page.Body.Close()
	if err != nil || strings.Count(string(text), "\n") != 1000 || page.Header.Get("Link") != "" {
		t.Errorf("the last page has %d lines, %v", strings.Count(string(text), "\n"), err)
	}
	began = time.Now()
	if out, err := exec.Command(binary, "verify", s.URL).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	t.Logf("verified by pages in %s", time.Since(began))
	if _, peak = s.memory(t); peak > most {
		t.Errorf("%d MB at the highest after all pages, of %d", peak>>20, most>>20)
	}
	t.Logf("%d MB at the highest after all pages", peak>>20)
}
