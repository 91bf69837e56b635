package access

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/consultation/access"
	"delfi/internal/fault"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/sheet"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui"
)

// guestView is the desk of a group of invitations.
type guestView struct {
	access.Invitations
	Found    invitation.Sheet
	Until    string // as typed
	Only     access.Letter
	Page     int // from 1
	Problems ui.Problems
	Fault    *fault.Fault // why nothing was done
}

// perPage is how many guests, and how many printed letters, one page has.
const perPage = 50

func (v guestView) path(more string) string {
	return "/desk/" + v.Slug + "/invitations/" + v.Group.ID + more
}

func (v guestView) frame(q *page.Request) ui.Frame {
	return framed(q, v.Consultation, ui.Crumb{Label: q.T("access.invite.title", "group", v.name(q))})
}

func (v guestView) name(q *page.Request) string { return nameOf(q, v.Consultation, v.Group) }

// shown are the guests whose letters are in the state that is asked for; all without one.
func (v guestView) shown() []access.Guest {
	if v.Only == "" {
		return v.Guests
	}
	return slices.DeleteFunc(slices.Clone(v.Guests), func(g access.Guest) bool { return g.Letter != v.Only })
}

// leaf is a page of a list, numbered from 1, and how many pages there are.
func leaf[T any](all []T, n int) ([]T, int) {
	pages := max(1, (len(all)+perPage-1)/perPage)
	n = min(max(n, 1), pages)
	return all[(n-1)*perPage : min(n*perPage, len(all))], pages
}

// turned is the address of a page of the list.
func (v guestView) turned(n int) string {
	return v.path("?letter=" + string(v.Only) + "&page=" + strconv.Itoa(n))
}

// place is where a guest's letter goes.
func place(g invitation.Guest) string {
	if !g.Paper() {
		return g.Email
	}
	return strings.Join(strings.Fields(g.Street+", "+g.Postcode+" "+g.Town), " ")
}

// states are the states of letters that some guest's has, with how many.
func (v guestView) states() []access.Letter {
	counts := v.Count()
	return slices.DeleteFunc(slices.Clone(access.Letters), func(l access.Letter) bool { return counts[l] == 0 })
}

// printable is how many letters are to be printed.
func (v guestView) printable() int { return v.Count()[access.Paper] + v.Count()[access.Bounced] }

// came says how many people are in the group, as far as it is shown.
func (v guestView) came(q *page.Request) string {
	if !v.Closed && v.Came == 0 {
		return q.T("access.invite.came_few")
	}
	if !v.Closed {
		return q.T("access.invite.came_least", "n", v.Came)
	}
	return q.Number(v.Came)
}

// until says the last day on which codes work.
func (v guestView) until(q *page.Request) string {
	if day, err := time.Parse(time.DateOnly, v.List.Until); err == nil {
		return q.Day(day)
	}
	return q.T("access.invite.until_open")
}

func (c room) invitedGroup(q *page.Request) (guestView, error) {
	i, err := c.Access.Invitations(q.Context(), q.Actor, q.Param("slug"), q.Param("group"))
	v := guestView{Invitations: i, Until: i.List.Until, Page: 1}
	if n, err := strconv.Atoi(q.Query("page")); err == nil {
		v.Page = n
	}
	if only := access.Letter(q.Query("letter")); slices.Contains(access.Letters, only) {
		v.Only = only
	}
	return v, err
}

func (c room) invitations(q *page.Request) error {
	v, err := c.invitedGroup(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, invitations(v))
}

// failed shows the page once more with why nothing was done; other errors are the exit's.
func (v guestView) failed(q *page.Request, err error) error {
	switch kind := fault.KindOf(err); {
	case kind == fault.Invalid:
		v.Problems = ui.ProblemsOf(err).Labelled(map[string]string{"file": q.T("access.invite.file"), "until": q.T("access.invite.until")})
		return q.Render(http.StatusUnprocessableEntity, invitations(v))
	case kind == fault.Conflict && errors.As(err, &v.Fault):
		return q.Render(http.StatusConflict, invitations(v))
	}
	return err
}

// checkGuests reads a file of addresses: with flaws the page names them, and keeps nothing.
func (c room) checkGuests(q *page.Request) error {
	v, err := c.invitedGroup(q)
	if err != nil {
		return err
	}
	if _, err := q.Form(); err != nil {
		return err
	}
	var file io.Reader
	if up := q.Uploaded(); up != nil && up.Name != "" {
		file = up
	}
	found, err := c.Access.CheckGuests(q.Context(), q.Actor, v.Slug, v.Group.ID, file)
	switch {
	case err != nil:
		return v.failed(q, err)
	case found.Sheet.Bad > 0:
		v.Found = found.Sheet
		return q.Render(http.StatusUnprocessableEntity, invitations(v))
	case !found.Any():
		q.Flash("access.invite.same")
		return q.Redirect(v.path(""))
	}
	q.Flash("access.invite.checked")
	return q.Redirect(v.path(""))
}

// invite makes the invitations of a file that was checked.
func (c room) invite(q *page.Request) error {
	v, form, err := c.acted(q)
	if err != nil {
		return err
	}
	id, _ := uuid.Parse(form.Value("staged")) // none is of nothing that is staged
	if _, err = c.Access.Invite(q.Context(), q.Actor, v.Slug, v.Group.ID, id); err != nil {
		return v.failed(q, err)
	}
	q.Flash("access.invite.imported")
	return q.Redirect(v.path(""))
}

// acted is the group with the form of an act on it.
func (c room) acted(q *page.Request) (guestView, page.Form, error) {
	v, err := c.invitedGroup(q)
	if err != nil {
		return v, page.Form{}, err
	}
	form, err := q.Form()
	return v, form, err
}

// send puts all letters in the outbox that are not there yet.
func (c room) send(q *page.Request) error {
	v, _, err := c.acted(q)
	if err != nil {
		return err
	}
	if _, err := c.Access.SendAll(q.Context(), q.Actor, v.Slug, v.Group.ID); err != nil {
		return v.failed(q, err)
	}
	q.Flash("access.invite.sending")
	return q.Redirect(v.path(""))
}

// expire sets the last day on which codes work.
func (c room) expire(q *page.Request) error {
	v, form, err := c.acted(q)
	if err != nil {
		return err
	}
	v.Until = form.Value("until")
	if err := c.Access.Until(q.Context(), q.Actor, v.Slug, v.Group.ID, strings.TrimSpace(v.Until)); err != nil {
		return v.failed(q, err)
	}
	q.Flash("access.invite.until_set")
	return q.Redirect(v.path(""))
}

// beforeGuest says what happens to a code, before it is renewed or revoked.
func (c room) beforeGuest(q *page.Request) error {
	v, err := c.invitedGroup(q)
	if err != nil {
		return err
	}
	act := q.Param("act")
	at := slices.IndexFunc(v.Guests, func(g access.Guest) bool { return g.ID.String() == q.Param("guest") })
	if at < 0 || act != "renew" && act != "revoke" {
		return fault.New(fault.NotFound, "no_invitation", "there is no such invitation here")
	}
	g := v.Guests[at]
	if v.Closed || act == "revoke" && g.Revoked {
		return q.Redirect(v.path("#guests"))
	}
	title := q.T("access.invite."+act+"_title", "guest", ui.In(ui.NameLanguage, strings.TrimSpace(g.Name+" "+place(g.Guest))))
	r := ui.Removal{
		Frame:  framed(q, v.Consultation, ui.Crumb{Label: q.T("access.invite.title", "group", v.name(q)), Path: v.path("")}, ui.Crumb{Label: q.T("access.invite." + act)}),
		Kicker: v.Title, KickerLang: v.Language, Title: title,
		Goes:   []string{q.T("access.invite." + act + "_goes")},
		Stays:  []string{q.T("access.invite." + act + "_stays"), q.T("access.invite.used_stays")},
		Action: v.path("/guests/" + g.ID.String()), Hidden: [][2]string{{"act", act}, {"shown", g.Shown()}},
		Button: q.T("access.invite." + act), Back: v.path("#guests"), BackWords: q.T("access.invite.back_group"),
	}
	if act == "renew" {
		sent := "renew_unsent"
		switch {
		case !v.Public():
		case g.Paper():
			sent = "renew_printed"
		default:
			sent = "renew_sent"
		}
		r.Goes = append(r.Goes, q.T("access.invite."+sent))
	}
	return q.Render(http.StatusOK, ui.RemovalPage(r))
}

// guest does one of the acts on an invitation: "again", "renew" and "revoke".
func (c room) guest(q *page.Request) error {
	v, form, err := c.acted(q)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(q.Param("guest"))
	if err != nil {
		return fault.New(fault.NotFound, "no_invitation", "there is no such invitation here")
	}
	act := form.Value("act")
	switch act {
	case "again":
		err = c.Access.Again(q.Context(), q.Actor, v.Slug, v.Group.ID, id, form.Value("shown"))
	case "renew":
		err = c.Access.Renew(q.Context(), q.Actor, v.Slug, v.Group.ID, id, form.Value("shown"))
	case "revoke":
		err = c.Access.Revoke(q.Context(), q.Actor, v.Slug, v.Group.ID, id)
	default:
		return fault.New(fault.NotFound, "no_act", "there is no such act")
	}
	if err != nil {
		return v.failed(q, err)
	}
	q.Flash("access.invite.done." + act)
	return q.Redirect(v.path("#guests"))
}

// letterView is a page of letters to be printed.
type letterView struct {
	guestView
	Letters []access.Printed
	base    string // of the site
}

// letters shows the letters that no e-mail brings, each on a sheet of its own.
func (c room) letters(q *page.Request) error {
	i, all, err := c.Access.Print(q.Context(), q.Actor, q.Param("slug"), q.Param("group"))
	if err != nil {
		return err
	}
	v := letterView{guestView: guestView{Invitations: i}, Letters: all, base: c.BaseURL}
	v.Page, err = strconv.Atoi(q.Query("page"))
	if err != nil {
		v.Page = 1
	}
	return q.Render(http.StatusOK, letters(v))
}

// address is where a printed code is typed, as people write it.
func (v letterView) address() string {
	return v.base + i18n.Path(v.Language, "/consultations/"+v.Slug+"/invitation")
}

// lastDay is the last day on which the code works, "" for as long as enrolment is open.
func (v letterView) lastDay() string {
	if day, err := time.Parse(time.DateOnly, v.List.Until); err == nil {
		return civiltime.DayOfYear(v.Language, day)
	}
	return ""
}

// say writes a letter's words in the language of the consultation.
func say(v letterView, key string, args ...any) string {
	return i18n.Words(v.Language, "access.paper."+key, args...)
}

// facts are how many people were invited, how their letters stand, and how many came.
func (v guestView) facts(q *page.Request) []ui.Fact {
	out := []ui.Fact{{Name: q.T("access.invite.invited"), Value: q.Number(v.List.N)}}
	counts := v.Count()
	for _, l := range v.states() {
		out = append(out, ui.Fact{Name: q.T("access.invite.count." + string(l)), Value: q.Number(counts[l])})
	}
	if v.Public() {
		out = append(out, ui.Fact{Name: q.T("access.invite.came"), Value: v.came(q)})
	}
	return append(out, ui.Fact{Name: q.T("access.invite.works"), Value: v.until(q)})
}

// guestFlaw says what is wrong with a field of a file of addresses, and what to do.
func guestFlaw(q *page.Request, f sheet.FlawAt) string {
	switch f.Flaw {
	case sheet.FlawMissing:
		return q.T("access.flaw.missing_place")
	case sheet.FlawTwice:
		return q.T("access.flaw.twice_address", "line", f.Hint)
	}
	return q.T("access.flaw." + string(f.Flaw))
}

// guestsReadAs says how a file of addresses was read.
func guestsReadAs(q *page.Request, s invitation.Sheet) string {
	return separator(q, s.Separator) + ", " + s.Encoding
}
