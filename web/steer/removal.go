package steer

import (
	"errors"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/web/page"
	"delfi/web/ui"
)

// removalView is the page on which a reason's text is removed by law.
type removalView struct {
	Consultation consultation.Consultation
	Text, Ground string
	Problems     ui.Problems
}

func (v removalView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("steer.removal.reason_title") + " · " + v.Consultation.Title, Section: ui.Desk, Owner: v.Consultation.AdministrationName,
		Crumbs: []ui.Crumb{
			{Label: q.T("steer.desks.title"), Path: "/desk"},
			{Label: v.Consultation.Title, Path: "/desk/" + v.Consultation.Slug},
			{Label: q.T("steer.removal.reason_title")},
		},
	}
}

func (d room) reason(q *page.Request) error {
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	return q.Render(200, removalPage(removalView{Consultation: c}))
}

// removeReason deletes a reason's text; the form comes back filled in when it cannot.
func (d room) removeReason(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	v := removalView{Consultation: c, Text: form.Value("text"), Ground: form.Value("ground")}
	err = d.Reports.RemoveReason(q.Context(), q.Actor, c.Slug, v.Text, v.Ground)
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		v.Problems = ui.ProblemsOf(f).Labelled(map[string]string{"text": q.T("steer.removal.reason_text"), "ground": q.T("steer.removal.ground")})
		return q.Render(422, removalPage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("steer.done.removed")
	return q.Redirect("/desk/" + c.Slug)
}
