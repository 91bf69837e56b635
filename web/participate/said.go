package participate

import (
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/delphi"
	"delfi/web/dossier"
	"delfi/web/page"
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

// judged says an answer on criteria.
func (p *paperView) judged(q *page.Request, s screen, a delphi.Answer) []string {
	if a.CannotJudge {
		return []string{q.T("consultation.paper.cannot_judge")}
	}
	var all []string
	for n, c := range s.Kind.Criteria {
		if n < len(a.Criteria) {
			all = append(all, q.T("consultation.paper.criterion_said", "criterion", dossier.Criterion(q, c), "value", value(q, delphi.Answer{Value: a.Criteria[n], CannotJudge: a.Criteria[n] == 0})))
		}
	}
	return all
}

// ranked says an order, and that it is not whole.
func (p *paperView) ranked(q *page.Request, s screen, among map[uuid.UUID]delphi.Answer) []string {
	o := placesOf(s, among)
	var all []string
	if o.Placed() < len(o) {
		all = append(all, q.T("consultation.ranking.partial", "n", o.Placed(), "of", len(o)))
	}
	for _, n := range o.InOrder() {
		all = append(all, q.T("consultation.ranking.line", "place", o[n], "item", ui.In(p.Lang(s.Items[n].Language), s.Items[n].Text)))
	}
	return all
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
