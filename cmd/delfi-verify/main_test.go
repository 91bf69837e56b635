package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The exit statuses are those of `delfi verify`: 2 for what the caller has to mend, 1
// for a record that does not hold.
func TestExits(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"checkpoint": "nobody signed this\n", "key": "no key\n", "no.zip": "no archive"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		status int
		args   []string
	}{
		"no folder":              {2, []string{filepath.Join(folder, "nowhere")}},
		"an empty folder":        {2, []string{t.TempDir()}},
		"a file":                 {2, []string{filepath.Join(folder, "no.zip")}},
		"another language":       {2, []string{"--lang", "fr", folder}},
		"keeping what is kept":   {2, []string{"--save", t.TempDir(), folder}},
		"a command of delfi":     {2, []string{"verify", folder}},
		"nothing at all to read": {2, nil},
		"a record with a fault":  {1, []string{folder}},
	} {
		if status := realMain(t.Context(), c.args); status != c.status {
			t.Errorf("%s: status %d, want %d", name, status, c.status)
		}
	}
}
