package oversight

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/oversight"
	"delfi/internal/fault"
	"delfi/web/page"
	"delfi/web/ui"
)

// staffShown is how many holdings of roles the desk lists; the page of roles has all.
const staffShown = 12

// deskView is an administration's desk.
type deskView struct {
	account.Administration
	oversight.Desk
	Holdings []account.Holding                           // the first staffShown
	Holders  int                                         // all of them
	Of       map[account.Scope]consultation.Consultation // for which holdings are
}

// line is a consultation of the desk.
type line struct{ oversight.Line }

func (c room) desk(q *page.Request) error {
	v := deskView{}
	var err error
	if v.Administration, err = c.Accounts.Own(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return err
	}
	number := 1
	if asked := q.Query("page"); asked != "" {
		if number, err = strconv.Atoi(asked); err != nil || strconv.Itoa(number) != asked {
			return fault.New(fault.NotFound, "not_found", "there is no such page")
		}
	}
	if v.Desk, err = c.Oversight.Desk(q.Context(), q.Actor, v.ID, number); err != nil {
		return err
	}
	if v.Holdings, err = c.Accounts.HoldersOf(q.Context(), q.Actor, v.Slug); err != nil {
		return err
	}
	v.Holders = len(v.Holdings)
	v.Holdings = v.Holdings[:min(staffShown, v.Holders)]
	scopes := make([]account.Scope, len(v.Holdings))
	for i, h := range v.Holdings {
		scopes[i] = h.Scope
	}
	if v.Of, err = c.Scopes.Named(q.Context(), scopes...); err != nil {
		return err
	}
	return q.Render(http.StatusOK, deskPage(v))
}

func (v deskView) path(more string) string { return "/administrations/" + v.Slug + more }

// all are the lines of the page, as they are shown.
func (v deskView) all() []line {
	out := make([]line, len(v.Lines))
	for i, l := range v.Lines {
		out[i] = line{l}
	}
	return out
}

// mine are the lines of the page in which administrators act next.
func (v deskView) mine() []line {
	return slices.DeleteFunc(v.all(), func(l line) bool { return l.Wait.Who != account.Administrator })
}

// tone is that of the state line: brown while something is owed, red once it is late.
func (v deskView) tone(q *page.Request) string {
	switch {
	case v.Waits == 0:
		return "ok"
	case slices.ContainsFunc(v.mine(), func(l line) bool { return l.late(q) }):
		return "no"
	}
	return ""
}

// waits says in one line what waits for the administration, and how urgent the first is.
func (v deskView) waits(q *page.Request) string {
	if v.Waits == 0 {
		return q.T("oversight.waits.none")
	}
	words := q.T("oversight.waits.n", "n", v.Waits)
	if first := v.mine(); v.Page == 1 && len(first) > 0 && !first[0].Wait.Due.IsZero() {
		due, key := first[0].Wait.Due, "oversight.waits.first"
		if v.Waits == 1 {
			key = "oversight.waits.only"
		}
		switch days := q.Days(due); {
		case first[0].Wait.For == consultation.PendingAnnouncement:
		case days < 0:
			return words + " " + q.T(key+"_late", "n", -days)
		default:
			return words + " " + q.T(key, "day", q.Day(due))
		}
	}
	return words
}

func (v deskView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("oversight.title") + " · " + v.Name, Section: ui.Desk, Owner: v.Name, Address: v.Address,
		Crumbs: []ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: v.Name, Lang: ui.NameLanguage}},
	}
}

// where says where a role holds, and in which language that is.
func (v deskView) where(q *page.Request, h account.Holding) (words, lang string) {
	if of, scoped := v.Of[h.Scope]; scoped {
		return line{oversight.Line{Consultation: of}}.title(), of.Language
	}
	return q.T("oversight.staff.everywhere"), ""
}

// title is a consultation's, or its address while it has none.
func (l line) title() string {
	return cmp.Or(l.Consultation.Title, "/consultations/"+l.Consultation.Slug)
}

func (l line) at(q *page.Request, act string) string {
	return q.URL("/desk/" + l.Consultation.Slug + act)
}

// late tells whether the administration owed the next act before today. A draft is owed to
// nobody.
func (l line) late(q *page.Request) bool {
	return l.Wait.Who == account.Administrator && l.Wait.For != consultation.PendingAnnouncement && !l.Wait.Due.IsZero() && q.Days(l.Wait.Due) < 0
}

// state says where a consultation stands, in a few words.
func (l line) state(q *page.Request) string {
	c := l.Consultation
	if c.Suspended != nil {
		return q.T("oversight.state.suspended", "since", q.Day(c.Suspended.Since))
	}
	if c.Stage != consultation.Running {
		return q.T("oversight.state." + string(c.Stage))
	}
	switch r := c.LastHeld(); {
	case r == nil:
		return q.T("oversight.state.announced")
	case r.State == consultation.RoundOpen:
		return q.T("oversight.state.open", "number", r.Number)
	default:
		return q.T("oversight.state.closed", "number", r.Number)
	}
}

// enrolled says how many people are on the panel: in steps of 5 while anybody can enrol.
func (l line) enrolled(q *page.Request) string {
	switch n := l.Panel.People; {
	case l.Consultation.Stage == consultation.Draft:
		return ""
	case l.Panel.Exact:
		return q.Number(n)
	case n == 0:
		return q.T("oversight.enrolled.few")
	default:
		return q.T("oversight.enrolled.least", "n", q.Number(n))
	}
}

// next says the next date and what comes on it; "" where no day is set.
func (l line) next(q *page.Request) string {
	due := l.Wait.Due
	switch {
	case due.IsZero():
		return ""
	case l.late(q):
		return q.T("oversight.next.late", "day", q.Day(due))
	}
	return q.T("oversight.next."+string(l.Wait.For), "day", q.Day(due), "clock", civiltime.Clock(due))
}

// moved tells whether the date of the round under way was put off.
func (l line) moved() bool {
	r := l.Consultation.Current()
	return r != nil && r.State == consultation.RoundOpen && (r.Extensions > 0 || r.Postponed > 0)
}

// who says who acts next, and what it is.
func (l line) who(q *page.Request) string {
	if l.Wait.For == "" {
		return q.T("oversight.who.nobody")
	}
	return q.T("oversight.who." + string(l.Wait.For))
}

// badge is what an administrator owes, with its tone and its picture.
func (l line) badge(q *page.Request) (tone, icon, words string) {
	if l.Wait.For == consultation.PendingAnnouncement {
		if len(l.Missing) > 0 {
			return "", "it-pencil", q.T("oversight.owed.draft")
		}
		return "", "it-pencil", q.T("oversight.owed.ready")
	}
	key := "oversight.owed." + string(l.Wait.For)
	if l.Wait.Due.IsZero() {
		return "due", "it-clock", q.T(key)
	}
	switch days := q.Days(l.Wait.Due); {
	case days < 0:
		return "no", "it-warning-circle", q.T(key+"_late", "n", -days)
	case days == 0:
		return "due", "it-clock", q.T(key + "_today")
	default:
		return "due", "it-clock", q.T(key+"_in", "n", days)
	}
}

// tells explains what an administrator owes.
func (l line) tells(q *page.Request) string {
	c := l.Consultation
	switch l.Wait.For {
	case consultation.PendingAnnouncement:
		if n := len(l.Missing); n > 0 {
			return q.T("staff.desk.missing", "n", n)
		}
		return q.T("staff.desk.ready")
	case consultation.PendingResumption:
		return q.T("oversight.tells.resume", "since", q.Day(c.Suspended.Since), "n", consultation.MaxSuspended)
	case consultation.PendingPublication:
		return q.T("oversight.tells.publish", "concluded", q.Day(c.ConcludedAt), "due", q.Day(l.Wait.Due))
	}
	words := q.T("oversight.tells.reply", "published", q.Day(c.PublishedAt), "due", q.Day(l.Wait.Due))
	if c.Commitment.Signatory != "" {
		words += " " + q.T("consultation.debt.who", "who", ui.In(c.Language, c.Commitment.Signatory))
	}
	return words
}

// does is the address of what an administrator owes, and the words of its button.
func (l line) does(q *page.Request) (path, words string) {
	switch l.Wait.For {
	case consultation.PendingAnnouncement:
		if len(l.Missing) > 0 {
			return l.at(q, "/draft/summary"), q.T("oversight.do.complete")
		}
		return l.at(q, "/announce"), q.T("staff.about.announce.leads")
	case consultation.PendingResumption:
		return l.at(q, "/resume"), q.T("staff.about.resume.leads")
	case consultation.PendingPublication:
		return l.at(q, "/publish"), q.T("staff.about.publish.leads")
	}
	return q.URL("/consultations/" + l.Consultation.Slug + "/opinion"), q.T("oversight.do.opinion")
}

// act is a page of a consultation to which its line leads.
type act struct{ Path, Words string }

// acts are the pages of a line beside the desk: who steers, who may enter, what stops it.
func (l line) acts(q *page.Request) []act {
	c := l.Consultation
	var all []act
	if c.Stage == consultation.Draft {
		return []act{{l.at(q, "/rolls"), q.T("access.link")}, {l.at(q, "/delete"), q.T("staff.about.delete.leads")}}
	}
	if _, _, err := c.Stage.Step(consultation.ActCorrect, account.Administrator); err == nil {
		all = append(all, act{l.at(q, "/corrections"), q.T("oversight.correct.title")})
	}
	all = append(all, act{l.at(q, "/staff"), q.T("staff.members.title")}, act{l.at(q, "/rolls"), q.T("access.link")},
		act{q.URL("/consultations/" + c.Slug + "/timeline"), q.T("oversight.do.timeline")})
	for _, one := range []consultation.Act{consultation.ActSuspend, consultation.ActResume, consultation.ActWithdraw} {
		_, _, refused := c.Stage.Step(one, account.Administrator)
		if refused != nil || one == consultation.ActSuspend && c.Suspended != nil || one == consultation.ActResume && c.Suspended == nil {
			continue
		}
		all = append(all, act{l.at(q, "/"+string(one)), q.T("staff.about." + string(one) + ".leads")})
	}
	return all
}

// today is the day on which the page is read.
func today(q *page.Request) string { return q.Day(q.Now.Truncate(time.Second)) }
