package verify

import (
	"fmt"
	"io"
	"strings"

	"delfi/internal/prose"
	"delfi/internal/verify/drawn"
	"delfi/internal/verify/replay"
)

// Result is what a check that found no fault has looked at.
type Result struct {
	Origin          string // of the log
	Size            int64  // entries that its checkpoint signs
	Root            string
	Key             string // the verifier key that was used
	Pinned          bool   // the reader brought it
	CosignersPinned bool
	Cosigners       []string // required ones whose signature was found
	CosignedSize    int64    // entries that they signed; 0 when none is required
	Kept            int64    // size of the checkpoint that the reader kept; 0 for none

	Files         int
	Entries       int
	Rounds        int // answering rounds
	Releases      int // interim releases of standing rounds
	Tables        int
	Leaves        int64
	Figures       int // numbers of documents that were computed again
	Texts         int // reasons whose digest is a leaf
	Removals      []int64
	Contributions int // texts of contributions that were removed by law
	Reasons       int // stubs of reasons that were removed by law

	Draws         []drawn.Draw
	Consultations []Checked
	Others        []Listed // of the record's list, which were not checked
	Unread        int      // consultations of the log whose files were not looked at
	Receipts      []ReceiptResult
	LeftOut       int // paired tables that leave out stayers, whom nobody can name
}

// Checked is one consultation that was checked.
type Checked struct {
	Slug      string
	ID        string
	Title     string
	Stage     string
	Protocol  string        // hash
	Waiting   int           // closed rounds whose files are not public yet
	Opinions  int           // versions
	Untitled  bool          // the list alone has its title
	Unplaced  bool          // the list alone has its slug
	Corrected int           // times that a text was corrected after the announcement
	Unsaid    []string      // texts of its opinion of which no entry says anything, or not any more
	Clock     *replay.Clock // nil before it is concluded
}

// ReceiptResult is what was found of one receipt.
type ReceiptResult struct {
	File       string
	Slug       string
	Round      int
	Waiting    bool     // its round is not released yet
	Browser    bool     // it shows what a browser is said to have drawn
	Words      bool     // it shows the person's own words, by their digest
	Superseded bool     // a later ballot of the same person took its place
	Leaves     int      // with a proof: leaves that stand with the right value
	LeftOut    []string // with a proof: tables from which the rule leaves its answers out
}

// partless counts the receipts of which the server alone chose the seed.
func (r Result) partless() int {
	n := 0
	for _, w := range r.Receipts {
		if !w.Browser && !w.Words {
			n++
		}
	}
	return n
}

// settled names the receipts of released rounds, whose ballots were looked for, and
// those whose rounds are ahead: of them nothing but the signature can be checked.
func (r Result) settled() (found, ahead []string) {
	for _, w := range r.Receipts {
		if w.Waiting {
			ahead = append(ahead, w.File)
		} else {
			found = append(found, w.File)
		}
	}
	return found, ahead
}

// waiting counts the closed rounds whose files are not public yet.
func (r Result) waiting() int {
	n := 0
	for _, c := range r.Consultations {
		n += c.Waiting
	}
	return n
}

// Write ends a check in words: what was checked, what is proven, and what is not
// (docs/RECORD.md §6.9). lang is "it" or "en". Each statement is one printable line,
// whatever stands in the record.
func (r Result) Write(out io.Writer, lang string) error {
	say := english
	if lang == "it" {
		say = italian
	}
	var b strings.Builder
	for _, part := range say(r) {
		b.WriteString(part.title + "\n")
		for _, l := range part.lines {
			b.WriteString("  - " + prose.Printable(l) + "\n")
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// part is one heading of the ending with its lines.
type part struct {
	title string
	lines []string
}

// add appends a line when it applies.
func (p *part) add(when bool, format string, a ...any) {
	if when {
		p.lines = append(p.lines, fmt.Sprintf(format, a...))
	}
}
