package participate

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// title of the form's page.
func (p *paperView) title(q *page.Request) string {
	switch {
	case p.All:
		return q.T("consultation.paper.all_title", "n", len(p.Items)) + " · " + p.Title
	case len(p.shown()) == 0:
		return q.T("consultation.review.title") + " · " + p.Title
	}
	return q.T("consultation.paper.position", "at", p.At, "of", len(p.Items)) + " · " + p.Title
}

// labels are the names by which the error summary knows the fields, where several
// statements stand in one page.
func (p *paperView) labels(q *page.Request) map[string]string {
	names := map[string]string{wordsField: q.T("consultation.review.words")}
	for _, i := range p.shown() {
		name := q.T("consultation.statement", "n", strconv.Itoa(i.Number))
		names[answerField(i)], names[reasonField(i)], names[arguesField(i)] = name, name, name
	}
	return names
}

// counts says what the working copy counts for: a draft counts when it is
// delivered, a delivered ballot until another is.
func (p *paperView) counts(q *page.Request) string {
	if p.Mark != "" && !p.Pending {
		return q.T("consultation.paper.counted", "until", q.Moment(p.Round.Deadline))
	}
	return q.T("consultation.paper.draft", "until", q.Moment(p.Round.Deadline))
}

// sides are what a reason may be said to argue; who has said it can take that back.
func sides(q *page.Request, now string) []ui.Option {
	var out []ui.Option
	for _, s := range []delphi.Side{delphi.Against, delphi.For, delphi.Neither} {
		out = append(out, ui.Option{Value: string(s), Label: q.T("consultation.argues." + string(s)), Chosen: now == string(s)})
	}
	if now != "" {
		out = append(out, ui.Option{Value: "", Label: q.T("consultation.argues.unsaid")})
	}
	return out
}

// reasonHint says what happens to a reason, and asks more warmly from outside the
// middle half.
func (p *paperView) reasonHint(q *page.Request, i consultation.Item) string {
	hint := q.T("consultation.paper.why_hint", "max", 600, "all", 2000)
	if p.asksReason(i.ID) {
		return q.T("consultation.paper.why_outside") + " " + hint
	}
	return hint
}

// pointWords says what a point of the scale means to someone who does not see where
// it stands.
func (p *paperView) pointWords(q *page.Request, i consultation.Item, v int) string {
	s := p.Scale(q, i.Kind)
	var all []string
	switch v {
	case 1:
		all = append(all, s.Low)
	case s.Points:
		all = append(all, s.High)
	}
	if last, ok := p.Last[i.ID]; ok && !last.CannotJudge && last.Value == v {
		all = append(all, q.T("consultation.paper.your_last"))
	}
	return strings.TrimSpace(strings.Join(all, ", "))
}

// pointID is a point's id: the first input of the field carries the field's own.
func (p *paperView) pointID(i consultation.Item, v int) string {
	if _, kept := p.Last[i.ID]; !kept && v == 1 {
		return ui.ID(answerField(i))
	}
	return dossier.ID(ui.ID(answerField(i)), v)
}

// described ties the fieldset to its statement, and to its error.
func (p *paperView) described(i consultation.Item) templ.Attributes {
	a := templ.Attributes{"aria-describedby": dossier.ID("s", i.Number)}
	if p.Problems.Has(answerField(i)) {
		a["aria-describedby"] = dossier.ID("s", i.Number) + " " + ui.ID(answerField(i)) + "-error"
	}
	return a
}

// closedTitle says why a form takes nothing.
func (c closedView) closedTitle(q *page.Request) string {
	switch {
	case c.Suspended != nil:
		return q.T("consultation.suspended.since", "day", q.Day(c.Suspended.Since))
	case c.Round.State == consultation.RoundPlanned:
		return q.T("consultation.closed.not_yet", "n", c.Round.Number)
	case c.Round.State == consultation.RoundSkipped:
		return q.T("consultation.closed.skipped", "n", c.Round.Number)
	case !c.Round.ClosedAt.IsZero():
		return q.T("consultation.closed.at", "n", c.Round.Number, "moment", q.Moment(c.Round.ClosedAt))
	}
	return q.T("consultation.closed.at", "n", c.Round.Number, "moment", q.Moment(c.Round.Deadline))
}

// spaced writes a mark in fours, so that two people can compare it aloud.
func spaced(mark string) string {
	var b strings.Builder
	for i, r := range mark {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
