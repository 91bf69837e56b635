package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What cannot be imported is refused with exit status 2, before a data folder or a
// database comes to be.
func TestImportRefused(t *testing.T) {
	whole := map[string]string{
		"comments.csv": "comment-id,author-id,moderated,comment-body\n0,a,1,A park\n",
		"votes.csv":    "timestamp,comment-id,voter-id,vote\n1,0,v,1\n",
		"summary.csv":  "topic,Park\n",
	}
	comments := "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
	for n := range 1001 {
		comments += fmt.Sprintf("1,-,%d,a,0,0,1,Statement %d.\n", n, n)
	}
	for name, c := range map[string]struct {
		file, text string
		more       []string
	}{
		"1,001 statements": {"comments.csv", comments, nil},
		"a long statement": {"comments.csv", comments[:strings.Index(comments, "\n")+1] + "1,-,0,a,0,0,1," + strings.Repeat("x", 601) + "\n", nil},
		"a long licence":   {"summary.csv", "topic,Park\n", []string{"--licence", strings.Repeat("x", 201)}},
		"a missing file":   {"votes.csv", "", nil},
		"an empty file":    {"comments.csv", " ", nil},
		"an unknown vote":  {"votes.csv", "timestamp,comment-id,voter-id,vote\n1,0,v,2\n", nil},
		"no rounds":        {"summary.csv", "topic,Park\n", []string{"--rounds", "0"}},
		"another language": {"summary.csv", "topic,Park\n", []string{"--language", "fr"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range whole {
				if file == c.file {
					text = c.text
				}
				if text == "" {
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			data := filepath.Join(t.TempDir(), "data")
			if got := realMain(t.Context(), append([]string{"import", "polis", dir, "--data", data}, c.more...)); got != 2 {
				t.Errorf("exit status %d", got)
			}
			if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the data folder: %v", err)
			}
		})
	}
}
