package moderation

import (
	"cmp"
	"strconv"
	"strings"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/moderation"
	"delfi/internal/space"
	"delfi/web/page"
	"delfi/web/page/spreadsheet"
	"delfi/web/ui"
)

// perPage is how many acts a page lists.
const perPage = 50

// publicView is what everybody sees of the moderation of a consultation's space.
type publicView struct {
	consultation.Consultation
	moderation.Page
	Before int // number below which the acts of this page are; 0 for the newest
}

func (c room) public(q *page.Request) error {
	before, err := number(q.Query("before"))
	if err != nil {
		return err
	}
	v, err := c.publicOf(q, before, perPage)
	if err != nil {
		return err
	}
	if before > 0 && len(v.Acts) == 0 {
		return notThere()
	}
	return q.Render(200, publicPage(v))
}

// number reads the number of an act from an address; 0 where there is none.
func number(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, notThere()
	}
	return n, nil
}

func (c room) publicOf(q *page.Request, before, most int) (publicView, error) {
	found, err := c.load(q)
	if err != nil {
		return publicView{}, err
	}
	v := publicView{Consultation: found, Before: before}
	v.Page, err = c.Moderation.Public(q.Context(), space.Contribution, found.Space, before, most)
	return v, err
}

// acts sends all acts as a table, for a spreadsheet: an act a row, in the reader's language.
func (c room) acts(q *page.Request) error {
	v, err := c.publicOf(q, 0, 0)
	if err != nil {
		return err
	}
	t := spreadsheet.New(q.Lang, q.T("moderation.table.number"), q.T("moderation.table.day"), q.T("moderation.table.act"), q.T("moderation.table.whose"),
		q.T("moderation.table.summary"), q.T("moderation.table.rule"), q.T("moderation.table.words"), q.T("moderation.table.who"),
		q.T("moderation.table.waiting"), q.T("moderation.table.upheld"), q.T("moderation.table.partly"), q.T("moderation.table.dismissed"), q.T("moderation.table.decisions"))
	for _, l := range v.Acts {
		ended := map[moderation.Outcome]int{}
		var decisions []string
		for _, a := range l.Appeals {
			ended[a.Outcome]++
			if a.Decision.Words != "" {
				decisions = append(decisions, a.Decision.Words)
			}
		}
		cites, by := "", ""
		if !l.Undone {
			cites, by = ui.Unmarked(rule(q, l.Act, l.Cites)), who(q, l.By)
		}
		t.Row(strconv.Itoa(l.Number), civiltime.Date(l.At), did(q, l), names(l), l.Summary, cites, l.Words, by,
			strconv.Itoa(ended[""]), strconv.Itoa(ended[moderation.Upheld]), strconv.Itoa(ended[moderation.Partly]), strconv.Itoa(ended[moderation.Dismissed]), strings.Join(decisions, "\n"))
	}
	return q.Bytes(200, spreadsheet.Type, t.Bytes())
}

// totals says in one sentence what was done, and what became of appeals.
func (v publicView) totals(q *page.Request) string {
	if v.Total == 0 && v.Undone == 0 {
		return q.T("moderation.public.nothing")
	}
	text := q.T("moderation.public.acts", "n", v.Total) + " "
	if v.Undone > 0 {
		text += q.T("moderation.public.undone", "n", v.Undone) + " "
	}
	if v.Raised() == 0 {
		return text + q.T("moderation.public.no_appeals")
	}
	return text + q.T("moderation.public.appeals", "n", v.Raised(), "upheld", v.Upheld, "partly", v.Partly, "dismissed", v.Dismissed, "waiting", v.Waiting)
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

// did says what an act did, and whether it was taken back.
func did(q *page.Request, l moderation.Line) string {
	if l.Undone {
		return q.T("moderation.public.taken_back", "what", ui.Moderated(q, l.Verb))
	}
	return ui.Moderated(q, l.Verb)
}

// heading says what an act did, to whose contributions: many are folded.
func heading(q *page.Request, l moderation.Line) string {
	if l.Undone {
		return did(q, l)
	}
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
	text := q.T("moderation.public.some_wait", "n", v.Waiting)
	if v.Overdue > 0 {
		text += " " + q.T("moderation.public.some_late", "n", v.Overdue)
	}
	return text
}

// names are the aliases of an act's subjects.
func names(l moderation.Line) string { return strings.Join(l.Names, ", ") }

// path is the page's address.
func (v publicView) path() string { return "/consultations/" + v.Slug + "/moderation" }

// older is the address of the acts that came before those of the page.
func (v publicView) older() string { return v.path() + "?before=" + strconv.Itoa(v.Older) + "#acts" }

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
