package draw

import (
	"errors"
	"net/http"
	"strconv"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/panel/draw"
	"delfi/internal/panel/drawing"
	"delfi/web/page"
	"delfi/web/ui"
)

// deskView is the desk of a draw.
type deskView struct {
	view
	Plan      drawing.Plan
	One       bool   // one ticket of each household, as sent
	Value     string // of a guarantor, as sent
	Place     int    // of the guarantor whose value was sent
	Signature string // of the beacon, as sent
	Reason    string // of a withdrawal, as sent
	Problems  ui.Problems
	Fault     *fault.Fault // where nothing can be mended in a field
}

// The forms of the page, where it has several at once.
const (
	valueForm  = "value"
	beaconForm = "beacon"
	callForm   = "call"
)

// panelSize is the size of the panel that is proposed before anything is typed.
const panelSize = 40

// deskPath is the desk of a draw.
func deskPath(slug, group string) string { return "/desk/" + slug + "/draws/" + group }

func (v deskView) path() string { return deskPath(v.Slug, v.Of.Group) }

// desk loads the desk that the address names.
func (c room) desk(q *page.Request) error {
	v, err := c.load(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, deskPage(v))
}

func (c room) load(q *page.Request) (deskView, error) {
	v := deskView{}
	var err error
	if v.Consultation, err = c.Consultations.Latest(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return v, err
	}
	all, err := c.Draws.Desk(q.Context(), q.Actor, v.ID)
	if fault.KindOf(err) == fault.Conflict {
		// What is over is read, and changed no more: the acts say so.
		all, err = c.Draws.Shown(q.Context(), q.Actor, v.ID)
		if err == nil {
			err = consultation.CanSit(q.Actor, v.Consultation)
		}
	}
	if err != nil {
		return v, err
	}
	if v.Of, err = at(q, all); err != nil {
		return v, err
	}
	if v.fixed() {
		v.Plan = drawing.PlanOf(v.draw(), panelSize)
	}
	return v, c.entries(q, &v.view)
}

// of gives the consultation that the address names.
func (c room) of(q *page.Request) (consultation.Consultation, error) {
	return c.Consultations.Latest(q.Context(), q.Actor, q.Param("slug"))
}

// keeper gives the consultation whose draw the actor may change, before a byte of a file is
// read.
func (c room) keeper(q *page.Request) (consultation.Consultation, error) {
	of, err := c.of(q)
	if err != nil {
		return of, err
	}
	_, err = c.Draws.Desk(q.Context(), q.Actor, of.ID)
	return of, err
}

// ended ends an act: with the desk again, with what was sent where it can be mended, or with
// its fault.
func (c room) ended(q *page.Request, err error, done, form string, sent func(v *deskView)) error {
	kind := fault.KindOf(err)
	switch {
	case err == nil:
		q.Flash(done)
		return q.Redirect(deskPath(q.Param("slug"), q.Param("group")))
	case kind != fault.Invalid && kind != fault.Conflict && kind != fault.TooLarge:
		return err
	}
	v, bad := c.load(q)
	if bad != nil {
		return bad
	}
	sent(&v)
	status := http.StatusUnprocessableEntity
	if kind == fault.Invalid {
		v.Problems = ui.ProblemsOf(err).In(form).Labelled(labels(q))
	} else {
		status = http.StatusConflict
		errors.As(err, &v.Fault)
	}
	return q.Render(status, deskPage(v))
}

// labels are the fields of the page's forms.
func labels(q *page.Request) map[string]string {
	out := map[string]string{}
	for _, name := range []string{"file", "size", "reserves", "invited", "population", "quotas", "value", "signature", "reserves_called", "reason"} {
		out[name] = q.T("draw.field." + name)
	}
	for i := range draw.MostGuarantors {
		n := strconv.Itoa(i + 1)
		out["name"+n] = q.T("draw.field.name", "n", i+1)
		out["digest"+n] = q.T("draw.field.digest", "n", i+1)
	}
	return out
}

// fix fixes the list from a file.
func (c room) fix(q *page.Request) error {
	of, err := c.keeper(q)
	if err != nil {
		return err
	}
	form, err := q.Form()
	if err != nil {
		return err
	}
	one := form.Value("one") == "on"
	file := q.Uploaded()
	if file == nil {
		err = fault.Bad(fault.Field{Name: "file", Code: "required", Message: "choose the file of the list"})
	} else {
		var pool []drawing.Coded
		if pool, err = drawing.ReadList(file); err == nil {
			err = c.Draws.Fix(q.Context(), q.Actor, of.ID, q.Param("group"), pool, one)
		}
	}
	return c.ended(q, err, "draw.done.fixed", "", func(v *deskView) { v.One = one })
}

// prepare stores rule, portfolio and guarantors.
func (c room) prepare(q *page.Request) error {
	of, err := c.keeper(q)
	if err != nil {
		return err
	}
	form, err := q.Form()
	if err != nil {
		return err
	}
	p := drawing.Plan{
		Size: form.Value("size"), Reserves: form.Value("reserves"), Invited: form.Value("invited"), Population: form.Value("population"), Quotas: form.Value("quotas"),
	}
	for i := range p.Names {
		p.Names[i], p.Digests[i] = form.Value("name"+strconv.Itoa(i+1)), form.Value("digest"+strconv.Itoa(i+1))
	}
	if file := q.Uploaded(); file != nil {
		err = c.Draws.Prepare(q.Context(), q.Actor, of.ID, q.Param("group"), p, file)
	} else {
		err = c.Draws.Prepare(q.Context(), q.Actor, of.ID, q.Param("group"), p, nil)
	}
	return c.ended(q, err, "draw.done.prepared", "", func(v *deskView) { v.Plan = p })
}

// act reads a form without a file, and does what it asks.
func (c room) act(q *page.Request, done, form string, do func(of consultation.Consultation, sent page.Form) error, keep func(v *deskView, sent page.Form)) error {
	sent, err := q.Form()
	if err != nil {
		return err
	}
	of, err := c.of(q)
	if err != nil {
		return err
	}
	return c.ended(q, do(of, sent), done, form, func(v *deskView) { keep(v, sent) })
}

func (c room) commit(q *page.Request) error {
	return c.act(q, "draw.done.committed", "", func(of consultation.Consultation, sent page.Form) error {
		return c.Draws.Commit(q.Context(), q.Actor, of.ID, q.Param("group"), sent.Value("seen"))
	}, func(*deskView, page.Form) {})
}

func (c room) open(q *page.Request) error {
	return c.act(q, "draw.done.opened", valueForm, func(of consultation.Consultation, sent page.Form) error {
		place, _ := sent.Int("guarantor") // none is of nobody
		return c.Draws.Open(q.Context(), q.Actor, of.ID, q.Param("group"), place, sent.Value("value"))
	}, func(v *deskView, sent page.Form) {
		v.Value = sent.Value("value")
		v.Place, _ = sent.Int("guarantor")
	})
}

func (c room) paste(q *page.Request) error {
	return c.act(q, "draw.done.drawn", beaconForm, func(of consultation.Consultation, sent page.Form) error {
		return c.Draws.Paste(q.Context(), q.Actor, of.ID, q.Param("group"), sent.Value("signature"))
	}, func(v *deskView, sent page.Form) { v.Signature = sent.Value("signature") })
}

func (c room) call(q *page.Request) error {
	return c.act(q, "draw.done.called", callForm, func(of consultation.Consultation, sent page.Form) error {
		n, _ := sent.Int("reserves_called") // none is no number of reserves
		return c.Draws.Call(q.Context(), q.Actor, of.ID, q.Param("group"), n)
	}, func(*deskView, page.Form) {})
}

// beforeWithdrawal is the page before a draw is withdrawn.
func (c room) beforeWithdrawal(q *page.Request) error {
	v, err := c.load(q)
	if err != nil {
		return err
	}
	if !v.fixed() || v.withdrawn() {
		return fault.New(fault.NotFound, "not_found", "there is no draw to withdraw")
	}
	return q.Render(http.StatusOK, withdrawalPage(v, v.removal(q)))
}

func (c room) withdraw(q *page.Request) error {
	sent, err := q.Form()
	if err != nil {
		return err
	}
	of, err := c.of(q)
	if err != nil {
		return err
	}
	err = c.Draws.Withdraw(q.Context(), q.Actor, of.ID, q.Param("group"), sent.Value("reason"))
	if fault.KindOf(err) != fault.Invalid {
		return c.ended(q, err, "draw.done.withdrawn", "", func(*deskView) {})
	}
	v, bad := c.load(q)
	if bad != nil {
		return bad
	}
	v.Reason, v.Problems = sent.Value("reason"), ui.ProblemsOf(err).Labelled(labels(q))
	return q.Render(http.StatusUnprocessableEntity, withdrawalPage(v, v.removal(q)))
}

// removal says what goes and what stays of a draw.
func (v deskView) removal(q *page.Request) ui.Removal {
	f := v.frame(q)
	f.Crumbs[len(f.Crumbs)-1].Path = v.path()
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: q.T("draw.withdraw.title")})
	r := ui.Removal{
		Frame: f, Kicker: v.Title, KickerLang: v.Language, Title: q.T("draw.withdraw.before", "group", v.Of.Name),
		Goes: []string{q.T("draw.withdraw.goes")}, Stays: []string{q.T("draw.withdraw.stays")},
		Action: v.path() + "/withdraw", Button: q.T("draw.withdraw.button"), Back: v.path(), BackWords: q.T("draw.withdraw.back"), Problems: v.Problems,
	}
	if !page.Proved(q) {
		r.Proves = page.ProveURL(q)
	}
	return r
}

// frame is the frame of the desk.
func (v deskView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("draw.desk", "group", v.Of.Name) + " · " + v.Title, Section: ui.Desk, Owner: v.AdministrationName,
		Crumbs: []ui.Crumb{
			{Label: q.T("staff.desks.title"), Path: "/desk"},
			{Label: v.Title, Lang: v.Language, Path: "/desk/" + v.Slug},
			{Label: q.T("draw.title")},
		},
	}
}

// is tells whether the draw is in a state.
func (v deskView) is(s drawing.State) bool { return v.fixed() && v.draw().State() == s }

// closed are the guarantors whose value can still be opened.
func (v deskView) closed() []ui.Option {
	var out []ui.Option
	for i, g := range v.draw().Guarantors {
		if g.Value == "" {
			out = append(out, ui.Option{Value: strconv.Itoa(i + 1), Label: g.Name, Lang: v.Language, Chosen: v.Place == i+1})
		}
	}
	return out
}
