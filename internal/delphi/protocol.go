package delphi

import (
	"crypto/sha256"
	"encoding/hex"
)

// Variant is the family of Delphi that a protocol follows (METHOD.md §2).
type Variant string

// The variants.
const (
	VariantClassical       Variant = "classical"
	VariantPolicy          Variant = "policy"
	VariantRanking         Variant = "ranking"
	VariantEstimate        Variant = "estimate"
	VariantAppropriateness Variant = "appropriateness"
	VariantCoreOutcomes    Variant = "core-outcomes"
	VariantRealTime        Variant = "real-time"
	VariantArgumentative   Variant = "argumentative"
)

// Form is what sort of answer an item kind asks for.
type Form string

// The forms of item kinds.
const (
	ScaleForm     Form = "scale"     // 1..points
	CriteriaForm  Form = "criteria"  // 1..points on each criterion
	EstimateForm  Form = "estimate"  // a whole number of units between min and max
	DateForm      Form = "date"      // a day, month or year between min and max
	RankingForm   Form = "ranking"   // a rank for every item of the kind: the items are one list
	ChoiceForm    Form = "choice"    // exactly one of the items of the kind
	SelectionForm Form = "selection" // at most k of the items of the kind
	TextForm      Form = "text"      // words: no table, no figure
)

// RuleName is the rule that tells consensus (METHOD.md §4).
type RuleName string

// The consensus rules.
const (
	RuleShare       RuleName = "share"
	RuleMedianIQR   RuleName = "median-iqr"
	RuleRand        RuleName = "rand"
	RuleComet       RuleName = "comet"
	RuleAgreement   RuleName = "agreement"
	RuleCns         RuleName = "cns"
	RuleRelativeIQR RuleName = "relative-iqr"
	RuleW           RuleName = "w"
)

// Test is a test of stability.
type Test string

// The tests of stability that a protocol may ask for.
const (
	ScheibeTest   Test = "scheibe"
	UnchangedTest Test = "unchanged"
	WilcoxonTest  Test = "wilcoxon"
)

// Protocol is the frozen rules of a consultation: the document of METHOD.md §10
// with its defaults filled in. Build one with ParseProtocol, Classical or
// Standing, which check every constraint; the zero value is no protocol.
// Shares are in permille, dates are texts (2006-01-02).
type Protocol struct {
	Version     int
	Variant     Variant
	Languages   []string // the first one is the one that words were written in
	Panel       PanelPlan
	Anonymity   Anonymity
	Rounds      []RoundPlan // the most there can be: none is added later
	ItemKinds   []ItemKind
	Items       ItemPlan
	Measures    MeasurePlan
	Consensus   ConsensusPlan
	Gates       Gates
	Stability   StabilityPlan
	Stop        StopPlan
	Feedback    FeedbackPlan
	Release     *ReleasePlan // only with a standing round
	Disclosure  Disclosure
	Publication Publication
	Reply       Reply
}

// PanelPlan says who may take part.
type PanelPlan struct {
	Access      string // open, claim, roll, invitation, imported
	Groups      []GroupPlan
	LateJoiners bool
}

// GroupPlan is one group of the panel; groups form one partition of it.
type GroupPlan struct {
	ID   string
	Name map[string]string // by language
	Rule string            // who belongs to it, in the words of the access (a claim, a roll's name)
}

// Anonymity says how answers are kept from names, and until when at most.
type Anonymity struct {
	Mode          string // sealed-key, held-code
	LatestKeyDate string // the day on which the key dies at the latest
	ProofFiles    bool
	Cosigners     []string
}

// RoundPlan is one planned round.
type RoundPlan struct {
	Kind          RoundKind
	MinDays       int // before which it is not closed by hand
	Days          int
	Discussion    bool
	MaxExtensions int
}

// ItemKind is what items of one sort ask for. Which fields have a meaning
// depends on Kind; the others are zero.
type ItemKind struct {
	ID          string
	Kind        Form
	Points      int               // scale, criteria: 2..11
	Low, High   map[string]string // scale, criteria: labels of the ends by language; empty when none
	Classes     [][2]int          // scale, criteria: ordered partition of 1..Points
	CannotJudge bool              // scale, criteria, estimate, date, choice
	Criteria    []string          // criteria
	Unit        string            // estimate: words; date: day, month or year
	Min, Max    int               // estimate: units; date: see Moment
	Grid        int               // estimate, date: answers are rounded to Min + i·Grid
	Never       bool              // estimate, date: "never" may be answered
	Triple      bool              // estimate, date: low, likely and high are asked
	K           int               // selection: at most so many; ranking: so many in its select round
}

// ItemPlan says where items come from.
type ItemPlan struct {
	Source        string // contributions, given, both
	Max           int
	NewAfterRound int         // the round after which items may join; 0 for none
	Narrow        *NarrowPlan // only with a select round
}

// NarrowPlan says which items a select round keeps.
type NarrowPlan struct {
	Keep     int // permille of selectors that must be exceeded
	Min, Max int // floor and ceiling; ties at the border stay
}

// MeasurePlan holds the free parameters of measures.
type MeasurePlan struct {
	Quantile        int // Hyndman–Fan type: 2, 6 or 7
	EstebanRayAlpha int // permille
}

// ConsensusPlan is the rule that decides, with exactly its own figures.
type ConsensusPlan struct {
	Rule        RuleName
	Scope       string     // panel, each-group
	Share       *ShareRule // rule share
	MedianIQR   *MedianIQRRule
	Comet       *CometRule
	Agreement   int // permille, rule agreement
	Cns         int // permille, rule cns
	RelativeIQR int // permille, rule relative-iqr
	W           int // permille, rule w
}

// ShareRule asks for a share of the answers within a window of points. From and
// To are 0 where options are chosen or selected and nothing has points.
type ShareRule struct{ From, To, Permille int }

// MedianIQRRule asks for a median of at least MedianMin points and an
// interquartile range of at most IQRMax points.
type MedianIQRRule struct{ MedianMin, IQRMax int }

// CometRule asks for In permille at 7–9 and less than Against permille at 1–3;
// Out is the form of its opposite: mirror or at-most-half.
type CometRule struct {
	In, Against int
	Out         string
}

// Gates are what must be there before anything is judged.
type Gates struct {
	Response  int // permille of those enrolled at the round's closing
	PairedMin int // people who answered both rounds
}

// StabilityPlan says when answers hold still: all its tests agree.
type StabilityPlan struct {
	Tests        []Test
	Scheibe      int // permille, strictly below is stable
	UnchangedMin int // permille
	Wilcoxon     WilcoxonPlan
	Multiplicity string // none, holm, bh: for reports only
}

// WilcoxonPlan has the figures of the signed rank test.
type WilcoxonPlan struct {
	Alpha     int    // permille
	EffectMin int    // permille of |z|/√pairs
	Zeros     string // drop, pratt, split
}

// StopPlan says when the rounds end.
type StopPlan struct {
	Auto bool
	When string // stable, rounds, deadline, drift, facilitator
}

// FeedbackPlan says what the panel is shown between rounds.
type FeedbackPlan struct {
	Own, Histogram, MedianIQR, Groups bool
	Reasons                           string // none, all, outside-first
	AskReasonOutsideIQR               bool
}

// ReleasePlan says when an item of a standing round shows new figures.
type ReleasePlan struct {
	MinChanged  int // people who gave or changed an answer since its last release
	TickMinutes int
}

// Disclosure holds the thresholds below which nothing is published; a protocol
// may raise them and never lower them (METHOD.md §7).
type Disclosure struct {
	MinN       int
	GroupN     int
	LeftOutN   int
	ExtremesN  int
	PairsT     int
	SmallBelow int
	Small      string // thirds, open
}

// The two ways to show a panel of fewer than SmallBelow people.
const (
	SmallThirds = "thirds"
	SmallOpen   = "open"
)

// Publication says by when the opinion is published.
type Publication struct{ WithinDays int }

// Reply says in which form and by when the administration replies.
type Reply struct {
	Template string // plain, er-15-2018, dibattito-pubblico
	Days     int
}

// Hash is the hex SHA-256 of the canonical document.
func (p Protocol) Hash() string {
	sum := sha256.Sum256(p.Canonical())
	return hex.EncodeToString(sum[:])
}

// MarshalJSON gives the canonical document, so that a protocol inside another
// document is the one that was hashed.
func (p Protocol) MarshalJSON() ([]byte, error) { return p.Canonical(), nil }

// UnmarshalJSON is ParseProtocol.
func (p *Protocol) UnmarshalJSON(document []byte) error {
	parsed, err := ParseProtocol(document)
	if err == nil {
		*p = parsed
	}
	return err
}

// Kind finds an item kind by its id.
func (p Protocol) Kind(id string) (ItemKind, bool) {
	for _, k := range p.ItemKinds {
		if k.ID == id {
			return k, true
		}
	}
	return ItemKind{}, false
}

// Round gives the plan of a round by its number (from 1); its kind is "" when
// there is none.
func (p Protocol) Round(number int) RoundPlan {
	if number < 1 || number > len(p.Rounds) {
		return RoundPlan{}
	}
	return p.Rounds[number-1]
}

// Answering counts the rounds that ask for answers after a round (0 for all).
func (p Protocol) Answering(after int) int {
	n := 0
	for i, r := range p.Rounds {
		if i >= after && (r.Kind == AnswerRound || r.Kind == StandingKind) {
			n++
		}
	}
	return n
}

// Standing says whether answers are given in one standing round (real time).
func (p Protocol) Standing() bool {
	for _, r := range p.Rounds {
		if r.Kind == StandingKind {
			return true
		}
	}
	return false
}
