package delphi

import "delfi/internal/delphi/stat"

// RoundKind is what a round asks for (docs/METHOD.md §9).
type RoundKind string

// The kinds of round.
const (
	Gather       RoundKind = "gather"
	Select       RoundKind = "select"
	AnswerRound  RoundKind = "answer"
	StandingKind RoundKind = "standing"
)

// VerdictKey is where an item stands (docs/METHOD.md §4).
type VerdictKey string

// The verdicts, in the order in which they are listed.
const (
	Open         VerdictKey = "open"
	Consensus    VerdictKey = "consensus"
	Bipolarity   VerdictKey = "bipolarity"
	Majority     VerdictKey = "majority"
	Plurality    VerdictKey = "plurality"
	Disagreement VerdictKey = "disagreement"
	Unstable     VerdictKey = "unstable"
	TooFew       VerdictKey = "too few"
)

// VerdictKeys lists every verdict.
var VerdictKeys = []VerdictKey{Open, Consensus, Bipolarity, Majority, Plurality, Disagreement, Unstable, TooFew}

// Direction is the end of the scale that a consensus, majority or plurality lies
// at, and the larger of two poles.
type Direction string

// The directions; NoDirection where the kind of item has none.
const (
	High        Direction = "high"
	Low         Direction = "low"
	Middle      Direction = "middle"
	NoDirection Direction = "none"
)

// Action is what the engine proposes for an item between rounds.
type Action string

// The actions.
const (
	Settle Action = "settle"
	Reword Action = "reword"
	GoOn   Action = "go-on"
)

// NoSide is the side of a verdict that takes none.
const NoSide Side = "none"

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
	Reason     string // SHA-256 of the reason's words in lower-case hex; "" for none given
	Argues     Side   // the side that the reason argues, as its author says; "" for not said, or no reason
}

// Ballot is all answers that one panelist delivered in one round.
type Ballot struct {
	Panelist string // opaque, equal for the same panelist in every round
	Group    string // id of the panelist's group in the protocol
	Answers  []Answer
}

// Counts is the counts document of one closing: it counts people, never answers.
type Counts struct {
	Round    int          `json:"round"`
	Enrolled int          `json:"enrolled"`
	Answered int          `json:"answered"`
	Groups   []GroupCount `json:"groups"` // protocol order: enrolled and answered by group
	Items    []ItemCounts `json:"items"`
	Interim  bool         `json:"interim"` // a release of a standing round before its deadline: numbers rounded down to 5
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

// Table is one published table: counts over the declared values, zeros included.
// Two sorts declare none: R holds the digests that were given, ascending, and B,
// the marks of ballots, no values at all, since the engine does not know marks: N
// says how many there are.
type Table struct {
	ID     string   `json:"id"`     // "A/<item>", "A/<item>/likely", "G/<item>/<group>", "D/<item>", "T/<item>" … (docs/RECORD.md §3)
	Values []string `json:"values"` // the declared values, in order: "1".."9", "1-3".., "<=-2".."+1", "kept", "moved", "1-3>7-9"
	Counts []int    `json:"counts"`
	N      int      `json:"n"`
}

// Closing is what the tabulation of one round yields.
type Closing struct {
	Counts Counts  `json:"counts"`
	Tables []Table `json:"tables"` // exactly those that Rule names, in its order

	// Root is the round's Merkle root over its heads (docs/RECORD.md §3): who commits the
	// tables sets it. It seeds Monte-Carlo figures, which are absent without it.
	Root []byte `json:"root,omitempty"`
}

// Item is one item as the engine sees it.
type Item struct {
	ID   string
	Kind string // id of its item kind in the protocol
	New  bool   // entered after the previous answering round: nothing to pair with
}

// Figures are the measures of one item in one round, computed from its tables alone.
type Figures struct {
	N         int            `json:"n"`
	Thirds    bool           `json:"thirds"`    // only class counts exist (under 20 people)
	Histogram []int          `json:"histogram"` // by point, or by class with Thirds; nil when no table exists
	Median    stat.Value     `json:"median"`
	Q1        stat.Value     `json:"q1"`
	Q3        stat.Value     `json:"q3"`
	IQR       stat.Value     `json:"iqr"`
	Top       stat.Value     `json:"top"`     // share in the rule's window (or the highest class)
	TopLow    stat.Value     `json:"top_low"` // Wilson's interval
	TopHigh   stat.Value     `json:"top_high"`
	Agreement stat.Value     `json:"agreement"` // van der Eijk's A
	Scheibe   stat.Value     `json:"scheibe"`   // ½Σ|p2−p1| since the previous answering round
	Unchanged stat.Value     `json:"unchanged"` // share of the pairs that gave the same answer
	Within    stat.Value     `json:"within"`    // share within one point, where the protocol's tolerance is one
	Bound     Bound          `json:"bound"`     // which of the two are lower bounds
	NoChange  stat.Value     `json:"no_change"` // mean of scheibe were nobody to change their mind
	Sides     *SideCounts    `json:"sides"`     // of a scale; nil where no table tells
	More      []Figure       `json:"more"`      // every other measure that the tables give, in a fixed order
	Groups    []GroupFigures `json:"groups"`    // protocol order; withheld ones with N = 0 and Withheld
}

// Bound says which shares of kept answers are lower bounds: true where the published
// tables tell no more than "at least".
type Bound struct {
	Unchanged bool `json:"unchanged"`
	Within    bool `json:"within"`
}

// SideCounts counts the answers to a scale by side: its outer classes, and all
// between them.
type SideCounts struct {
	For     int `json:"for"`
	Between int `json:"middle"`
	Against int `json:"against"`
}

// Figure is one measure by its name.
type Figure struct {
	Name  string     `json:"name"` // "polarization", "cns", "wilcoxon_p" …
	Value stat.Value `json:"value"`
}

// GroupFigures are the figures of one group that may be shown.
type GroupFigures struct {
	Group     string     `json:"group"`
	Withheld  bool       `json:"withheld"`
	N         int        `json:"n"`
	Histogram []int      `json:"histogram"`
	Median    stat.Value `json:"median"`
	Q1        stat.Value `json:"q1"`
	Q3        stat.Value `json:"q3"`
	Top       stat.Value `json:"top"` // as of the panel; of a choice the share of the option that leads in the panel
}

// Verdict is where an item stands after a round, with its grounds as data.
type Verdict struct {
	Key         VerdictKey `json:"key"`
	Direction   Direction  `json:"direction"`
	Side        Side       `json:"side"` // what the direction means: For is the protocol's declared direction
	Unanimous   bool       `json:"unanimous"`
	LeftOut     bool       `json:"left_out"` // of the core set (COMET, at most half of every group)
	If          VerdictKey `json:"if"`       // what it would be if it were stable; for open and unstable
	IfDirection Direction  `json:"if_direction"`
	IfSide      Side       `json:"if_side"`
	Cause       Cause      `json:"cause"` // of not being stable; "" where it is, or nothing tells
	Grounds     []Ground   `json:"grounds"`
}

// Cause is why answers are not stable.
type Cause string

// The causes.
const (
	AnswersMoved Cause = "answers-moved" // those who stayed changed their answers
	PanelChanged Cause = "panel-changed" // those who stayed kept theirs, and others answer
)

// Ground is one reason of a verdict or proposal, as data that pages put in words.
type Ground struct {
	Code   string     `json:"code"`            // one of GroundCodes
	Holds  bool       `json:"holds"`           // whether what the code says is so
	Value  stat.Value `json:"value"`           // permille for shares
	Limit  int        `json:"limit"`           // the threshold that it was compared with (permille or people)
	Above  int        `json:"above,omitempty"` // millionths above Limit that the threshold is, of a study's finer thresholds
	Detail string     `json:"detail"`
}

// GroundCodes lists every code of a ground, so that a catalogue can be checked
// against it. Those below the blank line state something and always hold.
var GroundCodes = []string{
	"response",      // answered of enrolled; permille
	"valid_n",       // valid answers; people
	"judged",        // those who could judge of those who answered; permille
	"paired_n",      // people who answered both rounds
	"scheibe",       // change of the histogram; permille, strictly below the limit; detail is what chance alone gives on the average, permille, where it is known
	"unchanged",     // people who kept their answer; permille; detail is "at-least" for a lower bound
	"within",        // people within one point of their answer; the same
	"wilcoxon",      // holds when no shift counts; value is p in permille, detail the effect in permille
	"sign",          // the sign test in its place; the same
	"w_rising",      // ranking: holds when W no longer rises
	"share",         // share in the window (detail); permille
	"middle",        // share in the middle class (detail); permille
	"median",        // median (value) against the limit, in points
	"iqr",           // interquartile range against the limit, in points
	"rand_size",     // people outside the median's third, at most the limit (panels of 8–16)
	"rand_quarter",  // share outside the median's third, at most the limit (larger panels); permille
	"rand_apart",    // holds when no disagreement: people in the smaller outer third, below the limit (panels of 8–16)
	"rand_ipras",    // holds when no disagreement: IPR in permille of a point against IPRAS (limit; larger panels)
	"comet_in",      // share at 7–9; permille
	"comet_against", // share at 1–3, strictly below the limit; permille
	"comet_half",    // the largest share at 7–9 of any group, at most the limit: left out of the core set; permille
	"agreement",     // van der Eijk's A; permille
	"cns",           // Tastle and Wierman's Cns; permille
	"relative_iqr",  // permille
	"w",             // Kendall's W; permille
	"raters",        // people who ranked everything, at least 3
	"groups_judged", // groups that may be shown (value) of all (limit)
	"group",         // one group's share of the rule: detail is its id
	"largest_class", // share of the class (detail); permille
	"lowest_class",  // its share against what two poles need; permille
	"highest_class", // the same at the other end
	"apart",         // van der Eijk's A below 0, without which two classes are no poles; permille
	"never",         // share of "never"; permille
	"finite",        // share of the others; permille
	"around_median", // share within the limit around the median; permille
	"cannot_judge",  // share who cannot judge; permille
	"still_moving",  // holds when no item goes on: those that do (value) of all (limit)
	"new_arguments", // policy: holds when no contribution was admitted in the last round
	"stable",        // whether the answers hold still
	"last_round",    // whether no round is left

	"unanimous",         // everyone in the class (detail)
	"no_earlier_round",  // nothing to compare with yet
	"no_stability_gate", // one answering round, or fewer than 100 people in a standing one
	"test_dropped",      // a test (detail) that the published tables do not allow
	"left_out",          // paired tables leave out so many stayers (value), which cannot be verified
	"too_coarse",        // the published classes do not tell what the rule (detail) asks
}

// Proposal is what the engine proposes for an item, with its grounds.
type Proposal struct {
	Action  Action   `json:"action"`
	Grounds []Ground `json:"grounds"`
}

// Sensitivity tells how the class of an item would change under another published
// rule. Gates and stability are the same under each, and no part of it.
type Sensitivity struct {
	Rule      string     `json:"rule"`    // "share-750", "median-iqr", "rand", "comet", "agreement-700", "cns-750"
	Defined   bool       `json:"defined"` // whether the rule fits the scale and the tables that exist
	Key       VerdictKey `json:"key"`     // the class under that rule; "" when not defined
	Direction Direction  `json:"direction"`
	Side      Side       `json:"side"`
}
