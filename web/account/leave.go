package account

import (
	"errors"
	"maps"
	"slices"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/internal/panel/application"
	"delfi/internal/pseudonym"
	"delfi/web/page"
	"delfi/web/ui"
)

// meView is the page of what is kept of the reader.
type meView struct {
	account.Profile
	Places   []place
	Applied  []applied
	Of       map[account.Scope]consultation.Consultation // for which the reader holds roles
	Steered  []consultation.Consultation                 // why leaving was refused
	Problems ui.Problems
}

// place is an enrolment with the consultation that it is in.
type place struct {
	panel.Enrolment
	consultation.Consultation
}

// applied is an application with the consultation that it is in.
type applied struct {
	application.Application
	consultation.Consultation
}

// group is the group's name, as a place's.
func (a applied) group(q *page.Request) string {
	return place{panel.Enrolment{Group: a.Group}, a.Consultation}.group(q)
}

// coded tells whether it is answered with a code, so that nobody can find the ballot.
func (p place) coded() bool { return p.Protocol.Anonymity.Mode == string(pseudonym.HeldCode) }

// open is the number of the round whose ballot can still be taken back; 0 when none.
func (p place) open() int {
	for _, r := range p.Rounds {
		if r.Answers() && r.Kind != delphi.StandingKind && r.State == consultation.RoundOpen && !p.coded() {
			return r.Number
		}
	}
	return 0
}

// standing tells whether a standing round is open, whose answers are counted already.
func (p place) standing() bool {
	return slices.ContainsFunc(p.Rounds, func(r consultation.Round) bool {
		return r.Kind == delphi.StandingKind && r.State == consultation.RoundOpen
	})
}

// nothing is the key of the words that no ballot can be taken back.
func (v meView) nothing() string {
	if slices.ContainsFunc(v.Places, place.standing) {
		return "account.nothing_standing"
	}
	return "account.nothing_open"
}

// open tells whether any ballot can be taken back.
func (v meView) open() bool {
	for _, p := range v.Places {
		if p.open() > 0 {
			return true
		}
	}
	return false
}

// group is the group's name, in the reader's language where it has one.
func (p place) group(q *page.Request) string {
	for _, g := range p.Protocol.Panel.Groups {
		if g.ID == p.Group {
			if s := g.Name[q.Lang]; s != "" {
				return s
			}
			return g.Name[p.Language]
		}
	}
	return p.Group
}

// kept shows what is kept of the reader, and how to leave.
func (s Services) kept(q *page.Request) error {
	v, err := s.look(q)
	if err != nil {
		return err
	}
	return q.Render(200, mePage(v))
}

func (s Services) look(q *page.Request) (meView, error) {
	var v meView
	var err error
	if v.Profile, err = s.Accounts.Profile(q.Context(), q.Actor); err != nil {
		return v, err
	}
	scopes := make([]account.Scope, len(v.Offices))
	for i, o := range v.Offices {
		scopes[i] = o.Scope
	}
	if v.Of, err = s.Scopes.Named(q.Context(), scopes...); err != nil {
		return v, err
	}
	list, err := s.Panel.Enrolments(q.Context(), q.Actor)
	if err != nil {
		return v, err
	}
	applications, err := s.Panel.Applications(q.Context(), q.Actor)
	if err != nil {
		return v, err
	}
	ids := slices.Collect(maps.Keys(applications))
	for _, e := range list {
		ids = append(ids, e.Consultation)
	}
	all, err := s.Consultations.Some(q.Context(), ids)
	if err != nil {
		return v, err
	}
	for _, e := range list {
		for _, c := range all {
			if c.ID == e.Consultation {
				v.Places = append(v.Places, place{e, c})
			}
		}
	}
	for _, c := range all {
		for _, a := range applications[c.ID] {
			v.Applied = append(v.Applied, applied{a, c})
		}
		delete(applications, c.ID) // one with an enrolment too comes twice
	}
	return v, nil
}

// frame is the layout's part of the pages before an act on oneself.
func frame(q *page.Request, title string) ui.Frame {
	return ui.Frame{Title: title, Crumbs: []ui.Crumb{{Label: q.T("ui.nav.consultations"), Path: "/"}, {Label: q.T("account.title"), Path: "/me"}, {Label: title}}}
}

// farewell is the page before the reader leaves.
func (v meView) farewell(q *page.Request) ui.Removal {
	return ui.Removal{
		Frame: frame(q, q.T("account.leave")), Kicker: v.Name, KickerLang: ui.NameLanguage, Title: q.T("account.about_leave"),
		Goes: []string{q.T("account.now_text"), q.T("account.goes_text"), q.T("account.change_text")},
		Stays: []string{
			q.T("account.stays_tables"), q.T("account.stays_texts"), q.T("account.stays_count"), q.T("account.stays_mark"), q.T("account.stays_ballots"),
		},
		Undoable: true, Action: "/me/leave", Button: q.T("account.button"), Back: "/me", BackWords: q.T("account.back_me"), Problems: v.Problems,
	}
}

// beforeLeaving says what goes and what stays, before the reader leaves.
func (s Services) beforeLeaving(q *page.Request) error {
	v, err := s.look(q)
	if err != nil {
		return err
	}
	if v.Leaves {
		return q.Redirect("/me")
	}
	if v.Steered, err = s.Consultations.Steers(q.Context(), q.Actor); err != nil {
		return err
	}
	if len(v.Steered) > 0 {
		return q.Render(409, mePage(v))
	}
	return q.Render(200, farewell(v))
}

// beforeTakingBack says which ballots go, before the reader takes them back: those of all
// open rounds, whether they answered there or not.
func (s Services) beforeTakingBack(q *page.Request) error {
	v, err := s.look(q)
	if err != nil {
		return err
	}
	r := ui.Removal{
		Frame: frame(q, q.T("account.back")), Kicker: v.Name, KickerLang: ui.NameLanguage, Title: q.T("account.about_back"),
		Stays:  []string{q.T("account.back_stays"), q.T("account.back_closed")},
		Action: "/me/take-back", Button: q.T("account.take_back"), Back: "/me", BackWords: q.T("account.back_me"),
	}
	for _, p := range v.Places {
		if n := p.open(); n > 0 {
			r.Goes = append(r.Goes, q.T("account.back_goes", "title", ui.In(p.Language, p.Title), "n", n))
		}
		if p.standing() {
			r.Stays = append(r.Stays, q.T("account.back_standing", "title", ui.In(p.Language, p.Title)))
		}
	}
	if r.Gone = len(r.Goes) == 0; r.Gone {
		r.Goes = []string{q.T(v.nothing())}
	}
	return q.Render(200, ui.RemovalPage(r))
}

// goodbye notes that the reader leaves in the coming night, and signs them out: what
// deletes an account at the moment at which somebody acts would stand beside the act.
func (s Services) goodbye(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := s.look(q)
	if err != nil {
		return err
	}
	if v.Steered, err = s.Consultations.Steers(q.Context(), q.Actor); err != nil {
		return err
	}
	if len(v.Steered) > 0 {
		return q.Render(409, mePage(v))
	}
	if form.Value("leave") != "on" {
		v.Problems = ui.ProblemsOf(fault.Bad(fault.Field{Name: "leave", Code: "confirm_leave", Message: "tick that you want to leave"})).Labelled(map[string]string{"leave": q.T("account.confirm")})
		return q.Render(422, farewell(v))
	}
	if err := s.Accounts.Leave(q.Context(), q.Actor); err != nil {
		return err
	}
	if err := q.SignOut(); err != nil {
		return err
	}
	q.Flash("account.left")
	return q.Redirect("/")
}

// stay takes back that the reader leaves.
func (s Services) stay(q *page.Request) error {
	if err := s.Accounts.Stay(q.Context(), q.Actor); err != nil {
		return err
	}
	q.Flash("account.stayed")
	return q.Redirect("/me")
}

// takeBack removes the reader's ballots of open rounds, at once, each in a transaction of
// its own: nothing writes an account and a ballot together (docs/RECORD.md §2). One in a
// round that closes in this moment stays, like every one in a closed round, and the page
// says so.
func (s Services) takeBack(q *page.Request) error {
	v, err := s.look(q)
	if err != nil {
		return err
	}
	nothing := v.nothing()
	key := nothing
	for _, p := range v.Places {
		n := p.open()
		if n == 0 {
			continue
		}
		if key == nothing {
			key = "account.taken_back"
		}
		seat, err := s.Panel.Seat(q.Context(), q.Actor, p.ID)
		if err == nil {
			err = s.Ballots.TakeBack(q.Context(), seat, n)
		}
		var f *fault.Fault
		if errors.As(err, &f) && f.Kind == fault.Conflict && (f.Code == "round_closed" || f.Code == "key_destroyed") {
			key = "account.closed_meanwhile"
			continue
		}
		if err != nil {
			return err
		}
	}
	q.Flash(key)
	return q.Redirect("/me")
}
