package replay

import (
	"time"

	"delfi/internal/delphi"
)

// The figures of the entries that documents are checked against.
type (
	Opening struct {
		Round    int
		Kind     delphi.RoundKind
		Deadline time.Time
		Enrolled []int
		Feedback string
		Items    string
	}
	Closing struct {
		Record     Record `json:"-"`
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
	Feedback struct {
		Record   Record `json:"-"`
		Round    int
		Document string
		Tables   []string
	}
	Release struct {
		Record   Record `json:"-"`
		Round    int
		Tick     int
		Tally    string
		Counts   string
		Document string
		Items    string
	}
	Decision struct {
		Record   Record `json:"-"`
		Round    int
		Item     int
		Proposed string
		Decided  string
	}
	Opinion struct {
		Record   Record `json:"-"`
		Version  int
		Hash     string
		Previous string
	}
)
