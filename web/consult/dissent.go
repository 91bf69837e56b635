package consult

import (
	"time"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/report"
	"delfi/web/page"
	"delfi/web/ui"
)

// given are reasons of an opinion as pages list them.
func given(reasons []report.Reason) []said {
	out := make([]said, len(reasons))
	for i, r := range reasons {
		out[i] = said{
			Reason: ballot.Reason{Text: r.Text, Removed: r.Removed, Outside: r.Outside, Side: r.Side, Place: r.Place},
			People: r.People,
		}
	}
	return out
}

// rest are the reasons of an item that are no dissent, in columns.
func rest(i report.Item) []column { return parted(given(i.Rest())) }

// dissentColumns are the two sides of an item's dissent, against first; a side
// without reasons has no column.
func dissentColumns(d report.Dissent) []column {
	return parted(given(append(append([]report.Reason{}, d.Against...), d.For...)))
}

// unsaid are those whose authors said no side.
func unsaid(d report.Dissent) []*said {
	all := given(d.Unsaid)
	out := make([]*said, len(all))
	for i := range all {
		out[i] = &all[i]
	}
	return out
}

// sideless ends the key of what is said where nobody wrote a dissent: a verdict that
// takes no side has no other one.
func sideless(v delphi.Verdict) string {
	if v.Key == delphi.Bipolarity || v.Side == delphi.NoSide || v.Side == "" {
		return "_sideless"
	}
	return ""
}

// minorityView is a minority report before its publication.
type minorityView struct {
	view
	consultation.Minority
}

// minority shows the panel the minority report before it is published; after that
// the opinion has it.
func (c room) minority(q *page.Request) error {
	v, err := c.about(q)
	if err != nil {
		return err
	}
	if !v.PublishedAt.IsZero() {
		return q.Redirect(v.path("/opinion#minority"))
	}
	m, err := c.minorityOf(q, v)
	if err != nil {
		return err
	}
	if m.Text == "" && m.Reason == "" {
		return fault.New(fault.NotFound, "no_minority", "no minority report is shown yet")
	}
	return q.Render(200, minority(minorityView{view: v, Minority: m}))
}

// minorityOf is the report of a concluded consultation; the zero one before.
func (c room) minorityOf(q *page.Request, v view) (consultation.Minority, error) {
	if v.Stage != consultation.Concluded {
		return consultation.Minority{}, nil
	}
	return c.Consultations.Minority(q.Context(), v.ID)
}

// until is when comments end: after seven days, or when the opinion is published by
// itself before that.
func (m minorityView) until() (at time.Time, cut bool) {
	if by := m.PublishBy(); m.Until().After(by) {
		return by, true
	}
	return m.Until(), false
}

// facilitators are those to whom the panel comments.
func (v view) facilitators() []consultation.Member {
	var all []consultation.Member
	for _, m := range v.Staff {
		if m.Role == "facilitator" {
			all = append(all, m)
		}
	}
	return all
}

// minorityWords says in one sentence what became of the report.
func (o opinionView) minorityWords(q *page.Request) string {
	m := o.Minority
	switch m.State {
	case report.MinorityShown, report.MinorityShort:
		on, err := time.Parse(time.DateOnly, m.ShownOn)
		if err != nil {
			return ""
		}
		return q.T("consult.minority."+string(m.State), "day", ui.Date(q, ui.From, on), "n", m.Days)
	}
	return q.T("consult.minority." + string(m.State))
}
