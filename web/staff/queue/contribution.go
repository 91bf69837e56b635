package queue

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/space"
	"delfi/web/page"
	"delfi/web/ui"
)

// queue shows the queue; the fields of the form may stand in the address, so that the
// lineage is drawn anew without an act.
func (d room) queue(q *page.Request) error {
	query := q.R.URL.Query()
	v, err := d.queueOf(q, query["c"])
	if err != nil {
		return err
	}
	v.typed(query.Get)
	if v.Destination == "" {
		v.Destination = string(contribution.Fresh)
		if v.Item != "" {
			v.Destination = string(contribution.Existing)
		}
	}
	return q.Render(200, queuePage(v))
}

// typed takes what stands in the fields of the form of an act.
func (v *queueView) typed(value func(string) string) {
	v.Destination, v.Item = value("destination"), value("item")
	v.Text, v.LeftOut, v.Rule, v.Reason = value("text"), value("left_out"), value("rule"), value("reason")
}

// dispose does the act whose button was pressed on the chosen contributions; one that
// examines them leads to the next group that waits.
func (d room) dispose(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.queueOf(q, form.Values("c"))
	if err != nil {
		return err
	}
	q.StandsAt(v.path(idsOf(v.Chosen)...))
	v.typed(form.Value)
	v.Form = true
	done, err := d.acts(q, v, form)
	var f *fault.Fault
	switch {
	case err == nil:
		q.Flash(done)
		to := v.path()
		if done != "staff.done.requeued" {
			if to, err = d.next(q); err != nil {
				return err
			}
		}
		return q.Redirect(to)
	case errors.As(err, &f) && f.Kind == fault.Invalid:
		v.Fault, v.Sent = f, form.Value // the words go on from the state that they were begun on
		return q.Render(422, queuePage(v))
	case errors.As(err, &f) && f.Code == "item_changed" && v.Destination != string(contribution.Said):
		v.Stale = &ui.Staleness{Fault: f, Lang: v.Consultation.Language, Changes: ui.Changes(ui.Changed{Label: q.T("staff.synthesis.text"), Theirs: v.was(), Mine: v.Text})}
		return q.Render(409, queuePage(v))
	case errors.As(err, &f) && f.Kind == fault.Conflict:
		v.Fault = f // a colleague was quicker: what was typed stays, beside what they did
		return q.Render(409, queuePage(v))
	default:
		return err
	}
}

// acts does the act, and gives the words that say so.
func (d room) acts(q *page.Request, v queueView, form page.Form) (done string, err error) {
	seen := map[uuid.UUID]int{}
	for _, c := range v.Chosen {
		if n, err := strconv.Atoi(form.Value(seenField(c.ID))); err == nil {
			seen[c.ID] = n // one without is refused
		}
	}
	choice := contribution.Choice{Contributions: idsOf(v.Chosen), Seen: seen, Rule: v.Rule, Reason: v.Reason}
	switch form.Value("act") {
	case "reject":
		return "staff.done.rejected", d.Contributions.Reject(q.Context(), q.Actor, v.Consultation.Slug, choice)
	case "requeue":
		return "staff.done.requeued", d.Contributions.Requeue(q.Context(), q.Actor, v.Consultation.Slug, choice)
	}
	m := contribution.Merge{
		Contributions: choice.Contributions, Seen: seen, Destination: contribution.Destination(v.Destination),
		Text: v.Text, LeftOut: v.LeftOut, Rule: v.Rule, Reason: v.Reason, Version: form.Version(versionField(v.Item)),
	}
	if m.Destination != contribution.Fresh {
		m.Item, _ = uuid.Parse(v.Item) // none is a fault of its field
	}
	_, err = d.Contributions.Merge(q.Context(), q.Actor, v.Consultation.Slug, m)
	return "staff.done.merged", err
}

// next is the address of what the reader examines next, or that of the queue.
func (d room) next(q *page.Request) (string, error) {
	v, err := d.queueOf(q, nil)
	if err != nil {
		return "", err
	}
	if next := v.next(q); len(next) > 0 {
		return v.work(next...), nil
	}
	return v.path(), nil
}

// claims takes contributions for the reader, or gives them up.
func (d room) claims(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.queueOf(q, form.Values("c"))
	if err != nil {
		return err
	}
	q.StandsAt(v.path())
	ids := idsOf(v.Chosen)
	if form.Value("act") == "release" {
		if err := d.Moderation.Release(q.Context(), q.Actor, space.Contribution, v.Consultation.Space, ids); err != nil {
			return err
		}
		return q.Redirect(v.path())
	}
	err = d.Moderation.Claim(q.Context(), q.Actor, space.Contribution, v.Consultation.Space, ids)
	if f := page.Mendable(err); f != nil {
		v.Fault, v.Destination = f, string(contribution.Fresh)
		return q.Render(409, queuePage(v))
	}
	if err != nil {
		return err
	}
	return q.Redirect(v.work(ids...))
}

// judge stores the reader's second look.
func (d room) judge(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	q.StandsAt(queuePath(c.Slug, ""))
	act, errA := uuid.Parse(form.Value("look"))
	subject, errS := uuid.Parse(form.Value("subject"))
	if errA != nil || errS != nil {
		return notThere()
	}
	err = d.Moderation.Judge(q.Context(), q.Actor, space.Contribution, c.Space, act, subject, form.Value("act") == "in")
	switch {
	case err == nil:
		q.Flash("staff.done.judged")
	case fault.KindOf(err) == fault.Conflict: // a colleague was quicker, and nothing is left to do
		q.Flash("staff.done.judged_before")
	default:
		return err
	}
	return q.Redirect(queuePath(c.Slug, ""))
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
	q.StandsAt(queuePath(slug, "", id))
	if _, err := d.Consultations.Desk(q.Context(), q.Actor, slug); err != nil {
		return err
	}
	err = d.Contributions.Remove(q.Context(), q.Actor, slug, id, form.Value("ground"))
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		r, inner := d.removal(q, id)
		if inner != nil {
			return inner
		}
		r.Problems = problems(q, f)
		return q.Render(422, removalPage(r, form.Value("ground")))
	}
	if err != nil {
		return err
	}
	q.Flash("staff.done.removed")
	return q.Redirect(queuePath(slug, ""))
}

// beforeRemoval is the page before a contribution's words are removed.
func (d room) beforeRemoval(q *page.Request) error {
	id, err := uuid.Parse(q.Param("contribution"))
	if err != nil {
		return notThere()
	}
	r, err := d.removal(q, id)
	if err != nil {
		return err
	}
	return q.Render(200, removalPage(r, ""))
}

// removal says what goes and what stays of a contribution whose words are removed.
func (d room) removal(q *page.Request, id uuid.UUID) (ui.Removal, error) {
	v, err := d.queueOf(q, []string{id.String()})
	if err != nil {
		return ui.Removal{}, err
	}
	if len(v.Chosen) != 1 || v.Chosen[0].Removed != "" {
		return ui.Removal{}, notThere()
	}
	c, back := v.Chosen[0], queuePath(v.Consultation.Slug, "", id)
	f := v.frame(q)
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: q.T("staff.removal.button")})
	return ui.Removal{
		Frame: f, Kicker: v.Consultation.Title, KickerLang: v.Consultation.Language, Title: q.T("staff.removal.before", "alias", c.Alias.Name),
		Words: c.Body, Lang: v.Consultation.Lang(c.Language),
		Goes:   []string{q.T("staff.removal.words_go"), q.T("staff.removal.contribution_goes")},
		Stays:  []string{q.T("staff.removal.contribution_stays"), q.T("staff.removal.copies_stay"), q.T("staff.removal.trace_stays")},
		Action: removalPath(v.Consultation.Slug, id), Button: q.T("staff.removal.button"), Back: back, BackWords: q.T("staff.removal.back"),
	}, nil
}

// removalPath is the address of the removal of a contribution's words.
func removalPath(slug string, id uuid.UUID) string {
	return "/desk/" + slug + "/contributions/" + id.String() + "/remove"
}

// undo takes an act back.
func (d room) undo(q *page.Request) error {
	act, err := uuid.Parse(q.Param("act"))
	if err != nil {
		return notThere()
	}
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	q.StandsAt(queuePath(c.Slug, ""))
	err = d.Moderation.Undo(q.Context(), q.Actor, space.Contribution, c.Space, act)
	if f := page.Mendable(err); f != nil {
		v, inner := d.queueOf(q, nil)
		if inner != nil {
			return inner
		}
		v.Fault = f
		return q.Render(409, queuePage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("staff.done.undone")
	return q.Redirect(queuePath(c.Slug, ""))
}

// queueOf reads the queue and picks the chosen ones; an id that is not in it is left out.
func (d room) queueOf(q *page.Request, chosen []string) (queueView, error) {
	slug := q.Param("slug")
	c, err := d.Consultations.Desk(q.Context(), q.Actor, slug)
	if err != nil {
		return queueView{}, err
	}
	v := queueView{Consultation: c, Search: q.Query("q")}
	if v.Queue, v.Counts, err = d.Contributions.Queue(q.Context(), q.Actor, slug); err != nil {
		return v, err
	}
	v.State = v.tab(q.Query("state"))
	if v.Items, err = d.Consultations.Items(q.Context(), c.ID); err != nil {
		return v, err
	}
	if v.Acts, err = d.Contributions.Acts(q.Context(), q.Actor, slug); err != nil {
		return v, err
	}
	if v.Rules, err = d.Moderation.Rules(q.Context(), c.Space); err != nil {
		return v, err
	}
	pleas, err := d.Moderation.Pleas(q.Context(), q.Actor, space.Contribution, c.Space)
	if err != nil {
		return v, err
	}
	v.Appeals = Waiting(pleas)
	if v.Looks, err = d.Moderation.Looks(q.Context(), q.Actor, space.Contribution, c.Space); err != nil {
		return v, err
	}
	for _, one := range v.Queue {
		if slices.Contains(chosen, one.ID.String()) {
			v.Chosen = append(v.Chosen, one)
		}
	}
	v.Form = len(v.Chosen) > 0
	return v, nil
}

// Waiting counts appeals that are to be decided.
func Waiting(list []moderation.Plea) int {
	n := 0
	for _, p := range list {
		if p.Open() {
			n++
		}
	}
	return n
}

// instant gives an instant that a fault carries.
func instant(f *fault.Fault, name string) (time.Time, bool) {
	t, ok := f.Args[name].(time.Time)
	return t, ok
}
