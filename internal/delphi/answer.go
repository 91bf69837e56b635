package delphi

// Item is one item as the engine sees it.
type Item struct {
	ID   string
	Kind string // id of its item kind in the protocol
	New  bool   // entered after the previous answering round: nothing to pair with
}

// Answer is one panelist's value for one item. What Value means depends on the
// form of the item's kind:
//
//	scale      1..points
//	criteria   unused: see Criteria
//	estimate   units between min and max, rounded to the grid when counted
//	date       the same, as Moment counts
//	ranking    any whole number: the smaller the better, equal ones are tied
//	choice     1 on the one item that is chosen
//	selection  1 on each of at most k items, 0 on others that were seen
//	text       unused: the words are the Reason
//
// An item without an answer is simply not in the ballot.
type Answer struct {
	Item        string // the item's id
	Value       int    // 0 with CannotJudge
	CannotJudge bool
	Never       bool  // estimate, date: "never"; Value is 0
	Low, High   int   // estimate, date with triple: the two values around Value
	Criteria    []int // criteria: 1..points in the protocol's order, 0 for "cannot judge"

	// What is said beside the value. A ranking has one of each for its list, beside
	// any one of its items.
	Confidence int    // self-rated, 1..4; 0 for none given
	Reason     string // the words on their way to a closing; to the engine their SHA-256 in lower-case hex; "" for none
	Argues     Side   // the side that the reason argues, as its author says; "" for not said, or no reason
	Language   string // in which the reason is written; "" for the protocol's first, or no reason
}

// Ballot is all answers that one panelist delivered in one round.
type Ballot struct {
	Panelist string // opaque, equal for the same panelist in every round
	Group    string // id of the panelist's group in the protocol
	Answers  []Answer
}

// Side is a side of a statement: what the author of a reason says that it argues,
// and what a verdict takes.
type Side string

// The sides. Authors say one of Against, For and Neither, or none at all.
const (
	Against Side = "against"
	Between Side = "middle" // of a verdict
	For     Side = "for"
	Neither Side = "neither"
)

// NoSide is the side of a verdict that takes none.
const NoSide Side = "none"

// Said tells whether it is a side that an author may say of a reason.
func (s Side) Said() bool { return s == Against || s == For || s == Neither }
