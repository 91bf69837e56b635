package verify

import (
	"time"

	"delfi/internal/delphi"
)

// The figures of the entries that documents are checked against.
type (
	openingEntry struct {
		Round    int
		Kind     delphi.RoundKind
		Deadline time.Time
		Enrolled []int
		Feedback string
		Items    string
	}
	closingEntry struct {
		record     record
		Round      int
		Answered   int
		Enrolled   []int
		Counts     string
		Heads      string
		Root       string
		Tally      string
		Superseded string
		Items      string
	}
	feedbackEntry struct {
		record   record
		Round    int
		Document string
		Tables   []string
	}
	releaseEntry struct {
		record   record
		Round    int
		Tick     int
		Tally    string
		Counts   string
		Document string
		Items    string
	}
	decision struct {
		record   record
		Round    int
		Item     int
		Proposed string
		Decided  string
	}
	opinionEntry struct {
		record   record
		Version  int
		Hash     string
		Previous string
	}
)
