package main

import (
	"os"
	"path/filepath"
	"testing"
)

// What is no record, or no option, is the caller's to mend: exit status 2; a
// record that does not hold is a failure: 1.
func TestVerifyExits(t *testing.T) {
	folder := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	empty, file := t.TempDir(), put("no.zip", "no archive")
	put("checkpoint", "nobody signed this\n")
	put("key", "no key\n")
	for what, c := range map[string]struct {
		status int
		args   []string
	}{
		"no folder":              {2, []string{"verify", filepath.Join(folder, "nowhere")}},
		"an empty folder":        {2, []string{"verify", empty}},
		"a file":                 {2, []string{"verify", file}},
		"an address of nothing":  {2, []string{"verify", "https://delfi.example/elsewhere"}},
		"a receipt of nothing":   {2, []string{"verify", "--receipt", filepath.Join(folder, "nowhere"), folder}},
		"another language":       {2, []string{"verify", "--lang", "fr", folder}},
		"keeping what is kept":   {2, []string{"verify", "--save", empty, folder}},
		"a record with a fault":  {1, []string{"verify", folder}},
		"nothing at all to read": {2, []string{"verify"}},
	} {
		if status, text := run(t, c.args...); status != c.status || text != "" {
			t.Errorf("%s: status %d, printed %q", what, status, text)
		}
	}
}
