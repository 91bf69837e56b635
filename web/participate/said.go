package participate

import (
	"context"
	"io"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/delphi"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/participate/order"
	"delfi/web/ui"
)

// named says what a question asks: its statement, or what is to be done with its list.
func (p *paperView) named(q *page.Request, s screen) string {
	if s.list() {
		return p.asksList(q, s)
	}
	return strconv.Itoa(s.number()) + ". " + ui.In(p.Lang(s.Items[0].Language), s.Items[0].Text)
}

// asksList says what is to be done with a list.
func (p *paperView) asksList(q *page.Request, s screen) string {
	return q.T("consultation.list."+string(s.Form), "n", len(s.Items), "most", s.Kind.K)
}

// answer says in words what some answers give to a question, a line each; none where
// there is no answer, or its words are all of it.
func (p *paperView) answer(q *page.Request, s screen, among map[uuid.UUID]delphi.Answer) []string {
	n := p.answered(s, among)
	if n == 0 {
		return nil
	}
	a := among[s.Items[0].ID]
	switch s.Form {
	case delphi.TextForm:
		return nil
	case delphi.CriteriaForm:
		return p.judged(q, s, a)
	case delphi.EstimateForm, delphi.DateForm:
		return []string{dossier.Estimated(q, s.Kind, a)}
	case delphi.RankingForm:
		return p.ranked(q, s, among)
	case delphi.ChoiceForm, delphi.SelectionForm:
		return p.chosen(q, s, among)
	}
	return []string{value(q, a)}
}

// lines are those of answer as they are drawn: places of an order and points on criteria are
// few, and kept.
func (p *paperView) lines(q *page.Request, s screen, among map[uuid.UUID]delphi.Answer) []templ.Component {
	var all []templ.Component
	switch {
	case p.answered(s, among) == 0:
	case s.Form == delphi.RankingForm:
		o := placesOf(s, among)
		if o.Placed() < len(o) {
			all = append(all, ui.Said(partlyPlaced(q, o)))
		}
		for _, n := range o.InOrder() {
			all = append(all, p.kept("place", s, n, strconv.Itoa(o[n]), worded(func() string { return p.placed(q, s, o, n) })))
		}
	case s.Form == delphi.CriteriaForm && !among[s.Items[0].ID].CannotJudge:
		a := among[s.Items[0].ID]
		for n := range min(len(s.Kind.Criteria), len(a.Criteria)) {
			all = append(all, p.kept("point", s, n, strconv.Itoa(a.Criteria[n]), worded(func() string { return judgedBy(q, s, a, n) })))
		}
	default:
		for _, line := range p.answer(q, s, among) {
			all = append(all, ui.Said(line))
		}
	}
	return all
}

// worded draws words that are put together when they are drawn.
func worded(words func() string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return ui.Said(words()).Render(ctx, w) })
}

// judged says an answer on criteria.
func (p *paperView) judged(q *page.Request, s screen, a delphi.Answer) []string {
	if a.CannotJudge {
		return []string{q.T("consultation.paper.cannot_judge")}
	}
	var all []string
	for n := range min(len(s.Kind.Criteria), len(a.Criteria)) {
		all = append(all, judgedBy(q, s, a, n))
	}
	return all
}

// judgedBy says one point of them.
func judgedBy(q *page.Request, s screen, a delphi.Answer, n int) string {
	return q.T("consultation.paper.criterion_said", "criterion", dossier.Criterion(q, s.Kind.Criteria[n]),
		"value", value(q, delphi.Answer{Value: a.Criteria[n], CannotJudge: a.Criteria[n] == 0}))
}

// ranked says an order, and that it is not whole.
func (p *paperView) ranked(q *page.Request, s screen, among map[uuid.UUID]delphi.Answer) []string {
	o := placesOf(s, among)
	var all []string
	if o.Placed() < len(o) {
		all = append(all, partlyPlaced(q, o))
	}
	for _, n := range o.InOrder() {
		all = append(all, p.placed(q, s, o, n))
	}
	return all
}

// partlyPlaced says how many have a place.
func partlyPlaced(q *page.Request, o order.Order) string {
	return q.T("consultation.ranking.partial", "n", o.Placed(), "of", len(o))
}

// placed says the place of one of them.
func (p *paperView) placed(q *page.Request, s screen, o order.Order, n int) string {
	return q.T("consultation.ranking.line", "place", o[n], "item", ui.In(p.Lang(s.Items[n].Language), s.Items[n].Text))
}

// chosen says what was chosen of a list.
func (p *paperView) chosen(q *page.Request, s screen, among map[uuid.UUID]delphi.Answer) []string {
	var all []string
	for _, i := range s.Items {
		switch a := among[i.ID]; {
		case a.CannotJudge:
			return []string{q.T("consultation.paper.cannot_judge")}
		case a.Value == 1:
			all = append(all, ui.In(p.Lang(i.Language), i.Text))
		}
	}
	if all == nil {
		return []string{q.T("consultation.selection.nobody")}
	}
	return all
}

// written is the language of the words about a question that its form shows: of those in the
// working copy their own, of what is yet to be written the one in which the form is read.
func (p *paperView) written(s screen) string {
	for _, a := range p.reasoned(s) {
		if p.Sent == nil {
			return p.Lang(a.Language)
		}
	}
	return p.Language
}

// crosses tells whether the working copy's answer lies in another class than the reader's
// answer of the round before, which one may say why.
func (p *paperView) crosses(s screen) bool {
	if s.list() || p.standing() || !p.reasons() {
		return false
	}
	before, then := p.Last[s.Items[0].ID]
	now, given := p.Draft[s.Items[0].ID]
	return then && given && s.Kind.Crosses(before, now)
}

// whyLabel names the field for one's own reason.
func (p *paperView) whyLabel(q *page.Request, s screen) string {
	if p.crosses(s) {
		return q.T("consultation.paper.why_change")
	}
	return q.T("consultation.paper.why")
}

// reasoned are the answers to a question that have words in the working copy.
func (p *paperView) reasoned(s screen) []delphi.Answer {
	var all []delphi.Answer
	for _, i := range s.Items {
		if a := p.Draft[i.ID]; a.Reason != "" {
			all = append(all, a)
		}
	}
	return all
}
