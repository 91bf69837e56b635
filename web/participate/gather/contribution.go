package gather

import (
	"errors"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/pseudonym"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// longest is how many characters a contribution may have, as the form says it; the
// use case holds it.
const longest = 2000

// writeView is the page of contributions: one's own while the gather round is open,
// all of them once it was released.
type writeView struct {
	dossier.View
	Round    consultation.Round
	Open     bool // the round takes contributions now
	Released bool
	Alias    string
	Own      []contribution.Contribution
	All      []contribution.Contribution
	Counts   contribution.Counts
	Numbers  map[uuid.UUID]int // item → its number
	Texts    map[uuid.UUID]string
	Edit     uuid.UUID // the contribution being edited; Nil for a new one
	Seen     string    // the version of its words that stood beside the form
	Body     string    // as typed
	Trouble  string    // why nothing was stored, where the form can be sent again
	Problems ui.Problems
}

// gathering gives the consultation with its gather round; NotFound without one.
func (c room) gathering(q *page.Request) (writeView, error) {
	v, err := c.loader.Load(q)
	if err != nil {
		return writeView{}, err
	}
	w := writeView{View: v, Numbers: map[uuid.UUID]int{}, Texts: map[uuid.UUID]string{}}
	for _, r := range v.Rounds {
		// A conversation held elsewhere has no gather round, but its texts came
		// in as contributions all the same.
		if r.Kind == delphi.Gather || v.Origin != nil {
			w.Round = r
			w.Open = v.Origin == nil && r.State == consultation.RoundOpen && q.Now.Before(r.Deadline) && v.Suspended == nil && !v.Over()
			w.Released = r.State == consultation.RoundReleased
			return w, nil
		}
	}
	return w, fault.New(fault.NotFound, "no_gather", "this consultation asks for no contributions")
}

// own fills in what the reader wrote, under their alias.
func (c room) own(q *page.Request, w *writeView) error {
	if w.Group == "" {
		return nil
	}
	alias, err := c.Panel.Alias(q.Context(), q.Actor, w.ID)
	if err != nil {
		return err
	}
	w.Alias = alias.Name
	w.Own, err = c.Contributions.Own(q.Context(), alias, w.ID)
	return err
}

// contributions shows one's own, or all of them once they are public.
func (c room) contributions(q *page.Request) error {
	w, err := c.gathering(q)
	if err != nil {
		return err
	}
	if w.Open && !q.Actor.SignedIn() {
		return page.SignedIn.Pass(q)
	}
	if w.Open && w.Group == "" {
		return c.Needed(q, w.View)
	}
	if err := c.own(q, &w); err != nil {
		return err
	}
	if one, ok := w.named(q, "withdraw"); ok && w.Open {
		return q.Render(200, ui.RemovalPage(w.withdrawal(q, one)))
	}
	if one, ok := w.named(q, "edit"); ok {
		w.Edit, w.Seen, w.Body = one.ID, one.Version(), one.Body
	}
	return c.showContributions(q, 200, w)
}

// ownPath is the address at which the n-th of one's own contributions is edited or
// withdrawn. Its id, which is public once the round closes, stands in no address: the log
// of a proxy would have it beside who reads.
func (w writeView) ownPath(act string, n int) string {
	return w.Path("/contributions?" + act + "=" + strconv.Itoa(n+1))
}

// named gives the reader's own contribution whose place, from 1, an address has.
func (w writeView) named(q *page.Request, act string) (contribution.Contribution, bool) {
	n, err := strconv.Atoi(q.Query(act))
	if err != nil || n < 1 || n > len(w.Own) {
		return contribution.Contribution{}, false
	}
	return w.Own[n-1], true
}

// withdrawal is the page before one's own contribution is withdrawn.
func (w writeView) withdrawal(q *page.Request, c contribution.Contribution) ui.Removal {
	return ui.Removal{
		Frame: w.Frame(q, q.T("consultation.write.withdraw_title")+" · "+w.Title, q.T("consultation.write.title")), Kicker: w.Title, KickerLang: w.Language,
		Title: q.T("consultation.write.withdraw_title"), Words: c.Body, Lang: w.Lang(c.Language),
		Goes:   []string{q.T("consultation.write.withdraw_goes")},
		Stays:  []string{q.T("consultation.write.withdraw_stays", "until", q.Moment(w.Round.Deadline)), q.T("consultation.write.withdraw_sealed")},
		Action: w.Path("/contributions"), Hidden: [][2]string{{"act", "withdraw"}, {"id", c.ID.String()}},
		Button: q.T("consultation.write.withdraw"), Back: w.Path("/contributions"), BackWords: q.T("consultation.write.leave"),
	}
}

// showContributions adds what is public and draws the page.
func (c room) showContributions(q *page.Request, status int, w writeView) error {
	var err error
	if w.Released {
		if w.All, w.Counts, err = c.Contributions.Public(q.Context(), w.ID); err != nil {
			return err
		}
		items, err := c.Consultations.Items(q.Context(), w.ID)
		if err != nil {
			return err
		}
		for _, i := range w.Read(items) {
			w.Numbers[i.ID], w.Texts[i.ID] = i.Number, i.Text
		}
	}
	return q.Render(status, contributions(w))
}

// contribute writes, edits or withdraws a contribution of the reader's own.
func (c room) contribute(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	w, err := c.gathering(q)
	if err != nil {
		return err
	}
	alias, err := c.Panel.Alias(q.Context(), q.Actor, w.ID)
	if err != nil {
		if fault.KindOf(err) == fault.Forbidden {
			return c.Needed(q, w.View)
		}
		return err
	}
	if form.Value("act") != "withdraw" {
		if err := consultation.CanAnswer(q.Actor, w.Consultation); err != nil {
			return err
		}
	}
	done, err := c.write(q, w, alias, form)
	if err == nil {
		q.Flash(done)
		return q.Redirect(w.Path("/contributions"))
	}
	w.Alias, w.Body = alias.Name, form.Value("body")
	if one, bad := uuid.Parse(form.Value("id")); bad == nil && form.Value("act") == "edit" {
		w.Edit, w.Seen = one, form.Value("seen")
	}
	var f *fault.Fault
	switch {
	case !errors.As(err, &f):
		return err
	case f.Kind == fault.Invalid && w.Open:
		w.Problems = ui.ProblemsOf(err).Labelled(map[string]string{"body": writeLabel(q, w)})
		return c.again(q, 422, w, alias)
	case f.Kind == fault.Invalid: // there is no form left in which to mend anything
		return q.Render(409, closedText(w, q.T("consultation.closed.not_counted")))
	case f.Code == "contributions_full" || f.Code == "contribution_gone" || f.Code == "contribution_changed":
		w.Trouble = q.Fault(f)
		return c.again(q, 409, w, alias)
	case f.Kind == fault.Conflict:
		// The round closed while they wrote: not a word of it is lost on the way.
		return q.Render(409, closedText(w, q.T("consultation.closed.not_counted")))
	}
	return err
}

// again shows the form with what was typed, and why it was not stored. Words that were
// meant for a contribution that is gone can be sent as a new one; those for one that has
// changed stand beside its present words, and can take their place.
func (c room) again(q *page.Request, status int, w writeView, alias pseudonym.Alias) (err error) {
	if w.Own, err = c.Contributions.Own(q.Context(), alias, w.ID); err != nil {
		return err
	}
	at := slices.IndexFunc(w.Own, func(one contribution.Contribution) bool { return one.ID == w.Edit })
	if at < 0 {
		w.Edit = uuid.Nil
		return c.showContributions(q, status, w)
	}
	q.StandsAt(w.ownPath("edit", at))
	if w.Trouble != "" {
		w.Seen = w.Own[at].Version()
	}
	return c.showContributions(q, status, w)
}

// closedTitle says why nothing is written now.
func closedTitle(q *page.Request, w writeView) string {
	if w.Suspended != nil {
		return q.T("consultation.suspended.since", "day", q.Day(w.Suspended.Since))
	}
	return q.T("consultation.closed.title", "n", w.Round.Number)
}

// write does what the pressed button says.
func (c room) write(q *page.Request, w writeView, alias pseudonym.Alias, form page.Form) (flash string, err error) {
	one, parsed := uuid.Parse(form.Value("id"))
	switch form.Value("act") {
	case "edit":
		if parsed != nil {
			return "", fault.New(fault.NotFound, "no_contribution", "there is no such contribution of yours")
		}
		return "consultation.write.edited", c.Contributions.Revise(q.Context(), alias, w.ID, one, form.Value("seen"), form.Value("body"), q.Reading())
	case "withdraw":
		if parsed != nil {
			return "", fault.New(fault.NotFound, "no_contribution", "there is no such contribution of yours")
		}
		return "consultation.write.withdrawn", c.Contributions.Retract(q.Context(), alias, w.ID, one)
	default:
		_, err := c.Contributions.Contribute(q.Context(), alias, w.ID, form.Value("body"), q.Reading())
		return "consultation.write.sent", err
	}
}

// writeLabel names the text area: a new idea, or one that is being edited.
func writeLabel(q *page.Request, w writeView) string {
	if w.Edit != [16]byte{} {
		return q.T("consultation.write.editing")
	}
	return q.T("consultation.write.label")
}
