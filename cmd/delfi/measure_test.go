package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"delfi/cmd/internal/command"
)

// run gives a command's exit status and what it printed.
func run(t *testing.T, args ...string) (int, string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out := os.Stdout
	os.Stdout = w
	defer func() { os.Stdout = out }()
	printed := make(chan string)
	go func() {
		b, err := io.ReadAll(r)
		if err != nil {
			t.Error(err)
		}
		printed <- string(b)
	}()
	status := realMain(context.Background(), args)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return status, <-printed
}

// A study is measured without a database, and a broken one is refused.
func TestMeasure(t *testing.T) {
	file := filepath.Join(t.TempDir(), "study.csv")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("round,panelist,group,item,value\n1,a,,parking,7\n1,b,,parking,8\n1,c,,parking,5\n1,d,,parking,7\n1,e,,parking,3\n")
	if status, text := run(t, "measure", file); status != 0 || !strings.Contains(text, "parking") || !strings.Contains(text, "majority") {
		t.Errorf("%d: %s", status, text)
	}
	status, text := run(t, "measure", "--json", "--rule", "share:7-9>=66.7", "--quantile", "2", file)
	var result struct {
		Items []struct {
			Rounds []struct {
				Measures map[string]*float64 `json:"measures"`
			} `json:"rounds"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(text), &result); status != 0 || err != nil || *result.Items[0].Rounds[0].Measures["median"] != 7 {
		t.Errorf("%d %v: %s", status, err, text)
	}
	round := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	first, second := round("1.csv", "email;q1;q2\nanna;7,0;n.d.\nbo;8;9\n"), round("2.csv", "Email;q1;q2\nanna;9;9\nbo;8;\n")
	book := round("items.csv", "item,label\nq1,More trees\nq2,Fewer cars\n")
	args := []string{"measure", "--json", "--scale", "1-9", "--missing", "n.d.,99", "--min-n", "1", "--rule", "share:7-9>=50", "--rule", "q2=share>=33.3", "--codebook", book, first, second}
	if status, text := run(t, args...); status != 0 || !strings.Contains(text, `"label":"Fewer cars"`) || !strings.Contains(text, `"rule":"share\u003e=33.3"`) {
		t.Errorf("%d: %s", status, text)
	}
	if status, text := run(t, "measure", "--fields"); status != 0 || !strings.Contains(text, "van der Eijk") {
		t.Errorf("%d: %s", status, text)
	}
	write("round,panelist,group,item,value\n1,a,,parking,77\n")
	for _, args := range [][]string{
		{file}, {}, {file + "x"}, {filepath.Dir(file)}, {"--scale", "9", file}, {"--rule", "share:7-10>=50", file},
		{"--quantile", "8", file}, {"--nonsense", file}, {"--json", file},
		{"--min-n", "0", file}, {"--scale", "q9=1-5", file}, {"--codebook", file + "x", file}, {"--encoding", "latin1", file}, {"--sheet", "A", file}, {first, second},
	} {
		if status, text := run(t, append([]string{"measure"}, args...)...); status != 2 || text != "" {
			t.Errorf("%v: exit status %d, want 2 and nothing said but %q", args, status, text)
		}
	}
}

// A study is told in the language that is asked for, on a page too; a page that
// cannot be written leaves what stood there.
func TestMeasureWritesAPage(t *testing.T) {
	dir := t.TempDir()
	file, page := filepath.Join(dir, "study.csv"), filepath.Join(dir, "page.html")
	text := "round,panelist,group,item,value\n"
	for _, p := range "abcdefgh" {
		text += "1," + string(p) + ",,parking,8\n"
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	status, words := run(t, "measure", "--scale", "1-9", "--lang", "it", "--seed", "tre civette", "--html", page, file)
	if status != 0 || !strings.Contains(words, "Consenso a favore") || !strings.Contains(words, "seme «tre civette»") {
		t.Errorf("%d: %s", status, words)
	}
	written, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(written), `<html lang="it">`) || !strings.Contains(string(written), "Da study.csv.") || !strings.Contains(string(written), "tre civette") {
		t.Errorf("%v: %.300s", err, written)
	}
	if status, words := run(t, "measure", "--scale", "1-9", "--html", filepath.Join(dir, "none", "page.html"), file); status != 2 || words != "" {
		t.Errorf("%d: %s", status, words)
	}
	if status, _ := run(t, "measure", "--lang", "de", file); status != 2 {
		t.Errorf("%d for a language that has no words", status)
	}
}

// A missing code below zero is a value and no flag, with and without an equals sign.
func TestMissingCodesMayBeginWithAMinus(t *testing.T) {
	file := filepath.Join(t.TempDir(), "study.csv")
	if err := os.WriteFile(file, []byte("id,parking\na,7\nb,8\nc,-9\nd,NA\ne,7\nf,9\ng,8\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, args := range [][]string{{"--missing=-9,NA"}, {"--missing", "-9,NA"}, {"--missing", "-9", "--missing", "NA"}} {
		status, text := run(t, append(append([]string{"measure", "--json"}, args...), file)...)
		if want == "" {
			want = text
		}
		if status != 0 || text != want || !strings.Contains(text, `"n":5`) {
			t.Errorf("%v: %d %s", args, status, text)
		}
	}
	if status, _ := run(t, "measure", "--missing", "--json", file); status != 2 {
		t.Errorf("a flag is taken for a value: %d", status)
	}
}

// --version prints the program and what it was built from, in one line, and stops.
func TestVersion(t *testing.T) {
	if !strings.HasPrefix(command.Version("delfi"), "delfi ") || strings.Contains(command.Version("delfi"), "\n") || !strings.Contains(command.Version("delfi"), runtime.Version()) {
		t.Errorf("%q", command.Version("delfi"))
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--version"}, {"measure", "--version"}} {
		c := exec.Command(self, args...)
		c.Env = append(os.Environ(), asked+"=1")
		out, err := c.Output()
		if err != nil || strings.TrimSpace(string(out)) != command.Version("delfi") {
			t.Errorf("%v: %v %q, want %q", args, err, out, command.Version("delfi"))
		}
	}
}
