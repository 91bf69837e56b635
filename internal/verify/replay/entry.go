package replay

import (
	"time"

	"delfi/internal/delphi"
)

// The figures of the entries that documents are checked against.
type (
	Opening struct {
		Round    int              `json:"round"`
		Kind     delphi.RoundKind `json:"kind"`
		Deadline time.Time        `json:"deadline"`
		Enrolled []int            `json:"enrolled"`
		Feedback string           `json:"feedback"`
		Items    string           `json:"items"`
		// People whom the opening found struck off their roll.
		StruckOff int `json:"struck_off"`
	}
	Closing struct {
		Record     Record `json:"-"`
		Round      int    `json:"round"`
		Answered   int    `json:"answered"`
		Enrolled   []int  `json:"enrolled"`
		Counts     string `json:"counts"`
		Heads      string `json:"heads"`
		Root       string `json:"root"`
		Tally      string `json:"tally"`
		Superseded string `json:"superseded"`
		Items      string `json:"items"`
	}
	Feedback struct {
		Record   Record   `json:"-"`
		Round    int      `json:"round"`
		Document string   `json:"document"`
		Tables   []string `json:"tables"`
	}
	Release struct {
		Record   Record `json:"-"`
		Round    int    `json:"round"`
		Tick     int    `json:"tick"`
		Tally    string `json:"tally"`
		Counts   string `json:"counts"`
		Document string `json:"document"`
		Items    string `json:"items"`
		Salted   bool   `json:"salted"` // its digests; before that, they could be guessed from few counts
	}
	Decision struct {
		Record   Record `json:"-"`
		Round    int    `json:"round"`
		Item     int    `json:"item"`
		Proposed string `json:"proposed"`
		Decided  string `json:"decided"`
		Back     bool   `json:"-"` // it takes back the one before it
	}
	Opinion struct {
		Record   Record `json:"-"`
		Version  int    `json:"version"`
		Hash     string `json:"hash"`
		Previous string `json:"previous"`
	}
)
