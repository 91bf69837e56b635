package polis

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"delfi/internal/fault"
	"delfi/internal/peak"
)

// TestAnExportOfManyVotersCostsWhatIsWritten: as many voters as one import takes, with ids
// as long as they may be, read and gone through cut by cut; then one more, one more vote,
// and a longer id, which are refused with the bound and the remedy.
func TestAnExportOfManyVotersCostsWhatIsWritten(t *testing.T) {
	const dearest = 192 << 20
	dir := t.TempDir()
	put := func(file string, lines func(w *bufio.Writer)) {
		t.Helper()
		f, err := os.Create(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriter(f)
		lines(w)
		if err := errors.Join(w.Flush(), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	votes := func(voters, each, id int, more string) {
		t.Helper()
		put(votesFile, func(w *bufio.Writer) {
			fmt.Fprintln(w, "timestamp,comment-id,voter-id,vote")
			for n := range voters * each {
				fmt.Fprintf(w, "%d,%d,%0*d,1\n", n, n/voters%4, id, n%voters)
			}
			fmt.Fprint(w, more)
		})
	}
	put(summaryFile, func(w *bufio.Writer) { fmt.Fprintln(w, "topic,Many") })
	put(commentsFile, func(w *bufio.Writer) {
		fmt.Fprint(w, "comment-id,author-id,moderated,comment-body\n0,a,0,A\n1,a,0,B\n2,a,0,C\n3,a,0,D\n")
	})
	votes(votersMost, 3, idMost, "")
	peak.Within(t, dearest, func() {
		c, err := Read(dir, func(Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		err = c.replay(MaxRounds, func(n int, k cut, standing answers) error {
			if n == MaxRounds && (k.ballots != votersMost || k.answers != 3*votersMost) {
				t.Errorf("%d ballots, %d answers", k.ballots, k.answers)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	refused := func(words ...string) {
		t.Helper()
		_, err := Read(dir, func(Progress) {})
		for _, w := range words {
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), w) {
				t.Errorf("%.300v says nothing of %q", err, w)
			}
		}
	}
	votes(votersMost, 1, idMost, "1,0,x,1\n")
	refused("line 250002", "250000 voters", "divide votes.csv")
	votes(1, votesMost, 1, "1,0,0,1\n")
	refused("line 5000002", "5000000 votes", "divide votes.csv")
	votes(1, 1, idMost+1, "")
	refused("line 2", "64 bytes", "short id")
}

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
