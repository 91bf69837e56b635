package participate

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/joined"
	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/ui/chart"
)

// Values of the answer field that are no point of the scale.
const (
	keep        = "keep" // the same as last time
	cannotJudge = answer.Unable
	blank       = answer.Cleared
)

// typed is what the form holds for one statement, as it was sent.
type typed struct{ Choice, Reason, Argues string }

// paperView is the form of an open round.
type paperView struct {
	view
	ballot.Paper
	At       int         // position of the statement shown, from 1; 0 on the review
	All      bool        // every statement in one page
	Sent     answer.Form // what came with a form that must be mended; nil on a page that is read
	Problems ui.Problems
	Trouble  string // what stopped a delivery, in words
	Words    string // the panelist's own, as they were sent
	sheet    *sheet
	focus    focus                        // where the page that is read begins
	held     map[string]map[string]string // fields of the working copy, by question
	parted   []screen                     // what screens gives, once asked
	asks     map[uuid.UUID]answer.Question
}

// now is what the form shows as chosen and written: what was just sent, else the
// working copy. The last round's answer is never among it.
func (p *paperView) now(i consultation.Item) typed {
	if p.Sent != nil {
		return typed{Choice: p.Sent.Value(answerField(i)), Reason: p.Sent.Value(reasonField(i)), Argues: p.Sent.Value(arguesField(i))}
	}
	a, ok := p.Draft[i.ID]
	if !ok {
		return typed{}
	}
	t := typed{Reason: a.Reason, Argues: string(a.Argues), Choice: strconv.Itoa(a.Value)}
	if last, ok := p.Last[i.ID]; ok && same(a, last) {
		t.Choice = keep
	} else if a.CannotJudge {
		t.Choice = cannotJudge
	}
	return t
}

// same tells whether two answers have the same value.
func same(a, b delphi.Answer) bool { return answer.Same(&a, &b) }

// value writes an answer: its point, or that one cannot say.
func value(q *page.Request, a delphi.Answer) string {
	if a.CannotJudge {
		return q.T("consultation.paper.cannot_judge")
	}
	return strconv.Itoa(a.Value)
}

// feedback is what the stored document says about a statement.
func (p *paperView) feedback(item uuid.UUID) (told, bool) {
	f, ok := p.sheet.Read.told[item]
	return f, ok && p.Told(item)
}

// standing tells whether answers may be changed until the deadline, with figures meanwhile.
func (p *paperView) standing() bool { return p.Round.Kind == delphi.StandingKind }

// groupTitle heads what the panel answered.
func (p *paperView) groupTitle(q *page.Request) string {
	if p.standing() {
		return q.T("consultation.paper.group_standing")
	}
	return q.T("consultation.paper.group", "n", p.Feedback.Round)
}

// figuresNote says of a question of a standing round which figures stand there, or when
// they come.
func (p *paperView) figuresNote(q *page.Request, item uuid.UUID) string {
	least, next := p.Protocol.Release.MinChanged, q.Moment(p.NextTick(p.Round, q.Now))
	switch f, told := p.feedback(item); {
	case told:
		return q.T("consultation.paper.figures_shown", "n", f.Released, "next", next)
	case p.Answered(item):
		return q.T("consultation.paper.figures_wait", "n", least, "next", next)
	}
	return q.T("consultation.paper.figures_first")
}

// parents are the statements whose place a new one takes, as the last round asked them.
func (p *paperView) parents(i consultation.Item) []feedback.ItemResult {
	var all []feedback.ItemResult
	for _, id := range i.Parents {
		if f, ok := p.feedback(id); ok {
			all = append(all, f.ItemResult)
		}
	}
	return all
}

// joining gives how a statement joined after the last round; false for any other.
func (p *paperView) joining(i consultation.Item) (joined.Statement, bool) {
	at := slices.IndexFunc(p.Joined, func(j joined.Statement) bool { return j.Number == i.Number && i.Fresh() })
	if at < 0 {
		return joined.Statement{}, false
	}
	return p.Joined[at], true
}

// restsOn gives the reason of the last round on which a statement that joined rests; false for
// none, and where the law removed it.
func (p *paperView) restsOn(j joined.Statement) (*feedback.Reason, bool) {
	if j.Digest == "" || p.Feedback == nil {
		return nil, false
	}
	for _, r := range p.Feedback.AllReasons() {
		if r.Removed == "" && leaf.Digest([]byte(r.Text)) == j.Digest {
			return r, true
		}
	}
	return nil, false
}

// picture is the group's answers with the reader's own mark.
func (p *paperView) picture(q *page.Request, f feedback.ItemResult) chart.Distribution {
	own := 0
	if a, ok := p.Own(f.Item); ok && !a.CannotJudge {
		own = a.Value
	}
	title := q.T("consultation.paper.picture", "n", f.Number, "round", p.Feedback.Round)
	if p.standing() {
		title = q.T("consultation.paper.picture_standing", "n", f.Number, "release", f.Released)
	}
	d := ui.Distribution(dossier.ID("h", f.Number), title, f.Figures, p.Scale(q, f.Kind), own)
	if f.Figures.Camps(f.Verdict) {
		return ui.WithoutMiddle(d)
	}
	return d
}

// ownValue is the point of one's own answer beside the panel's.
func (p *paperView) ownValue(item uuid.UUID) int {
	a, _ := p.Own(item)
	return a.Value
}

// where says how one's own last answer lies to the middle half: "low", "high", "in",
// or "" when there is nothing to compare.
func (p *paperView) where(f feedback.ItemResult) string {
	a, ok := p.Own(f.Item)
	q1, ok1 := f.Figures.Q1.Float()
	q3, ok3 := f.Figures.Q3.Float()
	k := p.ItemKind(f.Kind)
	k.Kind = cmp.Or(k.Kind, delphi.ScaleForm)
	own, counted := k.Counted(a)
	switch {
	case !ok || !counted || !ok1 || !ok3 || f.Figures.Thirds || f.Figures.Camps(f.Verdict):
		return ""
	case own < q1:
		return "low"
	case own > q3:
		return "high"
	}
	return "in"
}

// asksReason tells whether a statement's reason is asked for more warmly: own last
// answer outside the middle half, where the protocol wants it said.
func (p *paperView) asksReason(item uuid.UUID) bool {
	f, ok := p.feedback(item)
	if !ok || !p.Protocol.Feedback.AskReasonOutsideIQR {
		return false
	}
	w := p.where(f.ItemResult)
	return w == "low" || w == "high"
}

// reasons tells whether this round takes reasons at all.
func (p *paperView) reasons() bool { return p.Protocol.Feedback.Reasons != "none" }

// draw gives the columns of a statement's reasons as this reader sees them.
func (p *paperView) draw(f told) []dossier.Column {
	all := make([]dossier.Column, len(f.columns))
	for k, c := range f.columns {
		all[k] = c.Draw(p.Shuffle, f.Number)
	}
	return all
}

// everyReason is where all reasons about a statement are.
func (p *paperView) everyReason(i consultation.Item) string {
	return p.ReasonsPath(p.Feedback.Round, strconv.Itoa(i.Number), 1)
}

// action is where the form is sent.
func (p *paperView) action() string { return p.BallotPath(p.Round.Number) }

// dot is a progress mark: done, current, not yet.
func (p *paperView) dot(k int) string {
	if k+1 == p.At {
		return "c"
	}
	if p.given(p.screens()[k]) {
		return "d"
	}
	return "n"
}

// first tells whether this is the first round that asks for answers.
func (p *paperView) first() bool { return p.Feedback == nil || p.standing() }
