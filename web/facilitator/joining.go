package facilitator

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/joined"
	"delfi/internal/consultation/joining"
	"delfi/internal/fault"
	"delfi/internal/richtext"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/ui/chart"
)

// joiningView is the page of the statements that join: what joined, the form of one more, and
// what was said.
type joiningView struct {
	joining.Desk
	Typed    consultation.Joining
	From     string // source of the statement, as forms carry it
	Of       string // key of the place that stands open; "" for none
	At       int    // its page, 1..
	Reread   bool   // the form is read again, with what follows
	Fault    *fault.Fault
	Problems ui.Problems
}

// perPage is how many things that were said stand on a page.
const perPage = 20

func (c room) joining(q *page.Request) error {
	v, err := c.joiningView(q)
	if err != nil {
		return err
	}
	v.Of, v.At = q.Query("of"), 1
	if n, err := strconv.Atoi(q.Query("page")); err == nil && n > 1 {
		v.At = n
	}
	if v.From = q.Query("from"); v.From != "" {
		source, found := v.Find(v.From)
		if !found {
			return fault.New(fault.NotFound, "not_found", "there is no such page")
		}
		v.begin(source)
	}
	return q.Render(http.StatusOK, joiningPage(v))
}

// begin fills the form with the words of a source, in the field of their language; a language
// that the consultation does not have has none.
func (v *joiningView) begin(from joining.Quote) {
	words, lang := richtext.Plain(from.Text, consultation.ItemMost), v.Consultation.Lang(from.Language)
	switch {
	case lang == v.Consultation.First():
		v.Typed.Text = words
	case slices.Contains(v.Consultation.Further(), lang):
		v.Typed.Texts[lang] = words
	}
}

func (c room) joiningView(q *page.Request) (joiningView, error) {
	d, err := c.Joining.Desk(q.Context(), q.Actor, q.Param("slug"))
	return joiningView{Desk: d, Typed: consultation.Joining{Texts: map[string]string{}}}, err
}

// join reads the form again with what follows, or lets the statement join; it comes back filled
// in when it cannot.
func (c room) join(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	q.StandsAt("/desk/" + q.Param("slug") + "/joining")
	v, err := c.joiningView(q)
	if err != nil {
		return err
	}
	v.From = form.Value("from")
	v.Typed = consultation.Joining{Kind: form.Value("kind"), Text: form.Value("text"), Texts: map[string]string{}, Reason: form.Value("reason")}
	for _, l := range v.Consultation.Further() {
		v.Typed.Texts[l] = form.Value(consultation.TranslatedField(l))
	}
	if v.Refused != nil {
		return c.late(q, v, v.Refused)
	}
	source, err := joining.ReadSource(v.From)
	v.Typed.Contribution, v.Typed.Digest = source.Contribution, source.Digest
	switch {
	case err != nil:
	case form.Value("act") == "edit":
		return q.Render(http.StatusOK, joiningPage(v))
	case form.Value("act") == "join":
		_, err = c.Joining.Join(q.Context(), q.Actor, v.Consultation.Slug, v.Typed)
		if err == nil {
			q.Flash("facilitator.joining.done")
			return q.Redirect("/desk/" + v.Consultation.Slug + "/joining")
		}
	default:
		if _, err = v.Consultation.CheckJoining(v.Typed, v.Items); err == nil {
			v.Reread = true
			return q.Render(http.StatusOK, rereadPage(v))
		}
	}
	return c.late(q, v, err)
}

// late shows the form with what is to be mended, or keeps its words where no statement joins
// any more.
func (c room) late(q *page.Request, v joiningView, err error) error {
	f := page.Mendable(err)
	switch {
	case f == nil:
		return err
	case f.Kind == fault.Invalid:
		v.Problems = ui.ProblemsOf(f).Labelled(v.labels(q))
		return q.Render(http.StatusUnprocessableEntity, joiningPage(v))
	case v.Refused == nil:
		v.Fault = f
		return q.Render(http.StatusConflict, joiningPage(v))
	}
	l := ui.Lost{Frame: v.frame(q), Fault: f, Next: "/desk/" + v.Consultation.Slug, Texts: []ui.Typed{
		{Label: q.T("facilitator.joining.text"), Text: v.Typed.Text, Lang: v.Consultation.First()},
		{Label: q.T("staff.reason_public"), Text: v.Typed.Reason, Lang: v.Consultation.First()},
	}}
	for _, lang := range v.Consultation.Further() {
		l.Texts = append(l.Texts, ui.Typed{Label: v.label(q, lang), Text: v.Typed.Texts[lang], Lang: lang})
	}
	return q.Render(http.StatusConflict, ui.LostPage(l))
}

func (v joiningView) labels(q *page.Request) map[string]string {
	all := map[string]string{
		"kind": q.T("facilitator.joining.kind"), "text": v.label(q, v.Consultation.First()), "reason": q.T("staff.reason_public"), "from": q.T("facilitator.joining.from"),
	}
	for _, l := range v.Consultation.Further() {
		all[consultation.TranslatedField(l)] = v.label(q, l)
	}
	return all
}

// label names the field of the words in a language.
func (v joiningView) label(q *page.Request, lang string) string {
	if len(v.Consultation.Further()) == 0 {
		return q.T("facilitator.joining.text")
	}
	return q.T("draft.in_language", "label", q.T("facilitator.joining.text"), "language", dossier.Language(q, lang))
}

// refused says why the reader may let none join; "" where they may.
func (v joiningView) refused(q *page.Request) string {
	var f *fault.Fault
	if errors.As(v.Refused, &f) {
		return q.Fault(f)
	}
	return ""
}

// kinds are the kinds of the protocol that the statement may have; nil for the only one.
func (v joiningView) kinds(q *page.Request) []ui.Option {
	kinds := v.Consultation.JoiningKinds()
	if len(kinds) < 2 {
		return nil
	}
	all := make([]ui.Option, len(kinds))
	for n, k := range kinds {
		all[n] = ui.Option{Value: k.ID, Label: k.ID + ": " + q.T("draft.option.item_kinds_kind."+string(k.Kind)), Chosen: v.Typed.Kind == k.ID}
	}
	return all
}

// source is what the statement rests on; false for words of the facilitator's own.
func (v joiningView) source() (joining.Quote, bool) { return v.Find(v.From) }

// rests says what a statement rests on.
func rests(q *page.Request, s joining.Quote) string {
	if s.Alias != "" {
		return q.T("facilitator.joining.rests_contribution", "alias", s.Alias)
	}
	return q.T("facilitator.joining.rests_said")
}

// lineage draws what the statement rests on.
func (v joiningView) lineage(q *page.Request) (chart.Lineage, bool) {
	s, found := v.source()
	name := s.Alias
	if name == "" {
		name = q.T("facilitator.joining.said_short")
	}
	return chart.Lineage{ID: "lineage", Title: q.T("facilitator.joining.lineage"), Sources: []string{name}, Target: q.T("facilitator.joining.new"), Caption: q.T("facilitator.joining.after", "number", v.Consultation.Protocol.Items.NewAfterRound)}, found
}

// consequence is one thing that the act does.
type consequence struct{ Icon, Lead, Text string }

// follows lists what letting a statement join does.
func (v joiningView) follows(q *page.Request) []consequence {
	says := func(icon, key string, args ...any) consequence {
		key = "facilitator.joining.follows." + key
		return consequence{icon, q.T(key, args...), q.T(key+"_text", args...)}
	}
	next, rounds := v.next(), v.Consultation.RoundsLeft()
	all := []consequence{says("it-list", "asked", "number", next.Number, "day", q.Day(next.PlannedAt))}
	if rounds == 1 {
		all = append(all, says("it-chart-line", "once", "number", next.Number))
	} else {
		all = append(all, says("it-chart-line", "later", "number", next.Number, "n", rounds-1))
	}
	all = append(all, says("it-file", "record"))
	if s, found := v.source(); found && s.Alias != "" {
		all = append(all, says("it-user", "alias", "alias", s.Alias))
	} else if found {
		all = append(all, says("it-user", "nameless"))
	}
	return append(all, says("it-mail", "letter"), says("it-refresh", "withdrawn", "number", next.Number))
}

// next is the answering round that asks what joins; the zero Round where none is left.
func (v joiningView) next() consultation.Round {
	i := slices.IndexFunc(v.Consultation.Rounds, func(r consultation.Round) bool {
		return r.State == consultation.RoundPlanned && r.Answers()
	})
	if i < 0 {
		return consultation.Round{}
	}
	return v.Consultation.Rounds[i]
}

// open is the part of the place that stands open, and how many pages it has.
func (v joiningView) open() (p joining.Place, shown []joining.Quote, pages int) {
	p, found := v.Place(v.Of)
	if !found {
		return p, nil, 0
	}
	pages = (len(p.Quotes) + perPage - 1) / perPage
	at := min(v.At, pages)
	return p, p.Quotes[(at-1)*perPage : min(at*perPage, len(p.Quotes))], pages
}

// named says what a place is.
func (v joiningView) named(q *page.Request, p joining.Place) string {
	switch {
	case p.Key == joining.Contributions:
		return q.T("facilitator.joining.place_contributions")
	case p.List:
		return q.T("facilitator.joining.place_list")
	}
	return strconv.Itoa(p.Item.Number) + ". " + p.Item.Text
}

func (v joiningView) path(more string) string {
	return "/desk/" + v.Consultation.Slug + "/joining" + more
}

// placePath is the address of a page of a place.
func (v joiningView) placePath(key string, at int) string {
	values := url.Values{"of": {key}}
	if at > 1 {
		values.Set("page", strconv.Itoa(at))
	}
	return v.path("?" + values.Encode())
}

func (v joiningView) frame(q *page.Request) ui.Frame {
	c := v.Consultation
	return ui.Frame{
		Title: q.T("facilitator.joining.title") + " · " + c.Title, Section: ui.Desk, Owner: c.AdministrationName, Address: c.Address,
		Crumbs: []ui.Crumb{
			{Label: q.T("staff.desks.title"), Path: "/desk"},
			{Label: c.Title, Lang: c.Language, Path: "/desk/" + c.Slug},
			{Label: q.T("facilitator.joining.title")},
		},
	}
}

// withdrawalView is the page before a statement that joined is taken back.
type withdrawalView struct {
	joiningView
	joined.Statement
	Reason string
}

// withdrawalOf reads the statement that the address names; not found, with the rest of the view,
// for one that did not join since the last round.
func (c room) withdrawalOf(q *page.Request) (withdrawalView, error) {
	v, err := c.joiningView(q)
	if err != nil {
		return withdrawalView{}, err
	}
	i := slices.IndexFunc(v.Desk.Joined, func(j joined.Statement) bool { return j.Item.ID.String() == q.Param("item") })
	if i < 0 {
		return withdrawalView{joiningView: v}, fault.New(fault.NotFound, "no_item", "there is no such statement")
	}
	return withdrawalView{joiningView: v, Statement: v.Desk.Joined[i]}, nil
}

func (c room) beforeWithdrawal(q *page.Request) error {
	v, err := c.withdrawalOf(q)
	if err != nil {
		return err
	}
	if v.Refused != nil {
		return v.Refused
	}
	return q.Render(http.StatusOK, withdrawalPage(v, v.removal(q)))
}

func (c room) withdraw(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	item, err := uuid.Parse(q.Param("item"))
	if err != nil {
		return fault.New(fault.NotFound, "no_item", "there is no such statement")
	}
	slug := q.Param("slug")
	err = c.Joining.Withdraw(q.Context(), q.Actor, slug, item, form.Value("reason"))
	f := page.Mendable(err)
	if f == nil {
		if err != nil {
			return err
		}
		q.Flash("facilitator.joining.withdrawn")
		return q.Redirect("/desk/" + slug + "/joining")
	}
	v, bad := c.withdrawalOf(q)
	if bad != nil && fault.KindOf(bad) != fault.NotFound {
		return bad
	}
	if bad != nil || v.Refused != nil {
		return q.Render(http.StatusConflict, ui.LostPage(ui.Lost{Frame: v.frame(q), Fault: f, Next: "/desk/" + slug, Texts: []ui.Typed{
			{Label: q.T("staff.reason_public"), Text: form.Value("reason")},
		}}))
	}
	v.Reason, v.Problems = form.Value("reason"), ui.ProblemsOf(f).Labelled(v.labels(q))
	return q.Render(http.StatusUnprocessableEntity, withdrawalPage(v, v.removal(q)))
}

// removal says what goes and what stays of a statement that joined.
func (v withdrawalView) removal(q *page.Request) ui.Removal {
	f := v.frame(q)
	f.Crumbs[2].Path = v.path("")
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: q.T("facilitator.joining.withdraw")})
	return ui.Removal{
		Frame: f, Kicker: v.Consultation.Title, KickerLang: v.Consultation.Language, Undoable: true,
		Title: q.T("facilitator.joining.withdraw_title", "number", v.Item.Number), Words: v.Item.Text, Lang: v.Consultation.First(),
		Goes:   []string{q.T("facilitator.joining.withdraw_goes", "number", v.next().Number)},
		Stays:  []string{q.T("facilitator.joining.withdraw_stays"), q.T("facilitator.joining.withdraw_again")},
		Action: v.path("/" + v.Item.ID.String() + "/withdraw"), Button: q.T("facilitator.joining.withdraw"), Back: v.path(""), BackWords: q.T("facilitator.joining.back"),
		Problems: v.Problems,
	}
}

// placeLang is the language of a place's name: that of its statement, or of the page.
func placeLang(v joiningView, p joining.Place) string {
	if p.Key == joining.Contributions || p.List {
		return ""
	}
	return v.Consultation.First()
}
