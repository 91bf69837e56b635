package private

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree writes a small package as npm would leave it: without its links.
func tree(t *testing.T, links string) string {
	t.Helper()
	root := t.TempDir()
	for name, body := range map[string]string{
		"package.json":            `{"version":"1"}`,
		"native/pg-symlinks.json": links,
		"native/bin/postgres":     "\x7fELF",
		"native/lib/libx.so.5.17": "x",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const someLinks = `[{"source":"native/lib/libx.so.5.17","target":"native/lib/libx.so"},{"source":"native/lib/libx.so.5.17","target":"native/lib/libx.so.5"}]`

func TestLinksThatNpmLeavesOutAreMade(t *testing.T) {
	root := tree(t, someLinks)
	for range 2 { // a second time changes nothing
		if err := link(root); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"libx.so", "libx.so.5"} {
			if body, err := os.ReadFile(filepath.Join(root, "native/lib", name)); err != nil || string(body) != "x" {
				t.Errorf("%s: %q, %v", name, body, err)
			}
		}
	}
}

func TestALinkOutOfThePackageIsRefused(t *testing.T) {
	for _, links := range []string{
		`[{"source":"/etc/passwd","target":"native/lib/x"}]`,
		`[{"source":"native/lib/libx.so.5.17","target":"../x"}]`,
	} {
		if err := link(tree(t, links)); err == nil || !strings.Contains(err.Error(), "out of the package") {
			t.Errorf("%s: %v", links, err)
		}
	}
}

// As root, packages in a private home are copied to where the dropped user reads.
func TestACopyIsReadableByAll(t *testing.T) {
	root, base := tree(t, someLinks), filepath.Join(t.TempDir(), "cache")
	for range 2 {
		bin, err := cached(root, base)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(bin, "postgres"))
		if err != nil || info.Mode().Perm() != 0o755 {
			t.Fatalf("%v, %v", info.Mode(), err)
		}
		if _, err := os.Stat(filepath.Join(bin, "../lib/libx.so.5")); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(base); err != nil || len(left) != 1 {
		t.Errorf("%d things in the cache, %v", len(left), err)
	}
}

// A killed Postgres' children write on while the next one says why it cannot start.
func TestWhatAKilledPostgresStillSaysHidesNothing(t *testing.T) {
	folder := t.TempDir()
	old, err := newLog(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if _, err := old.WriteString(strings.Repeat("a checkpoint\n", 500)); err != nil {
		t.Fatal(err)
	}
	next, err := newLog(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	for f, words := range map[*os.File]string{next: "the shared memory is still in use\n", old: strings.Repeat("the last checkpoint\n", 100)} {
		if _, err := f.WriteString(words); err != nil {
			t.Fatal(err)
		}
	}
	if !logged(folder, "is still in use") || strings.Contains(lastWords(folder), "\x00") {
		t.Errorf("the log: %q", lastWords(folder))
	}
}

// A thousand people are told to come later, and why it ended is still to be read.
func TestLastWordsAreNotThoseToWhoeverStillCame(t *testing.T) {
	folder := t.TempDir()
	log, err := newLog(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	const why, end = "[7] PANIC:  could not write to the log: No space left on device\n", "[1] LOG:  database system is shut down\n"
	if _, err := log.WriteString(why + strings.Repeat("[8] FATAL:  the database system is in recovery mode\n", 1000) + end); err != nil {
		t.Fatal(err)
	}
	if got := lastWords(folder); got != strings.TrimSpace(why+end) {
		t.Errorf("its last words were: %s", got)
	}
}

func TestAScriptIsNotTakenForPostgres(t *testing.T) {
	path := filepath.Join(t.TempDir(), "postgres")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nexec su postgres\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := executable(path); err == nil || !strings.Contains(err.Error(), "script") {
		t.Errorf("got %v", err)
	}
}

func TestNoPostgresSaysWhatToRun(t *testing.T) {
	r, err := currentRunner()
	if err != nil {
		t.Fatal(err)
	}
	_, err = find(t.Context(), t.TempDir(), r, 0)
	if err == nil || !strings.Contains(err.Error(), "make assets") || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("got %v", err)
	}
}
