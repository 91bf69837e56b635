package main

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// The words of an entry go by law, once and on a public ground; the entry stays.
func TestWordsOfTheRecordAreRemovedByLaw(t *testing.T) {
	d := newDesk(t)
	data := d.args[slices.Index(d.args, "--data")+1]
	keys, err := pseudonym.NewFileKeys(filepath.Join(data, "keys"), bytes.Repeat([]byte{5}, 32))
	if err != nil {
		t.Fatal(err)
	}
	record := ledger.New(d.db, keys, ledger.Options{CheckpointFile: filepath.Join(data, "record", "checkpoint")})
	if err := d.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return record.Append(ctx, tx, ledger.Entry{Type: ledger.Act, Role: "administrator", Name: "Anna", Kind: "extend", Reason: "Abita in via Verdi 3."})
	}); err != nil {
		t.Fatal(err)
	}
	words := func() (out []string) {
		t.Helper()
		if err := d.db.Pool().Select(&out, `SELECT coalesce(document, '') FROM record.words ORDER BY sequence`); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, refused := range [][]string{{"record", "remove", "0", "--ground", " "}, {"record", "remove", "7", "--ground", "GDPR, art. 17"}, {"record", "remove", "0"}} {
		if status, _, complained := d.admin(refused...); status == 0 || len(complained) == 0 || !strings.Contains(words()[0], "Verdi") {
			t.Errorf("%q: status %d, %q, %q", refused, status, complained, words())
		}
	}
	status, printed, complained := d.admin("record", "remove", "0", "--ground", "GDPR, art. 17")
	if status != 0 || len(printed) != 2 || !strings.HasPrefix(printed[0], "removed: the words of entry 0;") {
		t.Fatalf("status %d, %q, %q", status, printed, complained)
	}
	if left := words(); len(left) != 2 || left[0] != "" || !strings.Contains(left[1], "GDPR, art. 17") {
		t.Errorf("%q", left)
	}
	if err := record.Recount(t.Context()); err != nil {
		t.Error(err)
	}
	if status, _, complained := d.admin("record", "remove", "0", "--ground", "GDPR, art. 17"); status == 0 || !strings.Contains(strings.Join(complained, " "), "no words") {
		t.Errorf("again: status %d, %q", status, complained)
	}
}
