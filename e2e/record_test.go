package e2e

import (
	"bufio"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"delfi/internal/platform/postgres/private"
)

// alter writes to a cluster's record as its owner can, past the triggers.
func alter(t *testing.T, k *private.Cluster, statements ...string) {
	t.Helper()
	db, err := sql.Open("postgres", k.URL(private.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range append([]string{`SET LOCAL session_replication_role = replica`}, statements...) {
		if _, err := tx.ExecContext(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// filled is a cluster with a record of so many entries, which a server has begun.
func filled(t *testing.T, dir string, entries int) *private.Cluster {
	t.Helper()
	k := cluster(t, dir)
	serve(t, dir, "--database-url="+k.URL(private.Database)).stop(t)
	fill, err := os.ReadFile("../internal/ledger/testdata/bulk.sql")
	if err != nil {
		t.Fatal(err)
	}
	alter(t, k, fmt.Sprintf("SET LOCAL bulk.entries = %d;\n%s", entries, fill))
	return k
}

// metric reads a server's own figures until one line stands there.
func metric(t *testing.T, address, line string) {
	t.Helper()
	eventually(t, line, func() bool {
		r, err := http.Get("http://" + address + "/metrics")
		if err != nil {
			return false
		}
		defer r.Body.Close()
		for in := bufio.NewScanner(r.Body); in.Scan(); {
			if in.Text() == line {
				return true
			}
		}
		return false
	})
}

// A record in which an entry was changed, or whose end was cut, is found by a server that
// starts on it. The server answers all the same; /readyz, a metric and one line of its log
// say that the record refuses acts. One that was mended is taken again.
func TestAChangedRecordIsSaidAndTheServerAnswers(t *testing.T) {
	dir := data(t)
	k := filled(t, dir, 9)
	at := freeAddress(t)
	args := []string{"--database-url=" + k.URL(private.Database), "--private-listen=" + at}
	sound := func() {
		t.Helper()
		s := serve(t, dir, args...)
		metric(t, at, "delfi_record_checked_entries 9")
		metric(t, at, "delfi_record_refuses_acts 0")
		if strings.Contains(s.log.String(), "level=ERROR") {
			t.Errorf("of a sound record:\n%s", s.log)
		}
		s.stop(t)
	}
	refusing := func(cause string) {
		t.Helper()
		s := spawn(t, dir, exec.Command(binary, serveArgs(dir, args...)...))
		if status, _ := s.get(t, "/healthz"); status != http.StatusOK {
			t.Errorf("/healthz: %d", status)
		}
		metric(t, at, "delfi_record_refuses_acts 1")
		if status, text := s.get(t, "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(text, `"record":"fails"`) {
			t.Errorf("/readyz: %d %s", status, text)
		}
		if status, text := s.get(t, "/record"); status != http.StatusOK || !strings.Contains(text, "Il registro non può continuare") {
			t.Errorf("/record: %d", status)
		}
		s.stop(t)
		if n := strings.Count(s.log.String(), "level=ERROR"); n != 1 || !strings.Contains(s.log.String(), cause) || !strings.Contains(s.log.String(), "delfi succeed") {
			t.Errorf("%d lines of error, not one with %q:\n%s", n, cause, s.log)
		}
	}
	sound()
	alter(t, k, `UPDATE record.entry SET text = replace(text, 'panel', 'alias') WHERE sequence = 2`)
	refusing("entry 2 is not the one that was recorded")
	alter(t, k, `UPDATE record.entry SET text = replace(text, 'alias', 'panel') WHERE sequence = 2`)
	refused := spawn(t, dir, exec.Command(binary, serveArgs(dir, args...)...)) // until it has checked
	metric(t, at, "delfi_record_refuses_acts 0")
	refused.stop(t)
	sound()
	alter(t, k, `DELETE FROM record.entry WHERE sequence > 6`)
	refusing("9 entries were signed and 7 are in the database")
}
