package protocol

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"delfi/internal/delphi"
)

// Variant is the family of Delphi that a protocol follows (docs/METHOD.md §2).
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

// RuleName is the rule that tells consensus (docs/METHOD.md §4).
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
	RuleIQR         RuleName = "iqr"
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

// Protocol is the frozen rules of a consultation: the document of docs/METHOD.md §10
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
	ItemKinds   []delphi.ItemKind
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
	Groups      []GroupPlan
	LateJoiners bool
}

// GroupPlan is one group of the panel; groups form one partition of it.
type GroupPlan struct {
	ID   string
	Name map[string]string // by language
	// Access is the way in: one of the Access constants.
	Access string
	Rule   string            // who belongs to it: of a claim as package claim reads it, else in words (a roll's name)
	RuleIn map[string]string // a rule in words by further language; nil for none
	Asks   string            // what an applicant says beside the name: one of the Asks constants; "" but for AccessDeclared
}

// The ways into a group.
const (
	AccessOpen       = "open"       // anybody who signs in
	AccessClaim      = "claim"      // a claim of the identity provider
	AccessRoll       = "roll"       // a roll that its owner keeps
	AccessInvitation = "invitation" // those who were invited
	AccessDraw       = "draw"       // those who were drawn by lot
	AccessDeclared   = "declared"   // those who say that they belong, and whom the group's secretary admits
	AccessImported   = "imported"   // those who took part elsewhere
)

// What an applicant says beside the name.
const (
	AsksName   = "name"   // nothing
	AsksNumber = "number" // a number of membership
	AsksWords  = "words"  // how they belong to the group
)

// invited says whether every member of every group is named beforehand, so that
// each can be asked to agree to an open distribution (docs/METHOD.md §7).
func (p PanelPlan) invited() bool {
	return !slices.ContainsFunc(p.Groups, func(g GroupPlan) bool {
		return g.Access != AccessInvitation && g.Access != AccessImported
	})
}

// has says whether some group has one of the ways in.
func (p PanelPlan) has(access ...string) bool {
	return slices.ContainsFunc(p.Groups, func(g GroupPlan) bool { return slices.Contains(access, g.Access) })
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
	Kind          delphi.RoundKind
	Silent        bool // item threads of the forum are read-only while it is open
	MinDays       int  // before which it is not closed by hand
	Days          int
	Discussion    bool
	MaxExtensions int
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
	Denominator string     // of every share: judged, answered ("cannot judge" included)
	Scope       string     // panel, each-group
	Share       *ShareRule // rule share
	MedianIQR   *MedianIQRRule
	Comet       *CometRule
	Agreement   int // permille, rule agreement
	Cns         int // permille, rule cns
	RelativeIQR int // permille, rule relative-iqr
	IQR         int // points of a scale, units of an estimate or date, rule iqr
	W           int // permille, rule w
	Above       int // millionths that Agreement, Cns, RelativeIQR or W is exceeded by: 0 in a consultation
}

// Fine is the threshold of a rule on one figure, in permille with its millionths.
func (c ConsensusPlan) Fine(permille int) float64 {
	return float64(permille) + float64(c.Above)/1000
}

// ShareRule asks for a share of the answers within a window of points. From and
// To are 0 where options are chosen or selected and nothing has points. Above is how
// many millionths of a share more than Permille are asked for: 0 in a consultation,
// while a study that is measured again has the threshold that it had.
type ShareRule struct{ From, To, Permille, Above int }

// MedianIQRRule asks for a median of at least MedianMin points and an
// interquartile range of at most IQRMax points.
type MedianIQRRule struct{ MedianMin, IQRMax int }

// The denominators of shares.
const (
	DenominatorJudged   = "judged"
	DenominatorAnswered = "answered"
)

// CometRule asks for In permille at 7–9 and less than Against permille at 1–3.
// Out is what leaves an item out: CometMirror, or CometAtMostHalf.
type CometRule struct {
	In, Against int
	Out         string
}

// The two published forms of COMET's "out" (PMC8024512, table 1): enough score 1–3
// and few 7–9, a consensus against; or at most half of every group score 7–9,
// which is no consensus and leaves the item out of the core set.
const (
	CometMirror     = "mirror"
	CometAtMostHalf = "at-most-half"
)

// Gates are what must be there before anything is judged.
type Gates struct {
	Response  int // permille of those enrolled at the round's closing
	JudgedMin int // permille of those who answered the item: who could judge
	PairedMin int // people who answered both rounds
}

// StabilityPlan says when answers hold still: all its tests agree.
type StabilityPlan struct {
	Tests        []Test
	Scheibe      int // permille, strictly below is stable
	UnchangedMin int // permille
	// UnchangedWithin is by how many points an answer may differ and count as kept:
	// 0 or 1 on every scale, or WithinByScale.
	UnchangedWithin int
	Wilcoxon        WilcoxonPlan
	Multiplicity    string // none, holm, bh: for reports only
}

// WithinByScale stands where scales of a protocol differ in tolerance: within one
// point from 7 points on, exactly the same below (docs/METHOD.md §3).
const WithinByScale = -1

// Within is the tolerance of "unchanged" on a kind: 0 for what is no scale, where
// neighbouring values are no wobble.
func (p Protocol) Within(k delphi.ItemKind) int {
	switch {
	case k.Kind != delphi.ScaleForm && k.Kind != delphi.CriteriaForm:
		return 0
	case p.Stability.UnchangedWithin == WithinByScale:
		return tolerance(k.Points)
	}
	return p.Stability.UnchangedWithin
}

// tolerance is the default of UnchangedWithin: a wobble of one point on a scale of
// 7 or more is no change of mind.
func tolerance(points int) int {
	if points >= 7 {
		return 1
	}
	return 0
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
// may raise them and never lower them (docs/METHOD.md §7).
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
	N        int    // 1..365, in Unit
	Unit     string // day, month
}

// Due is the instant by which a reply to an opinion that was published then is owed.
func (r Reply) Due(published time.Time) time.Time {
	if r.Unit == delphi.UnitMonth {
		due := published.AddDate(0, r.N, 0)
		if due.Day() < published.Day() {
			due = due.AddDate(0, 0, -due.Day()) // the month has no such day: its last one
		}
		return due
	}
	return published.AddDate(0, 0, r.N)
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
	parsed, err := Parse(document)
	if err == nil {
		*p = parsed
	}
	return err
}

// Kind finds an item kind by its id.
func (p Protocol) Kind(id string) (delphi.ItemKind, bool) {
	for _, k := range p.ItemKinds {
		if k.ID == id {
			return k, true
		}
	}
	return delphi.ItemKind{}, false
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
		if i >= after && (r.Kind == delphi.AnswerRound || r.Kind == delphi.StandingKind) {
			n++
		}
	}
	return n
}

// Standing says whether answers are given in one standing round (real time).
func (p Protocol) Standing() bool {
	for _, r := range p.Rounds {
		if r.Kind == delphi.StandingKind {
			return true
		}
	}
	return false
}

// Judged says whether answers of an item kind have a verdict: words have none, and nothing of
// them can hold still.
func (p Protocol) Judged(kind string) bool {
	k, _ := p.Kind(kind)
	return k.Kind != delphi.TextForm
}

// StopsItself says whether rounds that are left are given up without anybody's act
// once Stops holds.
func (p Protocol) StopsItself() bool {
	return p.Stop.Auto && (p.Stop.When == "stable" || p.Stop.When == "drift")
}
