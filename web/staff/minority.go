package staff

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/report/schema"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui"
)

// minorityView is the desk of the minority report: what the panel says against the
// verdicts, and what the facilitator makes of it.
type minorityView struct {
	Consultation consultation.Consultation
	Facilitator  bool
	Minority     consultation.Minority
	Dissent      []schema.Dissenting
	Text, Reason string // as the fields hold them
	Version      string // of the stored draft that Text was begun from
	Stale        *ui.Staleness
	Problems     ui.Problems
	Now          time.Time
}

func (d room) minority(q *page.Request) error {
	v, err := d.minorityView(q)
	if err != nil {
		return err
	}
	return q.Render(200, minorityPage(v))
}

func (d room) minorityView(q *page.Request) (minorityView, error) {
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return minorityView{}, err
	}
	if c.Stage != consultation.Concluded {
		return minorityView{}, fault.New(fault.Conflict, "minority_stage", "the minority report is written between the conclusion and the publication")
	}
	v := minorityView{Consultation: c, Facilitator: slices.Contains(consultation.Offices(q.Actor, c), account.Facilitator), Now: q.Now}
	if v.Dissent, err = d.Reports.Dissent(q.Context(), q.Actor, c.Slug); err != nil {
		return v, err
	}
	if v.Minority, err = d.Consultations.Minority(q.Context(), c.ID); err != nil {
		return v, err
	}
	v.Text, v.Version = v.Minority.Draft, v.Minority.Version()
	return v, nil
}

// report keeps, shows or forgoes the report; what was typed comes back when it cannot.
func (d room) report(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.minorityView(q)
	if err != nil {
		return d.unreported(q, form, err)
	}
	version := form.Version("version")
	v.Text, v.Reason = form.Value("minority"), form.Value("reason")
	slug, back, done := v.Consultation.Slug, v.path(), "staff.done.minority_kept"
	switch form.Value("act") {
	case "copy":
		if quotes := v.quotes(form.Values("copy")); quotes != "" {
			v.Text, done = strings.TrimSpace(v.Text+"\n\n"+quotes), "staff.done.minority_copied"
		}
		back += "#" + ui.ID("minority")
		err = d.Consultations.DraftMinority(q.Context(), q.Actor, slug, v.Text, version)
	case "show":
		done = "staff.done.minority_shown"
		err = d.Consultations.ShowMinority(q.Context(), q.Actor, slug, v.Text, version)
	case "forgo":
		v.Text, done = v.Minority.Draft, "staff.done.minority_forgone"
		err = d.Consultations.ForgoMinority(q.Context(), q.Actor, slug, v.Reason, version)
	default:
		err = d.Consultations.DraftMinority(q.Context(), q.Actor, slug, v.Text, version)
	}
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		v.Problems = ui.ProblemsOf(f).Labelled(map[string]string{"minority": q.T("staff.minority.text"), "reason": q.T("staff.reason")})
		v.Version = version
		return q.Render(422, minorityPage(v))
	}
	if errors.As(err, &f) && f.Code == "minority_changed" {
		changes := ui.Changes(
			ui.Changed{Label: q.T("staff.minority.text"), Theirs: v.Minority.Draft, Mine: v.Text},
			ui.Changed{Label: q.T("staff.reason"), Theirs: v.Minority.Reason, Mine: v.Reason},
		)
		v.Stale = &ui.Staleness{Fault: f, Lang: v.Consultation.Language, Changes: changes, Theirs: v.path()}
		return q.Render(409, minorityPage(v))
	}
	if fault.KindOf(err) == fault.Conflict {
		return d.unreported(q, form, err)
	}
	if err != nil {
		return err
	}
	q.Flash(done)
	return q.Redirect(back)
}

// unreported is the page of a report that came too late, with what was typed.
func (d room) unreported(q *page.Request, form page.Form, err error) error {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Conflict {
		return err
	}
	return q.Render(409, ui.LostPage(ui.Lost{
		Frame: ui.Frame{Title: q.T("staff.minority.title"), Section: ui.Desk, Crumbs: []ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: q.T("staff.minority.title")}}},
		Fault: f, Next: "/desk/" + q.Param("slug"),
		Texts: []ui.Typed{{Label: q.T("staff.minority.text"), Text: form.Value("minority")}, {Label: q.T("staff.reason"), Text: form.Value("reason")}},
	}))
}

func (v minorityView) path() string { return "/desk/" + v.Consultation.Slug + "/minority" }

// quoted is one reason of the dissent with the value of its box.
type quoted struct {
	Value string
	schema.Reason
}

// side lists the reasons of one part of an item's dissent: "against", "for", "unsaid".
func side(i schema.Dissenting, part string) []quoted {
	all := map[string][]schema.Reason{"against": i.Dissent.Against, "for": i.Dissent.For, "unsaid": i.Dissent.Unsaid}[part]
	out := make([]quoted, len(all))
	for n, r := range all {
		out[n] = quoted{fmt.Sprintf("%d.%s.%d", i.Number, part, n), r}
	}
	return out
}

// parts are those of a dissent, in their order.
var parts = []string{string(delphi.Against), string(delphi.For), "unsaid"}

// quotes writes the chosen reasons as Markdown in the consultation's language, item by
// item and side by side; one that the text has already is not written again.
func (v minorityView) quotes(chosen []string) string {
	words := &page.Request{Printer: i18n.Printer{Lang: v.Consultation.Language, Now: v.Now}}
	var b strings.Builder
	for _, i := range v.Dissent {
		begun := false
		for _, part := range parts {
			var lines []string
			for _, r := range side(i, part) {
				quote := "«" + strings.Join(strings.Fields(r.Text), " ") + "»"
				if r.Removed != "" || !slices.Contains(chosen, r.Value) || strings.Contains(v.Text, quote) {
					continue
				}
				if r.People > 1 {
					quote += " (" + words.T("staff.minority.people", "n", r.People) + ")"
				}
				lines = append(lines, "- "+quote)
			}
			if len(lines) == 0 {
				continue
			}
			if heading := fmt.Sprintf("### %d. %s\n\n", i.Number, i.Text); !begun {
				b.WriteString(heading)
				begun = true
			}
			fmt.Fprintf(&b, "**%s**\n\n%s\n\n", words.T("staff.minority."+part), strings.Join(lines, "\n"))
		}
	}
	return strings.TrimSpace(b.String())
}

// last is the latest moment to show a report that the panel reads for seven days; false
// when it is too late for that.
func (v minorityView) last() (time.Time, bool) {
	at := v.Consultation.PublishBy().AddDate(0, 0, -consultation.MinorityDays)
	return at, v.Now.Before(at)
}

// standing says where the report stands, in one sentence.
func (v minorityView) standing(q *page.Request) string {
	return standing(q, v.Consultation, v.Minority, len(v.Dissent) > 0)
}

func standing(q *page.Request, c consultation.Consultation, m consultation.Minority, dissent bool) string {
	switch {
	case m.Reason != "":
		return q.T("staff.minority.declined")
	case m.Text != "" && m.Until().After(c.PublishBy()):
		return q.T("staff.minority.short", "day", q.Moment(c.PublishBy()))
	case m.Text != "" && q.Now.Before(m.Until()):
		return q.T("staff.minority.showing", "until", q.Moment(m.Until()))
	case m.Text != "":
		return q.T("staff.minority.shown")
	case dissent:
		return q.T("staff.minority.missing")
	}
	return q.T("staff.minority.nothing")
}

func (v minorityView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("staff.minority.title") + " · " + v.Consultation.Title, Section: ui.Desk, Owner: v.Consultation.AdministrationName,
		Crumbs: []ui.Crumb{
			{Label: q.T("staff.desks.title"), Path: "/desk"},
			{Label: v.Consultation.Title, Lang: v.Consultation.Language, Path: "/desk/" + v.Consultation.Slug},
			{Label: q.T("staff.minority.title")},
		},
	}
}
