package public

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/correction"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/library"
	"delfi/internal/panel"
	"delfi/internal/report/schema"
	"delfi/web/page"
	"delfi/web/ui"
)

// happened is one line of what happened so far.
type happened struct {
	Title, Text, Link, Path string
}

// named is how many documents of the library the page names.
const named = 5

// showView is one consultation's page.
type showView struct {
	view
	Items    int // live statements
	Enrolled panel.Figure
	Minority consultation.Minority // of a concluded one, before its publication
	History  []happened
	Acts     map[string]int // staff member's name → acts in the record
	AllActs  int
	Reading  []library.Document // of the library, but those withdrawn
	Fixed    []correction.Made  // the newest of each text that was corrected
}

// show is the consultation's page.
func (c room) show(q *page.Request) error {
	v, err := c.load(q)
	if err != nil {
		return err
	}
	if v.View, err = c.seats.Tell(q, v.View); err != nil {
		return err
	}
	s := showView{view: v, Acts: map[string]int{}}
	items, err := c.Consultations.Items(q.Context(), v.ID)
	if err != nil {
		return err
	}
	for _, i := range items {
		if i.State == consultation.ItemLive {
			s.Items++
		}
	}
	if s.Enrolled, err = c.Panel.Enrolled(q.Context(), v.ID); err != nil {
		return err
	}
	if s.Minority, err = c.minorityOf(q, v); err != nil {
		return err
	}
	if s.History, err = c.history(q, v); err != nil {
		return err
	}
	documents, err := c.Library.Listed(q.Context(), q.Actor, v.Space)
	if err != nil {
		return err
	}
	s.Reading = slices.DeleteFunc(documents, func(d library.Document) bool { return d.Withdrawn })
	entries, err := c.Record.Of(q.Context(), v.ID)
	if err != nil {
		return err
	}
	for _, m := range correction.Read(entries) {
		if !slices.ContainsFunc(s.Fixed, func(newer correction.Made) bool { return newer.Text == m.Text }) {
			s.Fixed = append(s.Fixed, m)
		}
	}
	for _, e := range entries {
		if e.Name != "" && schema.Steers(string(e.Type)) {
			s.Acts[e.Name]++
			s.AllActs++
		}
	}
	return q.Render(200, show(s))
}

// fallen names the texts that are read in the first language, since a correction left them
// without words in the reader's.
func (s showView) fallen(q *page.Request) string {
	var names []string
	for _, t := range consultation.Texts {
		if *s.Words(t) != "" && s.LanguageOf(t.Field()) != s.Language {
			names = append(names, ui.Target(q, t.Target()))
		}
	}
	return strings.Join(names, ", ")
}

// history says, round by round, what happened and what will.
func (c room) history(q *page.Request, v view) ([]happened, error) {
	var lines []happened
	for _, r := range v.Rounds {
		h := happened{Title: v.RoundName(q, r) + ": " + span(q, r) + "."}
		var err error
		switch {
		case r.State == consultation.RoundSkipped:
			h.Text = q.T("consultation.happened.skipped")
		case r.State == consultation.RoundReleased && r.Kind == delphi.Gather:
			err = c.gathered(q, v, &h)
		case r.State == consultation.RoundReleased && r.Answers():
			err = c.answered(q, v, r, &h)
		case r.State == consultation.RoundOpen && r.Kind == delphi.Gather:
			h.Text = q.T("consultation.happened.gathering")
		case r.State == consultation.RoundOpen:
			h.Text = q.T("consultation.happened.open") + " " + turnout(q, r) + "."
		case r.State == consultation.RoundClosing || r.State == consultation.RoundClosed:
			h.Text = q.T("consultation.happened.closed")
			if r.Kind == delphi.Gather {
				h.Text = q.T("consultation.happened.synthesis")
			}
		default:
			h.Text = q.T("consultation.happened.planned")
			if v.Over() {
				h.Text = q.T("consultation.happened.skipped")
			}
		}
		if err != nil {
			return nil, err
		}
		lines = append(lines, h)
	}
	return lines, nil
}

// gathered says what became of the contributions.
func (c room) gathered(q *page.Request, v view, h *happened) error {
	_, counts, err := c.Contributions.Public(q.Context(), v.ID)
	if err != nil {
		return err
	}
	h.Text = q.T("consultation.happened.gathered", "n", counts.Received) + " " + q.T("consultation.happened.became", "n", counts.Items)
	h.Link, h.Path = q.T("consultation.happened.see_how"), v.Path("/contributions")
	return nil
}

// answered says how many answered, from the stored document.
func (c room) answered(q *page.Request, v view, r consultation.Round, h *happened) error {
	f, err := c.Archive.Feedback(q.Context(), v.ID, r.Number)
	if fault.KindOf(err) == fault.NotFound {
		return nil // a round whose document is of another kind has no line of its own
	}
	if err != nil {
		return err
	}
	h.Text = q.T("consultation.happened.answered", "n", f.Answered, "enrolled", f.Enrolled)
	if f.Enrolled > 0 {
		h.Text = q.T("consultation.happened.answered_of", "n", f.Answered, "enrolled", f.Enrolled, "share", ui.Part(q, ui.Plain, f.Answered, f.Enrolled))
	}
	h.Link, h.Path = q.T("consultation.happened.see_result"), v.Path(fmt.Sprintf("/rounds/%d", r.Number))
	return nil
}

// role says what a staff member is.
func role(q *page.Request, r account.Role) string { return q.T("consultation.role." + string(r)) }

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
