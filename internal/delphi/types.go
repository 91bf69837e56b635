package delphi

import "delfi/internal/delphi/stat"

// RoundKind is what a round asks for (METHOD.md §9).
type RoundKind string

// The kinds of round.
const (
	Gather       RoundKind = "gather"
	Select       RoundKind = "select"
	AnswerRound  RoundKind = "answer"
	StandingKind RoundKind = "standing"
)

// VerdictKey is where an item stands (METHOD.md §4).
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

// Direction is the side that a consensus, majority or plurality takes.
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

// Answer is one panelist's value for one item.
type Answer struct {
	Item        string // the item's id
	Value       int    // 1..points; 0 with CannotJudge
	CannotJudge bool
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
}

// GroupCount counts one group's people in one round.
type GroupCount struct {
	Group    string `json:"group"`
	Enrolled int    `json:"enrolled"`
	Answered int    `json:"answered"`
}

// ItemCounts counts the people behind one item in one round.
type ItemCounts struct {
	Item        string `json:"item"`
	Kind        string `json:"kind"` // id of its item kind
	Valid       int    `json:"valid"`
	CannotJudge int    `json:"cannot_judge"`
	Paired      int    `json:"paired"`      // valid in this and the previous answering round
	LeftBefore  int    `json:"left_before"` // valid in the previous one, not in this
	LeftAfter   int    `json:"left_after"`  // valid in this, not in the previous one
	ByGroup     []int  `json:"by_group"`    // valid, in protocol order of groups
}

// Table is one published table: counts over the declared values, zeros included.
type Table struct {
	ID     string   `json:"id"`     // "A/<item>", "G/<item>/<group>", "D/<item>", "T/<item>" … (RECORD.md §3)
	Values []string `json:"values"` // the declared values, in order: "1".."9", "1-3".., "-2".."+2", "low>high"
	Counts []int    `json:"counts"`
	N      int      `json:"n"`
}

// Closing is what the tabulation of one round yields.
type Closing struct {
	Counts Counts  `json:"counts"`
	Tables []Table `json:"tables"` // exactly those that Rule names, in its order
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
	Unchanged stat.Value     `json:"unchanged"` // share, where the shift table exists
	Groups    []GroupFigures `json:"groups"`    // protocol order; withheld ones with N = 0 and Withheld
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
	Top       stat.Value `json:"top"`
}

// Verdict is where an item stands after a round, with its grounds as data.
type Verdict struct {
	Key         VerdictKey `json:"key"`
	Direction   Direction  `json:"direction"`
	Unanimous   bool       `json:"unanimous"`
	Against     bool       `json:"against"` // a consensus on the side that the rule does not declare
	If          VerdictKey `json:"if"`      // what it would be if it were stable; for open and unstable
	IfDirection Direction  `json:"if_direction"`
	Grounds     []Ground   `json:"grounds"`
}

// Ground is one reason of a verdict or proposal, as data that pages put in words.
type Ground struct {
	Code   string     `json:"code"` // "response", "valid_n", "paired_n", "scheibe", "unchanged", "wilcoxon", "share", "classes", "cannot_judge", "no_earlier_round", "no_stability_gate", "test_dropped" …
	Holds  bool       `json:"holds"`
	Value  stat.Value `json:"value"` // permille for shares
	Limit  int        `json:"limit"` // the threshold that it was compared with (permille or people)
	Detail string     `json:"detail"`
}

// Proposal is what the engine proposes for an item, with its grounds.
type Proposal struct {
	Action  Action   `json:"action"`
	Grounds []Ground `json:"grounds"`
}

// Sensitivity tells how a verdict would change under another published rule.
type Sensitivity struct {
	Rule    string     `json:"rule"` // "share-750", "median-iqr", "rand", "comet", "agreement-700", "cns-750"
	Defined bool       `json:"defined"`
	Key     VerdictKey `json:"key"`
}
