package table

// Closing is what the tabulation of one round yields.
type Closing struct {
	Counts Counts  `json:"counts"`
	Tables []Table `json:"tables"` // exactly those that Rule names, in its order

	// Root is the round's Merkle root over its heads (docs/RECORD.md §3): who commits the
	// tables sets it. It seeds Monte-Carlo figures, which are absent without it.
	Root []byte `json:"root,omitempty"`
}

// Counts is the counts document of one closing: it counts people, never answers.
type Counts struct {
	Round    int          `json:"round"`
	Enrolled int          `json:"enrolled"`
	Answered int          `json:"answered"`
	Groups   []GroupCount `json:"groups"` // protocol order: enrolled and answered by group
	Items    []ItemCounts `json:"items"`
	Interim  bool         `json:"interim"` // a release of a standing round before its deadline: numbers rounded down to 5

	// People of the panel whom the round's opening found struck off their roll.
	StruckOff int `json:"struck_off,omitempty"`
}

// GroupCount counts one group's people in one round.
type GroupCount struct {
	Group    string `json:"group"`
	Enrolled int    `json:"enrolled"`
	Answered int    `json:"answered"`
}

// ItemCounts counts the people behind one item in one round: behind one criterion
// ("item/criterion") of a criteria item, behind the whole list (by the id of its
// kind) for a ranking or a choice.
type ItemCounts struct {
	Item        string `json:"item"`
	Kind        string `json:"kind"` // id of its item kind
	Valid       int    `json:"valid"`
	CannotJudge int    `json:"cannot_judge"`
	Paired      int    `json:"paired"`      // valid in this and the previous answering round
	LeftBefore  int    `json:"left_before"` // valid in the previous one, not in this
	Leavers     int    `json:"leavers"`     // valid in any earlier round since it was first asked, not in this
	LeftAfter   int    `json:"left_after"`  // valid in this, not in the previous one
	ByGroup     []int  `json:"by_group"`    // valid, in protocol order of groups
	Incomplete  int    `json:"incomplete"`  // ranking: people who left something unranked
	Confident   int    `json:"confident"`   // valid answers with a confidence
	Reasons     int    `json:"reasons"`     // people who gave a reason, whatever they answered

	// The items of a ranking or choice, in order; nil for others.
	List []string `json:"list,omitempty"`

	// Of those with a reason, how many said that it argues against, for, or neither; nil
	// where nobody said, or no reason is told. Of a criteria item its deciding criterion alone has confidence
	// and reasons.
	Said []int `json:"said,omitempty"`

	// The places by which the reasons are told whose side nobody said, those that have
	// any; nil where one has too few. Placed counts the people in low, middle and high.
	Places []Place `json:"places,omitempty"`
	Placed int     `json:"placed"`

	// What the answers themselves let be shown of change: the one thing about D, T and
	// M that the numbers of people do not tell.
	Shift       ShiftForm `json:"shift"`       // in which form D can be shown; "" without pairs
	Transitions bool      `json:"transitions"` // every row and column of T holds 0 or enough people
	Moves       bool      `json:"moves"`       // every row of M holds 0 or enough people
}

// ShiftForm is how finely the changes of a panel may be shown (docs/METHOD.md §7).
type ShiftForm string

// The forms; the last one is no table but a bound.
const (
	ShiftDirected ShiftForm = "directed" // movers up and movers down are each nobody or enough people
	ShiftMoved    ShiftForm = "moved"    // only kept and moved
	ShiftFew      ShiftForm = "few"      // fewer than enough people moved
)
