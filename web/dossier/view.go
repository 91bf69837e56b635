package dossier

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
	"delfi/internal/pseudonym"
	"delfi/web/page"
	"delfi/web/ui"
)

// View is a consultation as its pages show it.
type View struct {
	consultation.Consultation                            // as the reader reads it
	Original                  *consultation.Consultation // as it was written, where the reader reads a translation; nil otherwise

	Group  string // id of the reader's group; "" when not enrolled, and on pages that do not ask
	Issued bool   // the reader's code was issued
	ByCode bool   // the page lies outside the sessions, under /code

	Ballot *ballot.State // of the reader in the open round; nil where it is not told
}

// Path is the address of the consultation's page, with more after it; of a rehearsal that of its
// first page.
func (v View) Path(more string) string {
	if v.Rehearsal != "" {
		return "/desk/" + v.Slug + "/rehearsal/" + v.Rehearsal + more
	}
	return "/consultations/" + v.Slug + more
}

// BallotPath is the address of a round's form, on the side on which the reader is.
func (v View) BallotPath(n int) string {
	if v.ByCode {
		return v.CodePath(fmt.Sprintf("/rounds/%d", n))
	}
	return v.Path(fmt.Sprintf("/rounds/%d", n))
}

// Frame is the layout's part of a page about the consultation. label is the last
// crumb, "" on the consultation's own page.
func (v View) Frame(q *page.Request, title, label string) ui.Frame {
	f := ui.Frame{Title: title, Section: ui.Consultations, Owner: v.AdministrationName, Address: v.Address, Reads: v.Language,
		Crumbs: []ui.Crumb{{Label: q.T("ui.nav.consultations"), Path: "/"}}}
	if further := v.Further(); len(further) > 0 {
		f.Held = append([]string{v.First()}, further...)
	}
	if v.Rehearsal != "" {
		f.Section, f.Trial = ui.Desk, v.Path("")
		f.Crumbs = []ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: v.Title, Lang: v.Language, Path: "/desk/" + v.Slug}}
		if label != "" {
			f.Crumbs = append(f.Crumbs, ui.Crumb{Label: q.T("rehearsal.title"), Path: v.Path("")}, ui.Crumb{Label: label})
		} else {
			f.Crumbs = append(f.Crumbs, ui.Crumb{Label: q.T("rehearsal.title")})
		}
		return f
	}
	if label == "" {
		f.Crumbs = append(f.Crumbs, ui.Crumb{Label: v.Title, Lang: v.Language})
		return f
	}
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: v.Title, Lang: v.Language, Path: v.Path("")}, ui.Crumb{Label: label})
	return f
}

// OpenRound is the round that takes answers or contributions now, or would if the
// consultation were not suspended.
func (v View) OpenRound(now time.Time) (consultation.Round, bool) {
	for _, r := range v.Rounds {
		if r.Takes(false, now) == nil {
			return r, true
		}
	}
	return consultation.Round{}, false
}

// NextRound is the first round that has not opened yet.
func (v View) NextRound() (consultation.Round, bool) {
	for _, r := range v.Rounds {
		if r.State == consultation.RoundPlanned {
			return r, true
		}
	}
	return consultation.Round{}, false
}

// RoundAt gives a round by its number.
func (v View) RoundAt(n int) (consultation.Round, bool) {
	for _, r := range v.Rounds {
		if r.Number == n {
			return r, true
		}
	}
	return consultation.Round{}, false
}

// Over tells whether nobody can take part any more.
func (v View) Over() bool {
	switch v.Stage {
	case consultation.Concluded, consultation.Published, consultation.Answered, consultation.Withdrawn:
		return true
	}
	return false
}

// Steers tells whether the actor is or was of the consultation's staff, who cannot take part.
func (v View) Steers(a account.Actor) bool { return v.Appoints(a) }

// ItemKind is the item kind of that id; the first when there is none of it.
func (v View) ItemKind(id string) delphi.ItemKind {
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

// Scale is an item kind's scale in the reader's language.
func (v View) Scale(q *page.Request, id string) ui.Scale {
	k := v.ItemKind(id)
	if k.Kind == delphi.CriteriaForm && len(k.Low)+len(k.High) == 0 {
		return ui.Scale{Points: k.Points, Low: q.T("consultation.criterion.low"), High: q.T("consultation.criterion.high"), Classes: k.Classes}
	}
	return v.Named(q, ui.Scale{Points: k.Points, Low: v.Say(q, k.Low), High: v.Say(q, k.High), Classes: k.Classes})
}

// Named gives the ends of a scale words where its protocol has none: statements are
// rated by how far one agrees.
func (v View) Named(q *page.Request, s ui.Scale) ui.Scale {
	if s.Low == "" {
		s.Low = q.T("consultation.scale.low")
	}
	if s.High == "" {
		s.High = q.T("consultation.scale.high")
	}
	return s
}

// Say chooses words of the protocol: those of the language that the reader reads in, else of
// the page's, else the consultation's own.
func (v View) Say(q *page.Request, words map[string]string) string {
	return cmp.Or(words[q.Reading()], words[q.Lang], words[v.First()])
}

// GroupName is a group's name for the reader.
func (v View) GroupName(q *page.Request, id string) string {
	for _, g := range v.Protocol.Panel.Groups {
		if g.ID == id {
			return v.Say(q, g.Name)
		}
	}
	return id
}

// RoundName says "Giro 2 · valutazione": the first round that asks for answers
// rates, the later ones revise.
func (v View) RoundName(q *page.Request, r consultation.Round) string {
	return q.T("consultation.round.named", "n", r.Number, "kind", q.T("consultation.round."+v.RoundKind(r)))
}

// RoundKind is a round's key in the words: gather, first, revised, standing.
func (v View) RoundKind(r consultation.Round) string {
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

// Later says what comes next and when, for pages of forms that are closed.
func (v View) Later(q *page.Request) string {
	if v.Suspended != nil {
		return q.T("consultation.suspended.text", "reason", ui.In(v.First(), v.Suspended.Reason))
	}
	if r, ok := v.OpenRound(q.Now); ok {
		return q.T("consultation.closed.open_now", "n", r.Number, "until", q.Moment(r.Deadline))
	}
	if r, ok := v.NextRound(); ok && !v.Over() {
		return q.T("consultation.closed.next", "n", r.Number, "day", q.Day(r.PlannedAt))
	}
	return q.T("consultation.closed.opinion")
}

// ID joins parts into an id of the page.
func ID(parts ...any) string {
	s := ""
	for i, p := range parts {
		if i > 0 {
			s += "-"
		}
		switch p := p.(type) { // a form has hundreds of them
		case int:
			s += strconv.Itoa(p)
		case string:
			s += p
		default:
			s += fmt.Sprint(p)
		}
	}
	return s
}

// Coded tells whether the consultation is answered with held codes.
func (v View) Coded() bool { return v.Protocol.Anonymity.Mode == string(pseudonym.HeldCode) }

// CodePath is the address beneath which a code is held and used, with more after it.
func (v View) CodePath(more string) string { return v.Path("/code" + more) }
