package participate

import (
	"delfi/internal/consultation"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// view is a consultation as the room's pages show it.
type view struct{ dossier.View }

// load gives the consultation that the address names, with the reader's group.
func (c room) load(q *page.Request) (view, error) {
	v, err := c.loader.Load(q)
	v.ByCode = c.coded
	return view{v}, err
}

// numbered gives the consultation with the round that the address names.
func (c room) numbered(q *page.Request) (view, consultation.Round, error) {
	v, r, err := c.loader.Numbered(q)
	v.ByCode = c.coded
	return view{v}, r, err
}

// later says what comes next and when, for pages of forms that are closed.
func (v view) later(q *page.Request) string {
	if v.Suspended != nil {
		return q.T("consultation.suspended.text", "reason", ui.In(v.First(), v.Suspended.Reason))
	}
	if r, ok := v.OpenRound(q.Now); ok {
		return q.T("consultation.closed.open_now", "n", r.Number, "until", q.Moment(r.Deadline))
	}
	if r, ok := v.NextRound(); ok && !v.Over() {
		return q.T("consultation.closed.next", "n", r.Number, "day", q.Day(r.PlannedAt))
	}
	return q.T("consultation.closed.opinion")
}

// writeLabel names the text area: a new idea, or one that is being edited.
func writeLabel(q *page.Request, w writeView) string {
	if w.Edit != [16]byte{} {
		return q.T("consultation.write.editing")
	}
	return q.T("consultation.write.label")
}
