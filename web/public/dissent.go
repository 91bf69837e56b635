package public

import (
	"slices"
	"time"

	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/report/schema"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// given are reasons of an opinion as pages list them.
func given(reasons []schema.Reason) []feedback.Given {
	out := make([]feedback.Given, len(reasons))
	for i, r := range reasons {
		out[i] = feedback.Given{
			Reason: feedback.Reason{Text: r.Text, Removed: r.Removed, Lang: r.Lang, Outside: r.Outside, Side: r.Side, Place: r.Place},
			People: r.People,
		}
	}
	return out
}

// rest are the reasons of an item that are no dissent, in columns.
func rest(i schema.Item) []dossier.Column { return dossier.Parted(given(i.Rest())) }

// dissentColumns are the two sides of an item's dissent, against first; a side
// without reasons has no column.
func dissentColumns(d schema.Dissent) []dossier.Column {
	return dossier.Parted(given(append(append([]schema.Reason{}, d.Against...), d.For...)))
}

// unsaidColumn is the dissent of those who said no side; none without any.
func unsaidColumn(d schema.Dissent) []dossier.Column {
	all := given(d.Unsaid)
	c := dossier.Column{Key: "unsaid"}
	for i := range all {
		c.Said = append(c.Said, &all[i])
		c.N += all[i].People
	}
	if c.N == 0 {
		return nil
	}
	return []dossier.Column{c}
}

// undissented says that an item has no dissent, and no more than is known: of those
// who said no side nobody can tell which one they argue.
func undissented(q *page.Request, o opinionView, i schema.Item) string {
	switch {
	case o.view.Protocol.Feedback.Reasons == "none":
		return q.T("consultation.dissent.unasked")
	case len(i.Rest()) == 0:
		return q.T("consultation.dissent.nobody")
	case i.Verdict.Key == verdict.Bipolarity || i.Verdict.Side == delphi.NoSide || i.Verdict.Side == "":
		return q.T("consultation.dissent.none_sideless") // it takes no side: no other one is there
	}
	return q.T("consultation.dissent.none")
}

// unsaidKey names in keys from where reasons without a side come: from outside the
// middle half, where all of them do.
func unsaidKey(d schema.Dissent) string {
	if slices.ContainsFunc(d.Unsaid, func(r schema.Reason) bool { return !r.Outside }) {
		return "unsaid_camps"
	}
	return "unsaid_text"
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
		return q.Redirect(v.Path("/opinion#minority"))
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
func (v view) facilitators(now time.Time) []consultation.Member {
	var all []consultation.Member
	for _, m := range v.Serving(now) {
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
	case schema.MinorityShown, schema.MinorityShort:
		on, err := time.Parse(time.DateOnly, m.ShownOn)
		if err != nil {
			return ""
		}
		return q.T("consultation.minority."+string(m.State), "day", ui.Date(q, ui.From, on), "n", m.Days)
	}
	if m.State == schema.MinorityNone && o.view.Protocol.Feedback.Reasons == "none" {
		return q.T("consultation.minority.unasked")
	}
	return q.T("consultation.minority." + string(m.State))
}
