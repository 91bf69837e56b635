package public

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"delfi/internal/consultation"
	"delfi/internal/consultation/brief"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/report/schema"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// resultView is what a released round brought out.
type resultView struct {
	view
	Round    consultation.Round
	Document feedback.Document
	Brief    brief.Brief // the facilitator's words about it; the zero Brief for none
}

// result shows a released round from its stored document, the same for everyone.
func (c room) result(q *page.Request) error {
	v, r, err := c.loader.Numbered(q)
	if err != nil {
		return err
	}
	f, err := c.Archive.Feedback(q.Context(), v.ID, r.Number)
	if err != nil {
		return err
	}
	entries, err := c.Record.Acts(q.Context(), v.ID, string(consultation.ActBrief))
	if err != nil {
		return err
	}
	words, _ := brief.Of(brief.Read(entries), r.Number)
	return q.Render(200, result(resultView{view: view{v}, Round: r, Document: *f.In(v.Language), Brief: words}))
}

// Result draws the page of a round whose document is stored nowhere.
func Result(c consultation.Consultation, r consultation.Round, d feedback.Document) templ.Component {
	return result(resultView{view: view{dossier.View{Consultation: c}}, Round: r, Document: d})
}

// named are the statements of the round that its words name.
func (r resultView) named(markdown string) []int {
	return slices.DeleteFunc(brief.Named(markdown), func(n int) bool {
		return !slices.ContainsFunc(r.Document.Items, func(f feedback.ItemResult) bool { return f.Number == n })
	})
}

// of is the case of an item in this round, from which its words are drawn.
func (r resultView) of(f feedback.ItemResult) ui.Case {
	final := r.Over() || r.Protocol.Answering(r.Round.Number) == 0 && r.Round.Kind != delphi.StandingKind
	return ui.Case{Protocol: r.Protocol, Kind: f.Kind, Verdict: f.Verdict, Figures: f.Figures, Final: final}
}

// mark is a verdict in words with the share that this protocol asks for.
func (r resultView) mark(q *page.Request, f feedback.ItemResult) ui.Mark {
	return ui.Verdict(q, r.of(f))
}

// headline counts the verdicts of the round.
func (r resultView) headline(q *page.Request) string {
	if kept, n := r.narrowed(); n > 0 {
		return q.T("consultation.headline.narrowed", "n", kept, "all", n)
	}
	var s schema.Summary
	for _, f := range r.Document.Items {
		if r.FormIn(f.Kind, r.Round.Number) == delphi.TextForm {
			s.Unrated++
			continue
		}
		s.Add(f.Verdict)
	}
	return headline(q, s)
}

// narrowed counts the items that a select round proposes to keep, of all n; 0 of 0 for
// another round.
func (r resultView) narrowed() (kept, n int) {
	for _, f := range r.Document.Items {
		for _, g := range f.Proposal.Grounds {
			if g.Code == "narrowed" {
				kept, n = int(g.Value.Or(0)), g.Limit
			}
		}
	}
	return kept, n
}

// why is what stands under a statement: the verdict's sentence, the shares of its
// sides where the sentence has none, and who could not judge.
func (r resultView) why(q *page.Request, f feedback.ItemResult) []string {
	return r.explain(q, r.of(f), f.Counts)
}

// stability says what this round and the one before tell together.
func (r resultView) stability(q *page.Request, f feedback.ItemResult) []string {
	return ui.Stability(q, r.of(f), f.Counts)
}

// questions are the round's, lists as one.
func (r resultView) questions() []dossier.Question {
	return r.Questions(r.Round.Number, r.Document.Items)
}

// called names a statement; another question has no name but its number.
func (r resultView) called(q *page.Request, f feedback.ItemResult) string {
	return called(q, r.FormIn(f.Kind, r.Round.Number), f.Number)
}

// called names an item by its number: what is rated on a scale is a statement.
func called(q *page.Request, form delphi.Form, number int) string {
	if form == delphi.ScaleForm {
		return q.T("consultation.statement", "n", strconv.Itoa(number))
	}
	return q.T("consultation.paper.question_n", "n", strconv.Itoa(number))
}

// marked is a selection with the verdict on each of its items.
func (r resultView) marked(q *page.Request, a dossier.Question) dossier.Measured {
	m := a.Measured(q, r.Round.Number)
	for n, f := range a.Items {
		mark := r.mark(q, f)
		m.Entries[n].Mark = &mark
	}
	return m
}

// listReasons are the reasons about a list as a whole.
func (r resultView) listReasons(kind string) []feedback.Reason {
	for _, l := range r.Document.Lists {
		if l.Kind == kind {
			return l.Reasons
		}
	}
	return nil
}

// reasonsTitle names the reasons, or what was answered in words.
func (r resultView) reasonsTitle(q *page.Request, form delphi.Form) string {
	if form == delphi.TextForm {
		return q.T("consultation.text.answers")
	}
	return q.T("consultation.paper.reasons")
}
