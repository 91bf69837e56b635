package staff

import (
	"errors"
	"net/url"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/web/page"
	"delfi/web/ui"
)

// queueView is the synthesis page. Contributions are chosen by checkboxes (GET
// ?c=id&c=id), so that they stand side by side without a script.
type queueView struct {
	Consultation consultation.Consultation
	Counts       contribution.Counts
	Queue        []contribution.Contribution
	Chosen       []contribution.Contribution
	Items        []consultation.Item
	Acts         []contribution.Act
	Destination  string
	Item         string
	Text         string
	LeftOut      string
	Reason       string
	Removing     uuid.UUID // the contribution whose removal was refused
	Ground       string    // as typed for it
	Stale        *ui.Staleness
	Fault        *fault.Fault
}

func (d room) queue(q *page.Request) error {
	v, err := d.queueOf(q, q.R.URL.Query()["c"])
	if err != nil {
		return err
	}
	v.Destination = string(contribution.Fresh)
	if item := q.R.URL.Query().Get("item"); item != "" {
		v.Destination, v.Item = string(contribution.Existing), item
	}
	return q.Render(200, queuePage(v))
}

func (d room) dispose(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.queueOf(q, form.Values("c"))
	if err != nil {
		return err
	}
	q.StandsAt("/desk/" + q.Param("slug") + "/contributions?" + url.Values{"c": form.Values("c")}.Encode())
	v.Destination, v.Item = form.Value("destination"), form.Value("item")
	v.Text, v.LeftOut, v.Reason = form.Value("text"), form.Value("left_out"), form.Value("reason")
	slug := v.Consultation.Slug
	ids := make([]uuid.UUID, len(v.Chosen))
	for i, c := range v.Chosen {
		ids[i] = c.ID
	}
	done := "staff.done.merged"
	if form.Value("act") == "reject" {
		done = "staff.done.rejected"
		err = d.Contributions.Reject(q.Context(), q.Actor, slug, ids, v.Reason)
	} else {
		err = d.merge(q, v, ids, said(form, "version_"+v.Item))
	}
	var f *fault.Fault
	switch {
	case err == nil:
		q.Flash(done)
		return q.Redirect("/desk/" + slug + "/contributions")
	case errors.As(err, &f) && f.Kind == fault.Invalid:
		v.Fault = f
		return q.Render(422, queuePage(v))
	case errors.As(err, &f) && f.Code == "item_changed":
		v.Stale = &ui.Staleness{Fault: f, Lang: v.Consultation.Language, Changes: ui.Changes(ui.Changed{Label: q.T("staff.synthesis.text"), Theirs: v.was(), Mine: v.Text})}
		return q.Render(409, queuePage(v))
	case errors.As(err, &f) && f.Kind == fault.Conflict:
		v.Fault = f // a colleague was quicker: what was typed stays, beside what they did
		return q.Render(409, queuePage(v))
	default:
		return err
	}
}

func (d room) merge(q *page.Request, v queueView, ids []uuid.UUID, version string) error {
	m := contribution.Merge{
		Contributions: ids, Destination: contribution.Destination(v.Destination),
		Text: v.Text, LeftOut: v.LeftOut, Reason: v.Reason, Version: version,
	}
	if m.Destination != contribution.Fresh {
		item, err := uuid.Parse(v.Item)
		if err != nil {
			return fault.Bad(fault.Field{Name: "item", Code: "required", Message: "choose the statement that they go into"})
		}
		m.Item = item
	}
	_, err := d.Contributions.Merge(q.Context(), q.Actor, v.Consultation.Slug, m)
	return err
}

// remove deletes a text that the law wants gone. The form comes back with its fault
// beside the contribution that it was about.
func (d room) remove(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	id, err := uuid.Parse(q.Param("contribution"))
	if err != nil {
		return notThere()
	}
	slug := q.Param("slug")
	q.StandsAt("/desk/" + slug + "/contributions?c=" + id.String())
	if _, err := d.Consultations.Desk(q.Context(), q.Actor, slug); err != nil {
		return err
	}
	err = d.Contributions.Remove(q.Context(), q.Actor, slug, id, form.Value("ground"))
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		v, inner := d.queueOf(q, []string{id.String()})
		if inner != nil {
			return inner
		}
		v.Destination, v.Fault, v.Removing, v.Ground = string(contribution.Fresh), f, id, form.Value("ground")
		return q.Render(422, queuePage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("staff.done.removed")
	return q.Redirect("/desk/" + slug + "/contributions")
}

func (d room) undo(q *page.Request) error {
	act, err := uuid.Parse(q.Param("act"))
	if err != nil {
		return notThere()
	}
	if err := d.Contributions.Undo(q.Context(), q.Actor, q.Param("slug"), act); err != nil {
		return err
	}
	q.Flash("staff.done.undone")
	return q.Redirect("/desk/" + q.Param("slug") + "/contributions")
}

// queueOf reads the queue and picks the chosen ones; an id that is not in it is left out.
func (d room) queueOf(q *page.Request, chosen []string) (queueView, error) {
	slug := q.Param("slug")
	c, err := d.Consultations.Desk(q.Context(), q.Actor, slug)
	if err != nil {
		return queueView{}, err
	}
	v := queueView{Consultation: c}
	if v.Queue, v.Counts, err = d.Contributions.Queue(q.Context(), q.Actor, slug); err != nil {
		return v, err
	}
	if v.Items, err = d.Consultations.Items(q.Context(), c.ID); err != nil {
		return v, err
	}
	if v.Acts, err = d.Contributions.Acts(q.Context(), q.Actor, slug); err != nil {
		return v, err
	}
	want := map[string]bool{}
	for _, id := range chosen {
		want[id] = true
	}
	for _, contribution := range v.Queue {
		if want[contribution.ID.String()] {
			v.Chosen = append(v.Chosen, contribution)
		}
	}
	return v, nil
}
