package staff

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"delfi/internal/consultation"
	"delfi/internal/consultation/facilitation"
	"delfi/internal/consultation/steering"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// need says whether an act asks for a public reason.
type need int

const (
	unreasoned need = iota
	ifAgainst       // when it departs from what was proposed
	reasoned
)

// about is an act that has a page before it: "you are about to …". The page is read at the
// address to which the act is sent; the table of abouts has the only way to do each.
type about struct {
	act    string // its words, and the end of its address
	round  bool   // it is on a round, which the address numbers
	final  bool   // nothing undoes it
	fresh  bool   // it asks for a new sign-in (the route's guard)
	reason need
	days   bool     // it asks for a number of days
	texts  []string // further fields
	offers func(v deskView, r *consultation.Round) bool
	does   func(q *page.Request, v aboutView) []consequence
	use    func(d room, ctx context.Context, q *page.Request, on *steering.Service, slug string, number int, form page.Form) error
}

// consequence is one thing that an act does.
type consequence struct{ Icon, Lead, Text string }

// aboutView is the page before an act.
type aboutView struct {
	deskView
	About   about
	Round   *consultation.Round
	Outlook facilitation.Outlook
	Values  map[string]string // of the fields, as they were typed
}

// abouts lists the acts that have a page before them.
var abouts = []about{
	{act: "announce", final: true, fresh: true,
		offers: func(v deskView, _ *consultation.Round) bool {
			return v.Administrator && v.Consultation.Stage == consultation.Draft
		},
		does: announces, use: func(d room, ctx context.Context, q *page.Request, on *steering.Service, slug string, _ int, _ page.Form) error {
			return on.Announce(ctx, q.Actor, slug)
		}},
	{act: "delete", final: true,
		offers: func(v deskView, _ *consultation.Round) bool {
			return v.Administrator && v.Consultation.Stage == consultation.Draft
		},
		does: deletes, use: func(d room, ctx context.Context, q *page.Request, _ *steering.Service, slug string, _ int, form page.Form) error {
			return d.Drafts.Delete(ctx, q.Actor, slug, form.Version("version"))
		}},
	{act: "start", final: true,
		offers: func(v deskView, _ *consultation.Round) bool {
			return v.Administrator && v.Consultation.Stage == consultation.Announced
		},
		does: opens, use: func(d room, ctx context.Context, q *page.Request, on *steering.Service, slug string, _ int, _ page.Form) error {
			return on.Start(ctx, q.Actor, slug)
		}},
	{act: "open", round: true, final: true,
		offers: func(v deskView, r *consultation.Round) bool { return v.opensNext() && r.Number == v.Next.Number },
		does:   opens, use: func(d room, ctx context.Context, q *page.Request, on *steering.Service, slug string, number int, _ page.Form) error {
			return on.OpenRound(ctx, q.Actor, slug, number)
		}},
	{act: "close", round: true, final: true, reason: reasoned,
		offers: func(v deskView, r *consultation.Round) bool {
			return v.Facilitator && v.Current != nil && v.Current.Number == r.Number && r.State == consultation.RoundOpen
		},
		does: closes, use: func(d room, ctx context.Context, q *page.Request, on *steering.Service, slug string, number int, form page.Form) error {
			return on.CloseRound(ctx, q.Actor, slug, number, form.Value("reason"))
		}},
	{act: "extend", round: true, days: true, reason: reasoned,
		offers: func(v deskView, r *consultation.Round) bool { return v.extends() && v.Current.Number == r.Number },
		does:   extends, use: func(d room, ctx context.Context, q *page.Request, on *steering.Service, slug string, number int, form page.Form) error {
			days, err := strconv.Atoi(form.Value("days"))
			if err != nil {
				return fault.Bad(fault.Field{Name: "days", Code: "whole_number", Message: "write a whole number of days"})
			}
			return on.ExtendRound(ctx, q.Actor, slug, number, days, form.Value("reason"))
		}},
	{act: "remind", round: true, final: true,
		offers: func(v deskView, r *consultation.Round) bool {
			return v.Facilitator && v.Current != nil && v.Current.Number == r.Number && r.State == consultation.RoundOpen
		},
		does: reminds, use: func(d room, ctx context.Context, q *page.Request, _ *steering.Service, slug string, number int, form page.Form) error {
			return d.Facilitation.Remind(ctx, q.Actor, slug, number, form.Version("version"))
		}},
	{act: "release", round: true, final: true,
		offers: func(v deskView, r *consultation.Round) bool {
			return v.finishes() && v.Current.Number == r.Number
		},
		does: releases, use: func(d room, ctx context.Context, q *page.Request, on *steering.Service, slug string, number int, _ page.Form) error {
			return on.ReleaseRound(ctx, q.Actor, slug, number)
		}},
	{act: "suspend", reason: reasoned,
		offers: func(v deskView, _ *consultation.Round) bool { return v.suspends() },
		does:   suspends, use: func(d room, ctx context.Context, q *page.Request, on *steering.Service, slug string, _ int, form page.Form) error {
			return on.Suspend(ctx, q.Actor, slug, form.Value("reason"))
		}},
	{act: "resume",
		offers: func(v deskView, _ *consultation.Round) bool { return v.resumes() },
		does:   resumes, use: func(d room, ctx context.Context, q *page.Request, on *steering.Service, slug string, _ int, _ page.Form) error {
			return on.Resume(ctx, q.Actor, slug)
		}},
	{act: "conclude", final: true, fresh: true, reason: ifAgainst,
		offers: func(v deskView, _ *consultation.Round) bool { return v.concludes() },
		does:   concludes, use: func(d room, ctx context.Context, q *page.Request, on *steering.Service, slug string, _ int, form page.Form) error {
			return on.Conclude(ctx, q.Actor, slug, form.Value("reason"))
		}},
	{act: "publish", final: true, fresh: true, texts: []string{"summary", "limitations"},
		offers: func(v deskView, _ *consultation.Round) bool {
			return v.Administrator && v.Consultation.Stage == consultation.Concluded
		},
		does: publishes, use: room.publishes},
	{act: "withdraw", final: true, fresh: true, reason: reasoned,
		offers: func(v deskView, _ *consultation.Round) bool { return v.live() && v.Administrator },
		does:   withdraws, use: func(d room, ctx context.Context, q *page.Request, on *steering.Service, slug string, _ int, form page.Form) error {
			return on.Withdraw(ctx, q.Actor, slug, form.Value("reason"))
		}},
}

// aboutOf gives the act of that name.
func aboutOf(act string) about {
	return abouts[slices.IndexFunc(abouts, func(a about) bool { return a.act == act })]
}

// before is the page before an act; Conflict where the desk does not have it now.
func (d room) before(act string) page.Handler {
	a := aboutOf(act)
	return func(q *page.Request) error {
		v, err := d.aboutTo(q, a)
		if err != nil {
			return err
		}
		if !v.offered() {
			return fault.New(fault.Conflict, "wrong_stage", "this is not possible at this point").With("state", string(v.Consultation.Stage))
		}
		return q.Render(200, aboutPage(v))
	}
}

// does is the act itself: one use case, on the state that its page showed.
func (d room) does(act string) page.Handler {
	a := aboutOf(act)
	return func(q *page.Request) error {
		form, err := q.Form()
		if err != nil {
			return err
		}
		slug, number := q.Param("slug"), 0
		if a.round {
			if number, err = roundNumber(q); err != nil {
				return err
			}
		}
		err = a.use(d, q.Context(), q, d.Consultations.Seen(form.Version("version")), slug, number, form)
		if f := page.Mendable(err); f != nil {
			return d.refused(q, a, f, form)
		}
		if err != nil {
			return err
		}
		if a.act == "delete" {
			q.Flash("staff.done.deleted")
			return q.Redirect("/desk")
		}
		return q.Redirect("/desk/" + slug + "/done/" + a.act)
	}
}

// refused shows the page before an act again, with what was typed; where the act is not
// possible any more, the desk, or the page that keeps the words.
func (d room) refused(q *page.Request, a about, f *fault.Fault, form page.Form) error {
	v, err := d.aboutTo(q, a)
	if err != nil {
		return err
	}
	if !v.offered() {
		return d.renderDesk(q, f)
	}
	v.Fault, v.TypedAt = f, q.R.URL.Path
	for name := range v.Values {
		v.Values[name] = form.Value(name)
	}
	if f.Kind == fault.Invalid {
		return q.Render(422, aboutPage(v))
	}
	return q.Render(409, aboutPage(v))
}

// aboutTo reads the desk for the page before an act.
func (d room) aboutTo(q *page.Request, a about) (aboutView, error) {
	v := aboutView{About: a, Values: map[string]string{}}
	var err error
	if v.deskView, err = d.view(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return v, err
	}
	if a.round {
		number, err := roundNumber(q)
		if err != nil {
			return v, err
		}
		if v.Round = v.Consultation.Round(number); v.Round == nil {
			return v, consultation.ErrNoRound
		}
	} else if a.act == "start" && len(v.Consultation.Rounds) > 0 {
		v.Round = &v.Consultation.Rounds[0]
	}
	if v.Outlook, err = d.Facilitation.Outlook(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return v, err
	}
	for _, name := range v.fields() {
		v.Values[name] = ""
	}
	return v, nil
}

func (v aboutView) offered() bool { return v.About.offers(v.deskView, v.Round) }

// fields are those that the act's form has.
func (v aboutView) fields() []string {
	all := slices.Clone(v.About.texts)
	if v.About.days {
		all = append(all, "days")
	}
	if v.About.reason != unreasoned {
		all = append(all, "reason")
	}
	return all
}

// optional tells whether the act's reason may be left out now.
func (v aboutView) optional() bool { return v.About.reason == ifAgainst && !v.Outlook.Against }

// action is the address of the page and of the act.
func (v aboutView) action() string {
	if v.About.round {
		return v.roundPath(v.Round, "/"+v.About.act)
	}
	return v.path("/" + v.About.act)
}

// refusal says why the act can not be done now, in the place of its button; "" where it can.
func (v aboutView) refusal(q *page.Request) string {
	var f *fault.Fault
	if v.About.act == "remind" && errors.As(v.Outlook.Unreminded, &f) {
		return q.Fault(f)
	}
	return ""
}

func (v aboutView) words(q *page.Request, key string, args ...any) string {
	if v.Round != nil {
		args = append(args, "number", v.Round.Number)
	}
	return q.T("staff.about."+v.About.act+"."+key, args...)
}

func (v aboutView) problems(q *page.Request) ui.Problems {
	p := problems(q, v.Fault)
	if v.About.act == "announce" {
		return dossier.DraftProblems(q, v.Fault, v.Consultation.Language, v.lack)
	}
	return p
}

func (v aboutView) frame(q *page.Request) ui.Frame {
	f := v.deskView.frame(q)
	f.Title = v.words(q, "title")
	f.Crumbs[1].Path = v.path("")
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: v.words(q, "button")})
	return f
}

// signsIn tells whether the reader has to prove who they are before the act.
func (v aboutView) signsIn(q *page.Request) bool { return v.About.fresh && !page.Proved(q) }

// roundNumber reads the number of the round in the address.
func roundNumber(q *page.Request) (int, error) {
	number, err := strconv.Atoi(q.Param("number"))
	if err != nil || strconv.Itoa(number) != q.Param("number") {
		return 0, notThere()
	}
	return number, nil
}

// check is one thing to look at before an act.
type check struct {
	Holds bool
	Words string
	Path  string // where it is mended; "" for nowhere
}

// checks lists what to look at before the act.
func (v aboutView) checks(q *page.Request) []check {
	switch v.About.act {
	case "announce":
		if len(v.Missing) == 0 {
			return []check{{true, q.T("staff.about.check.complete"), v.path("/edit")}}
		}
		return []check{{false, q.T("staff.desk.missing", "n", len(v.Missing)), v.path("")}}
	case "open":
		all := []check{
			{v.undecided() == 0, count(q, "staff.waits.undecided", v.undecided()), v.path("") + "#to-decide"},
			{len(v.Wordless) == 0, count(q, "staff.waits.wordless", len(v.Wordless)), v.path("") + "#wordless"},
		}
		if len(v.Consultation.Further()) > 0 {
			all = append(all, check{len(v.Untranslated) == 0, count(q, "translation.waits", len(v.Untranslated)), v.path("/translations")})
		}
		return all
	case "conclude":
		return []check{
			{v.undecided() == 0, count(q, "staff.waits.undecided", v.undecided()), v.path("") + "#to-decide"},
			{!v.Outlook.Against, q.T("staff.about.check.against_" + strconv.FormatBool(v.Outlook.Against)), ""},
		}
	case "publish":
		return []check{
			{!v.Consultation.DestroyedAt.IsZero(), q.T("staff.about.check.destroyed_" + strconv.FormatBool(!v.Consultation.DestroyedAt.IsZero())), ""},
			{v.Minority.Publishable(v.Dissent, q.Now) == nil, standing(q, v.Consultation, v.Minority, v.Dissent), v.path("/minority")},
		}
	}
	return nil
}

// count says a number, none with words of its own.
func count(q *page.Request, key string, n int) string {
	if n == 0 {
		return q.T(key + "_none")
	}
	return q.T(key, "n", n)
}

// doneView is the page after an act.
type doneView struct {
	deskView
	Act   string
	Entry ledger.Entry // of the act
}

// done says what an act did and what comes next; not found where it was not done.
func (d room) done(q *page.Request) error {
	i := slices.IndexFunc(abouts, func(a about) bool { return a.act == q.Param("act") })
	if i < 0 || q.Param("act") == "delete" {
		return notThere()
	}
	v, err := d.view(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	all, err := d.Record.Of(q.Context(), v.Consultation.ID)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(all) {
		if e.Kind == abouts[i].act {
			return q.Render(200, donePage(doneView{v, abouts[i].act, e}))
		}
	}
	return notThere()
}

func (v doneView) frame(q *page.Request) ui.Frame {
	f := v.deskView.frame(q)
	f.Title = q.T("staff.about." + v.Act + ".done")
	f.Crumbs[1].Path = v.path("")
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: q.T("staff.about.after.crumb")})
	return f
}

// steps are what comes after the act, in order.
func (v doneView) steps(q *page.Request) []string {
	var all []string
	for _, key := range map[string][]string{
		"announce": {"enrol", "first"}, "start": {"round", "closing"}, "open": {"round", "closing"}, "close": {"counting", "released"},
		"extend": {"round", "closing"}, "remind": {"round", "closing"}, "release": {"opening"}, "suspend": {"resume"}, "resume": {"dates"}, "conclude": {"destroyed", "minority", "publish"}, "publish": {"reply"}, "withdraw": {"destroyed"},
	}[v.Act] {
		all = append(all, q.T("staff.about.next."+key))
	}
	return all
}
