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
		return p.allTitle(q) + " · " + p.Title
	case len(p.shown()) == 0:
		return q.T("consultation.review.title") + " · " + p.Title
	}
	return p.position(q) + " · " + p.Title
}

// frame is the layout's part of the form's page. On one that answers a form the switch of
// the language brings that form back (package page).
func (p *paperView) frame(q *page.Request) ui.Frame {
	f := p.Frame(q, p.title(q), q.T("consultation.paper.crumb"))
	if p.Sent == nil && len(p.shown()) > 0 {
		f.Saves = "ballot"
	}
	return f
}

// allTitle names the page of all questions.
func (p *paperView) allTitle(q *page.Request) string {
	return q.T("consultation.paper."+p.called("all_title"), "n", len(p.screens()))
}

// position says which question stands on the page.
func (p *paperView) position(q *page.Request) string {
	return q.T("consultation.paper."+p.called("position"), "at", p.At, "of", len(p.screens()))
}

// called ends the keys of words that say "question" where not all of them are statements
// on a scale.
func (p *paperView) called(key string) string {
	for _, s := range p.screens() {
		if s.Form != delphi.ScaleForm {
			return key + "_any"
		}
	}
	return key
}

// labels are the names by which the error summary knows the fields.
func (p *paperView) labels(q *page.Request) map[string]string {
	names := map[string]string{wordsField: q.T("consultation.review.words")}
	for k, s := range p.screens() {
		name := q.T("consultation.statement", "n", strconv.Itoa(s.number()))
		if s.Form != delphi.ScaleForm {
			name = q.T("consultation.paper.question_n", "n", strconv.Itoa(k+1))
		}
		names[s.choiceField()], names[s.nobodyField()], names[s.reasonField()], names[s.arguesField()] = name, name, name, name
		for _, i := range s.Items {
			names[answerField(i)], names[reasonField(i)], names[arguesField(i)] = name, name, name
			if s.list() {
				names[answerField(i)] = i.Text
			}
			for part, words := range p.parts(q, s) {
				names[answerField(i)+"_"+part] = name + ", " + words
			}
			names[answerField(i)+"_say"] = name
		}
	}
	return names
}

// parts names the fields of an answer of several.
func (p *paperView) parts(q *page.Request, s screen) map[string]string {
	out := map[string]string{}
	switch s.Form {
	case delphi.CriteriaForm:
		for _, c := range s.Kind.Criteria {
			out[c] = dossier.Criterion(q, c)
		}
	case delphi.EstimateForm, delphi.DateForm:
		if s.Kind.Triple {
			out["low"], out["high"] = q.T("consultation.estimate.low"), q.T("consultation.estimate.high")
		}
	}
	return out
}

// counts says what the working copy counts for: a draft counts when it is
// delivered, a delivered ballot until another is.
func (p *paperView) counts(q *page.Request) string {
	if p.Mark != "" && !p.Pending {
		return q.T("consultation.paper.counted", "until", q.Moment(p.Round.Deadline))
	}
	return q.T("consultation.paper.draft", "until", q.Moment(p.Round.Deadline))
}

// countsShort is the same in a word, for a telephone's bar.
func (p *paperView) countsShort(q *page.Request) string {
	if p.Mark != "" && !p.Pending {
		return q.T("consultation.paper.counted_short")
	}
	return q.T("consultation.paper.draft_short")
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
func (p *paperView) reasonHint(q *page.Request, s screen) string {
	hint := q.T("consultation.paper.why_hint", "max", 600, "all", 2000)
	if p.crosses(s) {
		return q.T("consultation.paper.why_crossed") + " " + hint
	}
	if s.Form == delphi.ScaleForm && p.asksReason(s.Items[0].ID) {
		return q.T("consultation.paper.why_outside") + " " + hint
	}
	return hint
}

// reasonsTitle names the reasons about a statement, and which one where it stands among
// others of a list.
func (p *paperView) reasonsTitle(q *page.Request, i consultation.Item) string {
	if p.screenOf(i).list() {
		return q.T("consultation.paper.reasons_about", "item", i.Text)
	}
	return q.T("consultation.paper.reasons")
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
