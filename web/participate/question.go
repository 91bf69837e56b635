package participate

import (
	"strconv"

	"github.com/a-h/templ"

	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/delphi"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/participate/order"
	"delfi/web/ui"
)

// invalid marks a field that must be mended, and ties it to its words.
func (p *paperView) invalid(name string) templ.Attributes {
	return ui.Invalid(ui.Field{Name: name}, p.Problems)
}

// writtenOn are the words about a question that its form shows.
func (p *paperView) writtenOn(s screen) typed {
	return typed{Reason: p.value(s, s.reasonField()), Argues: p.value(s, s.arguesField())}
}

// endWords says what a point means to someone who does not see where it stands.
func (p *paperView) endWords(q *page.Request, k delphi.ItemKind, v int, own bool) string {
	s := p.Scale(q, k.ID)
	words := ""
	switch v {
	case 1:
		words = s.Low
	case k.Points:
		words = s.High
	}
	if own {
		if words != "" {
			words += ", "
		}
		words += q.T("consultation.paper.your_last")
	}
	return words
}

// estimateHints says what may be written: how figures are, from where to where, and how
// they are counted.
func (p *paperView) estimateHints(q *page.Request, k delphi.ItemKind) []string {
	hints := []string{q.T("consultation.estimate.range", "min", dossier.Bare(q, k, k.Min), "max", dossier.Value(q, k, k.Max))}
	switch {
	case k.Kind == delphi.DateForm && k.Grid > 1:
		hints = append(hints, q.T("consultation.estimate.grid_"+k.Unit, "n", k.Grid))
	case k.Kind == delphi.EstimateForm && k.Grid == 1:
		hints = append(hints, q.T("consultation.estimate.whole"))
	case k.Kind == delphi.EstimateForm:
		hints = append(hints, q.T("consultation.estimate.grid", "grid", dossier.Value(q, k, k.Grid)))
	}
	if k.Triple {
		hints = append(hints, q.T("consultation.estimate.triple"))
	}
	return hints
}

// firstInstead is the first of the answers in the place of a value.
func (p *paperView) firstInstead(s screen) string {
	switch {
	case s.Kind.Never:
		return answer.Never
	case s.Kind.CannotJudge:
		return cannotJudge
	}
	return blank
}

// answeredInstead writes which answer in the place of a value was given.
func answeredInstead(a *delphi.Answer) string {
	if a == nil {
		return ""
	}
	return vary(flag(a.Never), flag(a.CannotJudge))
}

func partSize(part string) string {
	if part == "year" {
		return "n4"
	}
	return "n2"
}

// inputMode is the keyboard for an estimate: that of digits has no minus.
func inputMode(k delphi.ItemKind) string {
	if k.Min < 0 {
		return "text"
	}
	return "decimal"
}

// ticked counts the boxes of a selection that its form shows ticked.
func (p *paperView) ticked(s screen) int {
	n := 0
	for _, i := range s.Items {
		if p.value(s, answerField(i)) == answer.Yes {
			n++
		}
	}
	return n
}

// unplaced are the items of a ranking that have no place, in the reader's own order.
func (p *paperView) unplaced(s screen, o order.Order) []int {
	var out []int
	for _, n := range p.shuffled(s) {
		if o[n] == 0 {
			out = append(out, n)
		}
	}
	return out
}

// nextUnplaced is the one of those without a place whose button has the focus after another
// was put last; -1 for none.
func (p *paperView) nextUnplaced(rest []int, s screen) int {
	if p.focus.Verb == "end" && len(rest) > 0 && p.focused(s) >= 0 {
		return rest[0]
	}
	return -1
}

// statusFirst tells whether a ranking's page begins at what was done: no button has it.
func (p *paperView) statusFirst(s screen, o order.Order) bool {
	return !p.focus.button() || p.focus.Verb == "end" && p.nextUnplaced(p.unplaced(s, o), s) < 0
}

// focused is the item of a ranking at which its page begins; -1 for none.
func (p *paperView) focused(s screen) int {
	for n, i := range s.Items {
		if i.Number == p.focus.Item {
			return n
		}
	}
	return -1
}

// shownPlace is the number that stands in an item's field.
func (p *paperView) shownPlace(s screen, o order.Order, n int) string {
	if p.Sent != nil {
		return p.Sent.Value(answerField(s.Items[n]))
	}
	if o[n] == 0 {
		return ""
	}
	return strconv.Itoa(o[n])
}

// samePlace tells whether two items of a ranking were given one place.
func (p *paperView) samePlace(s screen) bool {
	seen := map[string]bool{}
	for _, i := range s.Items {
		v := ""
		if p.Sent != nil {
			v = p.Sent.Value(answerField(i))
		}
		if v != "" && seen[v] {
			return true
		}
		seen[v] = true
	}
	return false
}

// positionWords says an item and its place: "Piste ciclabili, posizione 1 di 20".
func (p *paperView) positionWords(q *page.Request, s screen, o order.Order, n int) string {
	return q.T("consultation.ranking.position", "item", ui.In(p.Lang(s.Items[n].Language), s.Items[n].Text), "place", o[n], "of", len(o))
}

// movedWords says what the button before this page did.
func (p *paperView) movedWords(q *page.Request, s screen, o order.Order) string {
	words := q.T("consultation.ranking.saved")
	if n := p.focused(s); n >= 0 && p.focus.button() && o[n] > 0 {
		words = q.T("consultation.ranking.position", "item", s.Items[n].Text, "place", o[n], "of", len(o)) + ". " + words
	}
	return words
}
