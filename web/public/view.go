package public

import (
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/panel"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// view is a consultation as the room's pages show it.
type view struct{ dossier.View }

// steps are the stages of the stepper.
func (v view) steps(q *page.Request) []ui.Step {
	if v.Origin != nil {
		return nil // it was held elsewhere: there is nothing to be reached here
	}
	steps := []ui.Step{{Name: q.T("consultation.step.announced"), Done: v.Stage != consultation.Draft && v.Stage != consultation.Announced, Now: v.Stage == consultation.Announced}}
	for _, r := range v.Rounds {
		if r.State == consultation.RoundSkipped {
			continue
		}
		s := ui.Step{Name: v.RoundName(q, r)}
		switch r.State {
		case consultation.RoundOpen, consultation.RoundClosing, consultation.RoundClosed:
			s.Now, s.Closed = v.Stage == consultation.Running, r.State != consultation.RoundOpen
		case consultation.RoundReleased:
			s.Done = true
		}
		steps = append(steps, s)
	}
	published := v.Stage == consultation.Published || v.Stage == consultation.Answered
	return append(steps,
		ui.Step{Name: q.T("consultation.step.opinion"), Done: published, Now: v.Stage == consultation.Concluded},
		ui.Step{Name: q.T("consultation.step.reply"), Done: v.Stage == consultation.Answered, Now: v.Stage == consultation.Published})
}

// debt says what the administration owes, and how loudly: the tone of a state line.
func (v view) debt(q *page.Request) (tone, icon, words string) {
	due, ok := v.ReplyDue()
	switch {
	case !ok:
		return "", "", ""
	case v.Stage == consultation.Answered:
		return "ok", "it-check-circle", q.T("consultation.debt.given")
	}
	switch days := q.Days(due); {
	case days < 0:
		return "no", "it-warning-circle", q.T("consultation.debt.late", "n", -days)
	case days == 0:
		return "due", "it-clock", q.T("consultation.debt.today")
	default:
		return "due", "it-clock", q.T("consultation.debt.in", "n", days)
	}
}

// enrolled says how many people are on the panel, in steps of 5 while people enrol.
func enrolled(q *page.Request, f panel.Figure) string {
	switch n := f.People(); {
	case f.Exact:
		return q.T("consultation.enrolled", "n", n)
	case n == 0:
		return q.T("consultation.enrolling.small")
	default:
		return q.T("consultation.enrolling.more", "n", n)
	}
}

// turnout says the only number of an open round: more than so many, in steps of 5.
func turnout(q *page.Request, r consultation.Round) string {
	did := ""
	if r.Kind == delphi.Gather {
		did = "wrote_"
	}
	if r.Turnout < 5 {
		return q.T("consultation.turnout." + did + "small")
	}
	return q.T("consultation.turnout."+did+"more", "n", r.Turnout)
}

// span says from when to when a round was or will be open.
func span(q *page.Request, r consultation.Round) string {
	from, to := r.PlannedAt, r.Deadline
	if !r.OpenedAt.IsZero() {
		from = r.OpenedAt
	}
	if !r.ClosedAt.IsZero() {
		to = r.ClosedAt
	}
	if to.IsZero() {
		return q.Date(from)
	}
	first, last := q.Date(from), q.Date(to)
	if first == last {
		return last
	}
	// One year is said once: "16 febbraio – 1º marzo 2026".
	if y := q.Stamp(to)[:4]; q.Stamp(from)[:4] == y {
		first = strings.TrimSuffix(first, " "+y)
	}
	return first + " – " + last
}
