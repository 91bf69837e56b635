package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"delfi/internal/peak"
)

// hostile is ten megabytes, and what reading them may cost.
const (
	hostile = 10 << 20
	dearest = 64 << 20
)

// TestTenMegabytesOfAStudyCostLittle: those that are a study, of as many people as they
// can name, and the JSON of it.
func TestTenMegabytesOfAStudyCostLittle(t *testing.T) {
	numbered := func(head, unit string) string {
		var b strings.Builder
		b.WriteString(head)
		for n := 0; b.Len() < hostile; n++ {
			fmt.Fprintf(&b, unit, n)
		}
		return b.String()
	}
	for what, text := range map[string]func() string{
		"long": func() string { return numbered("round,panelist,item,value\n", "1,%d,i,7\n") },
		"wide": func() string { return numbered("panelist,q1,q2,q3,q4,q5,q6,q7,q8\n", "%d,1,2,3,4,5,6,7,8\n") },
	} {
		t.Run(what, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "study.csv")
			write := func(text string) {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("round,panelist,item,value\n1,1,i,7\n")
			if status, _ := run(t, "measure", "--scale", "1-9", file); status != 0 { // the program's own memory is no study's
				t.Fatalf("status %d", status)
			}
			write(text())
			peak.Within(t, dearest, func() {
				if status, words := run(t, "measure", "--no-intervals", "--scale", "1-9", file); status != 0 || !strings.Contains(words, "panelists") {
					t.Errorf("status %d: %.300s", status, words)
				}
			})
		})
	}
}

// TestTenMegabytesOfAServerCostAWitnessLittle.
func TestTenMegabytesOfAServerCostAWitnessLittle(t *testing.T) {
	for what, unit := range map[string]string{"letters": "a", "lines": "\n", "signatures": "— a AAAA\n"} {
		body := []byte(strings.Repeat(unit, hostile/len(unit)))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(body) // whoever asked hangs up
		}))
		peak.Within(t, dearest, func() {
			if status, _ := run(t, "witness", server.URL, "--trust-first", "--dir", t.TempDir(), "--name", "garante.example.it"); status == 0 {
				t.Errorf("%s: status %d", what, status)
			}
		})
		server.Close()
	}
}
