package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"delfi/cmd/internal/command"

	"delfi/internal/account"
	"delfi/internal/ledger"
)

func TestKeysAreListedAndRotated(t *testing.T) {
	d := newDesk(t)
	keys := func(args ...string) (int, string) {
		t.Helper()
		return run(t, append(append([]string{"keys"}, args...), d.args...)...)
	}
	if status, out := keys("list"); status != 0 || !strings.Contains(out, "there is no key yet") {
		t.Errorf("%d %s", status, out)
	}
	for i := range 3 {
		if _, err := d.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	line := regexp.MustCompile(`^identity-[0-9a-f-]{36}: people's data; protects 3 rows\n$`)
	status, before := keys("list")
	if status != 0 || !line.MatchString(before) {
		t.Fatalf("%d %q", status, before)
	}
	if status, out := keys("rotate"); status != 0 || !strings.Contains(out, "rewritten: 3 accounts") {
		t.Errorf("%d %s", status, out)
	}
	status, after := keys("list")
	if status != 0 || !line.MatchString(after) || after == before {
		t.Errorf("%d %q", status, after)
	}
	// The key that signs the public record, with its public half.
	settings := databaseSettings{DatabaseURL: d.args[1], Data: d.args[3], MasterKey: os.Getenv("DELFI_MASTER_KEY")}
	db, held, closeDatabase, err := settings.openWatched(t.Context(), false, func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	record := ledger.New(db, held, settings.record("https://delfi.test", nil))
	if err := record.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	verifier, err := record.VerifierKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	closeDatabase()
	signing := regexp.MustCompile(`(?m)^log-[0-9a-f-]{36}: signs the public record; no entry yet; verifier key ` + regexp.QuoteMeta(verifier[0]) + `$`)
	if status, out := keys("list"); status != 0 || !signing.MatchString(out) {
		t.Errorf("%d %q", status, out)
	}
	logs, err := filepath.Glob(filepath.Join(d.args[3], "keys", "log-*.key"))
	if err != nil || len(logs) != 1 {
		t.Fatalf("%v, %v", logs, err)
	}
	if err := os.Remove(logs[0]); err != nil {
		t.Fatal(err)
	}
	if status, out := keys("list"); status != 0 || !strings.Contains(out, "MISSING from the folder of keys") {
		t.Errorf("%d %q", status, out)
	}
	if status, _ := keys("rotate", "twice"); status != 2 {
		t.Errorf("bad usage: status %d", status)
	}
	// A folder without the key: nothing is rewritten.
	data := d.args[3]
	found, err := filepath.Glob(filepath.Join(data, "keys", "identity-*.key"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	if err := os.Remove(found[0]); err != nil {
		t.Fatal(err)
	}
	if status, _ := keys("rotate"); status != 1 {
		t.Errorf("without the key: status %d", status)
	}
}

// A server that holds another key does not start, and says what to do.
func TestAServerWithAnotherKeyDoesNotStart(t *testing.T) {
	d := newDesk(t)
	if err := unlock(t.Context(), d.Service); err != nil {
		t.Fatal(err)
	}
	settings := databaseSettings{DatabaseURL: d.args[1], Data: t.TempDir(), MasterKey: os.Getenv("DELFI_MASTER_KEY")}
	db, keys, closeDatabase, err := settings.openWatched(t.Context(), false, func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	defer closeDatabase()
	err = unlock(t.Context(), account.New(db, keys))
	if command.Status(err) != command.Refused || !strings.Contains(err.Error(), "restore <data>/keys") {
		t.Errorf("got %v", err)
	}
}
