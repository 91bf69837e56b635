package delphi

// Rule names the tables that exist at the closing of the last counts document,
// in table order. Pure in the protocol and the counts documents so far.
func Rule(p Protocol, documents []Counts) []string { panic("unwritten") }

// Tabulate counts one round's ballots, against those of the previous answering
// round (nil in the first), into its counts document and exactly the tables that
// Rule names. earlier are the counts documents of the rounds before; enrolled is
// by group in protocol order; key orders the stayers that are left out.
func Tabulate(p Protocol, round int, items []Item, enrolled []int, earlier []Counts, current, previous []Ballot, key []byte) (Closing, error) {
	panic("unwritten")
}

// Measure computes the figures of an item from the tables of its rounds so far,
// the last one being the one measured.
func Measure(p Protocol, item Item, rounds []Closing) Figures { panic("unwritten") }

// Judge gives the verdict and the proposal of an item after the last of its
// rounds; roundsLeft counts the answering rounds that are still planned.
func Judge(p Protocol, item Item, rounds []Closing, roundsLeft int) (Verdict, Proposal) {
	panic("unwritten")
}

// Sensitive gives the sensitivity table of an item after the last of its rounds.
func Sensitive(p Protocol, item Item, rounds []Closing) []Sensitivity { panic("unwritten") }
