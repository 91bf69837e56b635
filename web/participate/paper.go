package participate

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
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
	At       int  // position of the statement shown, from 1; 0 on the review
	All      bool // every statement in one page
	Typed    map[uuid.UUID]typed
	Problems ui.Problems
	Trouble  string // what stopped a delivery, in words
	Words    string // the panelist's own, as they were sent
	sheet    *sheet
}

// shown are the statements of this screen.
func (p *paperView) shown() []consultation.Item {
	switch {
	case p.All:
		return p.Items
	case p.At >= 1 && p.At <= len(p.Items):
		return p.Items[p.At-1 : p.At]
	}
	return nil
}

// done counts the statements that have an answer in the working copy.
func (p *paperView) done() int {
	n := 0
	for _, i := range p.Items {
		if _, ok := p.Draft[i.ID]; ok {
			n++
		}
	}
	return n
}

// undone is the position of the first statement without an answer; 0 when all have one.
func (p *paperView) undone() int {
	for k, i := range p.Items {
		if _, ok := p.Draft[i.ID]; !ok {
			return k + 1
		}
	}
	return 0
}

// now is what the form shows as chosen and written: what was just sent, else the
// working copy. The last round's answer is never among it.
func (p *paperView) now(item uuid.UUID) typed {
	if t, ok := p.Typed[item]; ok {
		return t
	}
	a, ok := p.Draft[item]
	if !ok {
		return typed{}
	}
	t := typed{Reason: a.Reason, Argues: string(a.Argues), Choice: strconv.Itoa(a.Value)}
	if last, ok := p.Last[item]; ok && same(a, last) {
		t.Choice = keep
	} else if a.CannotJudge {
		t.Choice = cannotJudge
	}
	return t
}

// same tells whether two answers have the same value.
func same(a, b delphi.Answer) bool { return answer.Same(&a, &b) }

// state is what became of a statement in the working copy: kept, changed, given
// (nothing to compare with) or blank.
func (p *paperView) state(item uuid.UUID) string {
	a, ok := p.Draft[item]
	if !ok {
		return "blank"
	}
	last, ok := p.Last[item]
	switch {
	case !ok:
		return "given"
	case same(a, last):
		return "kept"
	}
	return "changed"
}

// value writes an answer: its point, or that one cannot say.
func value(q *page.Request, a delphi.Answer) string {
	if a.CannotJudge {
		return q.T("consultation.paper.cannot_judge")
	}
	return strconv.Itoa(a.Value)
}

// feedback is what the stored document says about a statement.
func (p *paperView) feedback(item uuid.UUID) (told, bool) {
	f, ok := p.sheet.told[item]
	return f, ok
}

// picture is the group's answers with the reader's own mark.
func (p *paperView) picture(q *page.Request, f feedback.ItemResult) chart.Distribution {
	own := 0
	if a, ok := p.Last[f.Item]; ok && !a.CannotJudge {
		own = a.Value
	}
	title := q.T("consultation.paper.picture", "n", f.Number, "round", p.Feedback.Round)
	d := ui.Distribution(id("h", f.Number), title, f.Figures, p.scale(q, f.Kind), own)
	if f.Figures.Camps(f.Verdict) {
		return ui.WithoutMiddle(d)
	}
	return d
}

// where says how one's own last answer lies to the middle half: "low", "high", "in",
// or "" when there is nothing to compare.
func (p *paperView) where(f feedback.ItemResult) string {
	a, ok := p.Last[f.Item]
	q1, ok1 := f.Figures.Q1.Float()
	q3, ok3 := f.Figures.Q3.Float()
	switch own := float64(a.Value); {
	case !ok || a.CannotJudge || !ok1 || !ok3 || f.Figures.Thirds || f.Figures.Camps(f.Verdict):
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

// said is a reason with how many people gave it.
type said = feedback.Given

// column is the reasons of one side, or of one place where no side was said.
type column struct {
	Key     string  // against, for, neither; low, middle, high, none; unsaid
	N       int     // people who gave one
	Said    []*said // those from outside the middle half first
	outside int     // of Said
	Left    int     // reasons that are not among Said
}

// tagged tells whether any reason of a column is from outside the middle half.
func (c column) tagged() bool { return c.outside > 0 }

// sided tells whether the authors of a column's reasons said their side.
func (c column) sided() bool {
	return c.Key == string(delphi.Against) || c.Key == string(delphi.For) || c.Key == string(delphi.Neither)
}

// columns parts reasons by the side that their authors said, and the others by
// their place, where the document tells it. A single column needs no name.
func columns(reasons []feedback.Reason) []column {
	all := parted(feedback.Alike(reasons))
	if len(all) == 1 && all[0].Key == "unsaid" {
		all[0].Key = ""
	}
	return all
}

func parted(given []said) []column {
	var all []column
	for _, key := range []string{"against", "for", "neither", "low", "middle", "high", "none", "unsaid"} {
		c := column{Key: key}
		var inside []*said
		for i := range given {
			r := &given[i]
			switch {
			case columnOf(r.Reason) != key:
				continue
			case r.Outside:
				c.Said = append(c.Said, r)
			default:
				inside = append(inside, r)
			}
			c.N += r.People
		}
		if c.N == 0 {
			continue
		}
		c.outside = len(c.Said)
		c.Said = append(c.Said, inside...)
		all = append(all, c)
	}
	return all
}

// columnOf names the column of a reason.
func columnOf(r feedback.Reason) string {
	return cmp.Or(string(r.Side), string(r.Place), "unsaid")
}

// sideClass marks the column of a side by its shape.
func sideClass(key string) string {
	switch delphi.Side(key) {
	case delphi.Against:
		return "dlf-con"
	case delphi.For:
		return "dlf-pro"
	}
	return ""
}

// mostReasons is how many of a column one reader is given on the form. Nobody reads
// thousands before answering, and all of them are on the round's own page.
const mostReasons = 20

// draw gives a column as one reader sees it: reasons from outside the middle half
// first, among them and among the rest in an order of the reader's own, so that no
// reason is first, or left out, for everyone.
func (c column) draw(key []byte, item int) column {
	seed := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", key, item, c.Key)) // key is secret, and has one length
	dice := rand.New(rand.NewChaCha8(seed))
	all := pick(dice, c.Said[:c.outside], mostReasons)
	c.Said = append(all, pick(dice, c.Said[c.outside:], mostReasons-len(all))...)
	c.Left = c.N
	for _, r := range c.Said {
		c.Left -= r.People
	}
	return c
}

// pick draws n of all, or all of them, each order as likely as another: the first
// steps of a Fisher–Yates shuffle, on a list of the places that were exchanged.
func pick(dice *rand.Rand, all []*said, n int) []*said {
	n = min(n, len(all))
	drawn, moved := make([]*said, 0, n), make([][2]int, 0, n) // from a place, what lies there now
	at := func(k int) int {
		for i := len(moved) - 1; i >= 0; i-- {
			if moved[i][0] == k {
				return moved[i][1]
			}
		}
		return k
	}
	for k := range n {
		j := k + dice.IntN(len(all)-k)
		drawn = append(drawn, all[at(j)])
		moved = append(moved, [2]int{j, at(k)})
	}
	return drawn
}

// draw gives the columns of a statement's reasons as this reader sees them.
func (p *paperView) draw(f told) []column {
	all := make([]column, len(f.columns))
	for k, c := range f.columns {
		all[k] = c.draw(p.Shuffle, f.Number)
	}
	return all
}

// everyReason is where all reasons about a statement are.
func (p *paperView) everyReason(i consultation.Item) string {
	return p.path(fmt.Sprintf("/rounds/%d#%s", p.Feedback.Round, id("r", i.Number)))
}

// unfolded is how many reasons of one side a page shows at once.
const unfolded = 3

// few parts reasons into those shown at once and the rest.
func few(reasons []*said) (first, rest []*said) {
	n := min(len(reasons), unfolded)
	return reasons[:n], reasons[n:]
}

// action is where the form is sent.
func (p *paperView) action() string { return p.ballotPath(p.Round.Number) }

// changed parts a reword: what was taken out and what was put in, without the words that
// both wordings begin and end with.
func changed(was, is string) (out, in string) {
	a, b := words(was), words(is)
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	to := 0
	for to < len(a)-from && to < len(b)-from && a[len(a)-1-to] == b[len(b)-1-to] {
		to++
	}
	// A word on either side keeps a bare insertion or deletion readable.
	if (from == len(a)-to || from == len(b)-to) && from > 0 {
		from--
	}
	return join(a[from : len(a)-to]), join(b[from : len(b)-to])
}

// dot is a progress mark: done, current, not yet.
func (p *paperView) dot(k int) string {
	if k+1 == p.At {
		return "c"
	}
	if _, ok := p.Draft[p.Items[k].ID]; ok {
		return "d"
	}
	return "n"
}

// first tells whether this is the first round that asks for answers.
func (p *paperView) first() bool { return p.Feedback == nil }

// withheld tells whether a group's figures may not be shown.
func withheld(g verdict.GroupFigures) bool { return g.Withheld || g.N == 0 || g.Histogram == nil }
