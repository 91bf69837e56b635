package participate

import (
	"fmt"
	"strings"
	"time"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/panel"
	"delfi/web/page"
	"delfi/web/ui"
)

// view is what every page about one consultation knows.
type view struct {
	consultation.Consultation
	Group  string // id of the reader's group; "" when not enrolled, and on pages that do not ask
	Issued bool   // the reader's code was issued
	ByCode bool   // the page lies outside the sessions, under /code
}

// path is the address of the consultation's page, with more after it.
func (v view) path(more string) string { return "/consultations/" + v.Slug + more }

// ballotPath is the address of a round's form, on the side on which the reader is.
func (v view) ballotPath(n int) string {
	if v.ByCode {
		return v.codePath(fmt.Sprintf("/rounds/%d", n))
	}
	return v.path(fmt.Sprintf("/rounds/%d", n))
}

// frame is the layout's part of a page about the consultation. label is the last
// crumb, "" on the consultation's own page.
func (v view) frame(q *page.Request, title, label string) ui.Frame {
	f := ui.Frame{Title: title, Section: ui.Consultations, Owner: v.AdministrationName, Address: v.Address,
		Crumbs: []ui.Crumb{{Label: q.T("ui.nav.consultations"), Path: "/"}}}
	if label == "" {
		f.Crumbs = append(f.Crumbs, ui.Crumb{Label: v.Title, Lang: v.Language})
		return f
	}
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: v.Title, Lang: v.Language, Path: v.path("")}, ui.Crumb{Label: label})
	return f
}

// open is the round that takes answers or contributions now, or would if the
// consultation were not suspended.
func (v view) open(now time.Time) (consultation.Round, bool) {
	for _, r := range v.Rounds {
		if r.Takes(false, now) == nil {
			return r, true
		}
	}
	return consultation.Round{}, false
}

// next is the first round that has not opened yet.
func (v view) next() (consultation.Round, bool) {
	for _, r := range v.Rounds {
		if r.State == consultation.RoundPlanned {
			return r, true
		}
	}
	return consultation.Round{}, false
}

// round gives a round by its number.
func (v view) round(n int) (consultation.Round, bool) {
	for _, r := range v.Rounds {
		if r.Number == n {
			return r, true
		}
	}
	return consultation.Round{}, false
}

// over tells whether nobody can take part any more.
func (v view) over() bool {
	switch v.Stage {
	case consultation.Concluded, consultation.Published, consultation.Answered, consultation.Withdrawn:
		return true
	}
	return false
}

// steers tells whether the actor is or was of the consultation's staff, who cannot take part.
func (v view) steers(a account.Actor) bool { return a.SignedIn() && v.Appoints(a.Account) }

// changes says who of the staff was or is to be replaced, and who is to come.
func (v view) changes(q *page.Request) []string {
	var all []string
	say := func(key string, m consultation.Member, day time.Time) {
		all = append(all, q.T("consultation.staff."+key, "name", ui.In(ui.NameLanguage, m.Name), "role", role(q, m.Role), "day", ui.Date(q, ui.From, day)))
	}
	for _, m := range v.Appointed {
		if m.Since.After(civiltime.Midnight(q.Now)) {
			say("coming", m, m.Since)
		}
		if !m.Until.IsZero() {
			say("gone", m, m.Until)
		}
	}
	return all
}

// kind is the item kind of that id; the first when there is none of it.
func (v view) kind(id string) delphi.ItemKind {
	kinds := v.Protocol.ItemKinds
	for _, k := range kinds {
		if k.ID == id {
			return k
		}
	}
	if len(kinds) == 0 {
		return delphi.ItemKind{}
	}
	return kinds[0]
}

// scale is an item kind's scale in the reader's language.
func (v view) scale(q *page.Request, id string) ui.Scale {
	k := v.kind(id)
	return v.named(q, ui.Scale{Points: k.Points, Low: v.say(q, k.Low), High: v.say(q, k.High), Classes: k.Classes})
}

// named gives the ends of a scale words where its protocol has none: statements are
// rated by how far one agrees.
func (v view) named(q *page.Request, s ui.Scale) ui.Scale {
	if s.Low == "" {
		s.Low = q.T("consultation.scale.low")
	}
	if s.High == "" {
		s.High = q.T("consultation.scale.high")
	}
	return s
}

// say chooses words of the protocol: the reader's language, else the consultation's.
func (v view) say(q *page.Request, words map[string]string) string {
	if s := words[q.Lang]; s != "" {
		return s
	}
	return words[v.Language]
}

// group is a group's name for the reader.
func (v view) group(q *page.Request, id string) string {
	for _, g := range v.Protocol.Panel.Groups {
		if g.ID == id {
			return v.say(q, g.Name)
		}
	}
	return id
}

// roundName says "Giro 2 · valutazione": the first round that asks for answers
// rates, the later ones revise.
func (v view) roundName(q *page.Request, r consultation.Round) string {
	return q.T("consultation.round.named", "n", r.Number, "kind", q.T("consultation.round."+v.roundKind(r)))
}

// roundKind is a round's key in the words: gather, first, revised, standing.
func (v view) roundKind(r consultation.Round) string {
	if r.Kind != delphi.AnswerRound {
		return string(r.Kind)
	}
	for _, b := range v.Rounds {
		if b.Number < r.Number && b.Answers() {
			return "revised"
		}
	}
	return "first"
}

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
		s := ui.Step{Name: v.roundName(q, r)}
		switch r.State {
		case consultation.RoundOpen, consultation.RoundClosing, consultation.RoundClosed:
			s.Now = v.Stage == consultation.Running
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

// due is the day by which the administration owes its reply; false before publication.
func (v view) due() (time.Time, bool) {
	if v.PublishedAt.IsZero() || v.Origin != nil {
		return time.Time{}, false
	}
	if days := v.Commitment.ReplyDays; days != 0 {
		return v.PublishedAt.AddDate(0, 0, days), true
	}
	return v.Protocol.Reply.Due(v.PublishedAt), true
}

// debt says what the administration owes, and how loudly: the tone of a state line.
func (v view) debt(q *page.Request) (tone, icon, words string) {
	due, ok := v.due()
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

// id joins parts into an id of the page.
func id(parts ...any) string {
	s := ""
	for i, p := range parts {
		if i > 0 {
			s += "-"
		}
		s += fmt.Sprint(p)
	}
	return s
}

// later says what comes next and when, for pages of forms that are closed.
func (v view) later(q *page.Request) string {
	if v.Suspended != nil {
		return q.T("consultation.suspended.text", "reason", ui.In(v.Language, v.Suspended.Reason))
	}
	if r, ok := v.open(q.Now); ok {
		return q.T("consultation.closed.open_now", "n", r.Number, "until", q.Moment(r.Deadline))
	}
	if r, ok := v.next(); ok && !v.over() {
		return q.T("consultation.closed.next", "n", r.Number, "day", q.Day(r.PlannedAt))
	}
	return q.T("consultation.closed.opinion")
}

// writeLabel names the text area: a new idea, or one that is being edited.
func writeLabel(q *page.Request, w writeView) string {
	if w.Edit != [16]byte{} {
		return q.T("consultation.write.editing")
	}
	return q.T("consultation.write.label")
}
