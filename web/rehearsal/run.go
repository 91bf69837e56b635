package rehearsal

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/rehearsal"
	"delfi/web/dossier"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui"
)

// view is a rehearsal as its pages show it.
type view struct {
	dossier.View
	*rehearsal.Rehearsal
}

// run works out the rehearsal that the address names, as far as the release of a round, or to its
// opinion for 0.
func (d room) run(q *page.Request, until int) (view, error) {
	s, err := d.sketch(q)
	if err != nil {
		return view{}, err
	}
	if !s.Whole {
		return view{}, fault.New(fault.Conflict, "rehearsal_unwhole", "the protocol does not hold yet: complete it first")
	}
	play, err := rehearsal.Parse(q.Param("play"), s.Protocol)
	if err != nil {
		return view{}, err
	}
	r, err := rehearsal.Run(s.Consultation, s.Given, play, q.Now, until)
	if err != nil {
		return view{}, err
	}
	return view{dossier.View{Consultation: r.Consultation}, r}, nil
}

// held is run as far as the round that the address names; NotFound where it is not held.
func (d room) held(q *page.Request) (view, consultation.Round, error) {
	none := fault.New(fault.NotFound, "no_round", "there is no such round")
	n, err := strconv.Atoi(q.Param("n"))
	if err != nil || strconv.Itoa(n) != q.Param("n") || n < 1 {
		return view{}, consultation.Round{}, none
	}
	v, err := d.run(q, n)
	if err != nil {
		return v, consultation.Round{}, err
	}
	round, ok := v.RoundAt(n)
	if !ok || round.State != consultation.RoundReleased {
		return v, round, none
	}
	return v, round, nil
}

// document is held with what the round brought out.
func (d room) document(q *page.Request) (view, consultation.Round, feedback.Document, error) {
	v, round, err := d.held(q)
	if err != nil {
		return v, round, feedback.Document{}, err
	}
	document, ok := v.Feedback(round.Number)
	if !ok {
		return v, round, document, fault.New(fault.NotFound, "no_round", "there is no such round")
	}
	return v, round, document, nil
}

func (d room) rounds(q *page.Request) error {
	v, err := d.run(q, 0)
	if err != nil {
		return err
	}
	return q.Render(200, roundsPage(v))
}

// formView is the form of a round.
type formView struct {
	view
	Round consultation.Round
	Drawn templ.Component
}

func (d room) form(q *page.Request) error {
	v, round, err := d.held(q)
	if err != nil {
		return err
	}
	drawn := templ.Component(nil)
	if paper, ok := v.Paper(round.Number); ok {
		drawn = d.Services.Paper(v.View.Consultation, paper)
	} else {
		drawn = d.Write(v.View.Consultation, round)
	}
	return q.Render(200, formPage(formView{v, round, drawn}))
}

func (d room) result(q *page.Request) error {
	v, round, document, err := d.document(q)
	if err != nil {
		return err
	}
	return q.Render(200, d.Result(v.View.Consultation, round, document))
}

func (d room) opinion(q *page.Request) error {
	v, err := d.run(q, 0)
	if err != nil {
		return err
	}
	o, ok := v.Opinion()
	if !ok {
		return fault.New(fault.NotFound, "no_opinion", "the opinion has not been published yet")
	}
	return q.Render(200, d.Services.Opinion(v.View.Consultation, o))
}

// criteriaView says which criteria a round meets.
type criteriaView struct {
	view
	Round    consultation.Round
	Document feedback.Document
	Rule     rehearsal.Stopping
}

func (d room) criteria(q *page.Request) error {
	v, round, document, err := d.document(q)
	if err != nil {
		return err
	}
	rule, _ := v.Stopping(round.Number)
	return q.Render(200, criteriaPage(criteriaView{v, round, document, rule}))
}

// questions are those that the round judged.
func (v criteriaView) questions() []dossier.Question {
	return slices.DeleteFunc(v.Questions(v.Round.Number, v.Document.Items), func(a dossier.Question) bool { return a.Form == delphi.TextForm })
}

// judged are the results of a question that have a verdict of their own.
func judged(a dossier.Question) []feedback.ItemResult {
	if a.Form == delphi.SelectionForm {
		return a.Items
	}
	return a.Items[:1]
}

// of is the case of an item, from which its words are drawn.
func (v criteriaView) of(f feedback.ItemResult) ui.Case {
	return ui.Case{Protocol: v.Protocol, Kind: f.Kind, Verdict: f.Verdict, Figures: f.Figures, Final: v.Protocol.Answering(v.Round.Number) == 0}
}

// criteria are the gates, tests and rules that an item's verdict and proposal stand on.
func (v criteriaView) criteria(f feedback.ItemResult) []verdict.Ground {
	var all []verdict.Ground
	for _, g := range slices.Concat(f.Verdict.Grounds, f.Proposal.Grounds) {
		if i18n.Known("ui.ground."+g.Code) && !slices.ContainsFunc(all, func(o verdict.Ground) bool { return o.Code == g.Code && o.Detail == g.Detail }) {
			all = append(all, g)
		}
	}
	return all
}

// actions counts what a round proposes to do with its items.
func (v view) actions(q *page.Request, round int) []string {
	document, ok := v.Feedback(round)
	if !ok {
		return nil
	}
	var lines []string
	for _, a := range []verdict.Action{verdict.Settle, verdict.GoOn, verdict.Reword, verdict.Drop} {
		n := 0
		for _, i := range document.Items {
			if i.Proposal.Action == a {
				n++
			}
		}
		if n > 0 {
			lines = append(lines, q.T("rehearsal.action."+string(a), "n", n))
		}
	}
	return lines
}

// answered is how many people answered a round, of how many.
func (v view) answered(q *page.Request, r consultation.Round) string {
	if r.Kind == delphi.Gather {
		return q.T("rehearsal.gathered", "n", len(v.Contributions))
	}
	document, _ := v.Feedback(r.Number)
	return q.T("rehearsal.answered", "n", document.Answered, "of", strconv.Itoa(document.Enrolled))
}

// crowd is how many people were invented.
func (v view) crowd() int {
	n := 0
	for _, g := range v.Play.People {
		n += g
	}
	return n
}

// lastHeld is the number of the last round that was held.
func (v view) lastHeld() int {
	if last := v.View.LastHeld(); last != nil {
		return last.Number
	}
	return 0
}
