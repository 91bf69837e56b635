package polis

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"delfi/internal/fault"
	"delfi/internal/peak"
)

// TestTenMegabytesOfAnExportCostLittle, in the place of each of its files.
func TestTenMegabytesOfAnExportCostLittle(t *testing.T) {
	const (
		hostile = 10 << 20
		dearest = 64 << 20
		head    = "timestamp,comment-id,author-id,moderated,comment-body\n"
		votes   = "timestamp,comment-id,voter-id,vote\n"
	)
	filled := func(head, unit, tail string) string {
		return head + strings.Repeat(unit, (hostile-len(head)-len(tail))/len(unit)) + tail
	}
	numbered := func(head, unit string) string {
		var b strings.Builder
		b.WriteString(head)
		for n := 0; b.Len() < hostile; n++ {
			fmt.Fprintf(&b, unit, n)
		}
		return b.String()
	}
	good := map[string]string{summaryFile: "topic,Few\n", commentsFile: head + "1,a,v,0,One\n1,b,v,-1,Two\n", votesFile: votes + "2,a,v,1\n"}
	for _, c := range []struct {
		name, file string
		text       func() string
	}{
		{"one field", summaryFile, func() string { return filled("", "a", "") }},
		{"an open quotation mark", summaryFile, func() string { return filled(`"`, "a\n", "") }},
		{"a long title", summaryFile, func() string { return filled("topic,", "a", "\n") }},
		{"names", summaryFile, func() string { return numbered("topic,Few\n", "n%d,x\n") }},
		{"fields", summaryFile, func() string { return filled("", ",", "\n") }},
		{"fields of comments", commentsFile, func() string { return filled("", "a,", "\n") }},
		{"columns", commentsFile, func() string { return numbered("", "c%d,") }},
		{"a long comment", commentsFile, func() string { return filled(head+"1,a,v,0,", "a", "\n") }},
		{"a long one that was rejected", commentsFile, func() string { return filled(head+"1,a,v,-1,", "a", "\n") }},
		{"comments", commentsFile, func() string { return numbered(head, "1,%d,v,0,a\n") }},
		{"rejected ones", commentsFile, func() string { return numbered(head, "1,%d,v,-1,\n") }},
		{"an id", commentsFile, func() string { return filled(head+"1,", "a", ",v,0,x\n") }},
		{"empty lines", commentsFile, func() string { return filled(head, "\n", "") }},
		{"votes", votesFile, func() string { return filled(votes, "1,a,v,1\n", "") }},
		{"voters", votesFile, func() string { return numbered(votes, "1,a,%x,1\n") }},
		{"votes on what was rejected", votesFile, func() string { return filled(votes, "1,b,v,1\n", "") }},
		{"a long voter", votesFile, func() string { return filled(votes+"1,a,", "v", ",1\n") }},
		{"no UTF-8", votesFile, func() string { return filled(votes, "\xff", "") }},
		{"noughts", votesFile, func() string { return filled(votes, "\x00", "") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range good {
				if file == c.file {
					text = c.text()
				}
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			peak.Within(t, dearest, func() {
				_, err := Read(dir, func(Progress) {})
				if err != nil && (fault.KindOf(err) != fault.Invalid || len(err.Error()) > 2000) {
					t.Errorf("%.300v", err)
				}
			})
		})
	}
}
