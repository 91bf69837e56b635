package moderation

import (
	"cmp"
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/moderation"
	"delfi/internal/space"
	"delfi/web/page"
	"delfi/web/ui"
)

// shown is how many acts the page lists; the record has all.
const shown = 50

// publicView is what everybody sees of the moderation of a consultation's space.
type publicView struct {
	consultation.Consultation
	moderation.Page
}

func (c room) public(q *page.Request) error {
	found, err := c.load(q)
	if err != nil {
		return err
	}
	v := publicView{Consultation: found}
	if v.Page, err = c.Moderation.Public(q.Context(), space.Contribution, found.Space, shown); err != nil {
		return err
	}
	return q.Render(200, publicPage(v))
}

// totals says in one sentence what was done, and what became of appeals.
func (v publicView) totals(q *page.Request) string {
	if v.Total == 0 {
		return q.T("moderation.public.nothing")
	}
	said := q.T("moderation.public.acts", "n", v.Total) + " "
	if v.Raised() == 0 {
		return said + q.T("moderation.public.no_appeals")
	}
	return said + q.T("moderation.public.appeals", "n", v.Raised(), "upheld", v.Upheld, "partly", v.Partly, "dismissed", v.Dismissed, "waiting", v.Waiting)
}

// rule says under which rule an act was done, or that it was the law.
func rule(q *page.Request, a moderation.Act, r moderation.Rule) string {
	if !a.Rule.Cited() {
		return q.T("moderation.public.by_law")
	}
	return q.T("moderation.public.rule", "rule", ui.RuleTitle(q, r))
}

// who names who acted, by office.
func who(q *page.Request, s moderation.Staff) string {
	if s.Name == "" {
		return q.T("moderation.role." + cmp.Or(string(s.Role), string(consultation.System)))
	}
	return s.Name + ", " + q.T("moderation.role."+string(s.Role))
}

// heading says what an act did, to whose contributions: many are folded.
func heading(q *page.Request, l moderation.Line) string {
	if len(l.Names) > 1 {
		return q.T("moderation.public.many", "what", ui.Moderated(q, l.Verb), "n", len(l.Names))
	}
	return q.T("moderation.public.one", "what", ui.Moderated(q, l.Verb), "which", l.Summary)
}

// end is where an act stands: whether it can be appealed against, and how appeals ended.
type end struct{ Class, Words, Note string }

// ends gives the states of an act, one for each appeal that is public.
func (v publicView) ends(q *page.Request, l moderation.Line) []end {
	var out []end
	for _, a := range l.Appeals {
		switch {
		case a.Overdue(q.Now):
			out = append(out, end{"late", q.T("moderation.overdue", "n", -q.Days(a.Due())), q.T("moderation.public.was_due", "day", q.Day(a.Due()))})
		case a.Open():
			out = append(out, end{"wait", q.T("moderation.public.waits"), q.T("moderation.public.due", "day", q.Day(a.Due()))})
		default:
			class := map[moderation.Outcome]string{moderation.Upheld: "undone", moderation.Partly: "part"}[a.Outcome]
			out = append(out, end{class, q.T("moderation.public.ended_" + string(a.Outcome)), q.T("moderation.public.decided", "name", a.Decision.By.Name, "day", q.Day(a.Decision.At))})
		}
	}
	return out
}

// waits says what is owed to those who appealed.
func (v publicView) waits(q *page.Request) string {
	if v.Waiting == 0 {
		return q.T("moderation.public.none_waits")
	}
	said := q.T("moderation.public.some_wait", "n", v.Waiting)
	if v.Overdue > 0 {
		said += " " + q.T("moderation.public.some_late", "n", v.Overdue)
	}
	return said
}

// names are the aliases of an act's subjects.
func names(l moderation.Line) string { return strings.Join(l.Names, ", ") }

func (v publicView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("moderation.public.title") + " · " + v.Title, Section: ui.Consultations, Owner: v.AdministrationName, Address: v.Address,
		Crumbs: crumbs(q, v.Consultation, q.T("moderation.public.title")),
	}
}

// crumbs lead from the list of consultations to a page of one of them.
func crumbs(q *page.Request, c consultation.Consultation, label string) []ui.Crumb {
	return []ui.Crumb{
		{Label: q.T("ui.nav.consultations"), Path: "/"},
		{Label: c.Title, Lang: c.Language, Path: "/consultations/" + c.Slug},
		{Label: label},
	}
}

// since says which version of the rules holds, and since when.
func (v publicView) since(q *page.Request) string {
	if v.Rules.Since.IsZero() {
		return q.T("moderation.public.standing")
	}
	return q.T("moderation.public.version", "version", v.Rules.Version, "day", q.Day(v.Rules.Since))
}

// kappa says the agreement beyond chance, or why there is none.
func (v publicView) kappa(q *page.Request) string {
	if k := v.Agreement.Kappa(); k.Defined() {
		return q.T("moderation.agreement.kappa", "kappa", ui.Decimal(q, k, 2))
	}
	return q.T("moderation.agreement.undefined")
}
