package staff

import (
	"cmp"
	"errors"
	"slices"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/web/page"
	"delfi/web/ui"
)

// removalView is the page on which a reason's text is removed by law.
type removalView struct {
	Consultation consultation.Consultation
	Reasons      []published
	Digest       string // of the reason whose removal was refused
	Ground       string // as typed for it
	Problems     ui.Problems
}

// published is a reason that stands in a feedback document.
type published struct {
	Item   int // its statement's number
	Digest string
	Text   string
}

func (v removalView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("staff.removal.reason_title") + " · " + v.Consultation.Title, Section: ui.Desk, Owner: v.Consultation.AdministrationName,
		Crumbs: []ui.Crumb{
			{Label: q.T("staff.desks.title"), Path: "/desk"},
			{Label: v.Consultation.Title, Lang: v.Consultation.Language, Path: "/desk/" + v.Consultation.Slug},
			{Label: q.T("staff.removal.reason_title")},
		},
	}
}

func (d room) reason(q *page.Request) error {
	v, err := d.reasons(q)
	if err != nil {
		return err
	}
	return q.Render(200, removalPage(v))
}

// reasons lists every reason that is public and stands, statement by statement.
func (d room) reasons(q *page.Request) (removalView, error) {
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return removalView{}, err
	}
	v := removalView{Consultation: c}
	items, err := d.Consultations.Items(q.Context(), c.ID)
	if err != nil {
		return v, err
	}
	for _, r := range c.Rounds {
		if r.State != consultation.RoundReleased || r.Kind == delphi.Gather {
			continue
		}
		f, err := d.Archive.Feedback(q.Context(), c.ID, r.Number)
		if err != nil {
			return v, err
		}
		for _, i := range f.Items {
			at := slices.IndexFunc(items, func(it consultation.Item) bool { return it.ID == i.Item })
			for _, reason := range i.Reasons {
				one := published{Digest: leaf.Digest([]byte(reason.Text)), Text: reason.Text}
				if at >= 0 {
					one.Item = items[at].Number
				}
				if reason.Removed == "" && !slices.Contains(v.Reasons, one) {
					v.Reasons = append(v.Reasons, one)
				}
			}
		}
	}
	slices.SortStableFunc(v.Reasons, func(a, b published) int { return cmp.Compare(a.Item, b.Item) })
	return v, nil
}

// removeReason deletes a reason's text; the form comes back filled in when it cannot.
func (d room) removeReason(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.reasons(q)
	if err != nil {
		return err
	}
	v.Digest, v.Ground = form.Value("reason"), form.Value("ground")
	err = d.Reports.RemoveReason(q.Context(), q.Actor, v.Consultation.Slug, v.Digest, v.Ground)
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		v.Problems = ui.ProblemsOf(f).Labelled(map[string]string{"ground": q.T("staff.removal.ground")}).In(v.Digest)
		return q.Render(422, removalPage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("staff.done.removed")
	return q.Redirect("/desk/" + v.Consultation.Slug + "/reasons")
}

// ground is what was typed for a reason.
func (v removalView) ground(r published) string {
	if r.Digest != v.Digest {
		return ""
	}
	return v.Ground
}
