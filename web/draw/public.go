package draw

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/panel"
	"delfi/internal/panel/draw"
	"delfi/internal/panel/drawing"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/ui/chart"
)

// view is a draw as both its pages show it.
type view struct {
	consultation.Consultation
	Of      drawing.Public
	Entries map[ledger.Type]ledger.Entry // of this draw, the first of each type
	Acts    []ledger.Entry               // of its values, in their order
}

// showView is everybody's page.
type showView struct {
	view
	Enrolled panel.Figure
	Own      *drawing.Own // of a signed-in reader; nil for none
	OwnFault *fault.Fault // why they cannot be found
	In       bool         // they are enrolled
}

// path is the page's own address.
func path(slug, group string) string { return "/consultations/" + slug + "/draws/" + group }

// at finds the draw that the address names, among those that are shown.
func at(q *page.Request, all []drawing.Public) (drawing.Public, error) {
	i := slices.IndexFunc(all, func(p drawing.Public) bool { return p.Group == q.Param("group") })
	if i < 0 {
		return drawing.Public{}, fault.New(fault.NotFound, "no_draw", "there is no draw of this group")
	}
	return all[i], nil
}

// entries reads the steps of the draw from the record.
func (c room) entries(q *page.Request, v *view) error {
	all, err := c.Record.Of(q.Context(), v.ID)
	if err != nil {
		return err
	}
	v.Entries = map[ledger.Type]ledger.Entry{}
	for _, e := range all {
		if !slices.Contains([]ledger.Type{ledger.Roll, ledger.Draw, ledger.Opened, ledger.Drawn, ledger.Act}, e.Type) {
			continue
		}
		var body struct {
			Group string `json:"group"`
		}
		if json.Unmarshal([]byte(e.Body), &body) != nil || body.Group != v.Of.Group {
			continue // an act of another kind
		}
		if e.Type == ledger.Opened {
			v.Acts = append(v.Acts, e)
		}
		if e.Type == ledger.Act && e.Kind != "withdraw-draw" {
			continue
		}
		if _, known := v.Entries[e.Type]; !known {
			v.Entries[e.Type] = e
		}
	}
	return nil
}

// show is everybody's page of a draw.
func (c room) show(q *page.Request) error {
	v := showView{}
	var err error
	if v.Consultation, err = c.Consultations.Latest(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return err
	}
	all, err := c.Draws.Shown(q.Context(), q.Actor, v.ID)
	if err != nil {
		return err
	}
	if v.Of, err = at(q, all); err != nil {
		return err
	}
	if err := c.entries(q, &v.view); err != nil {
		return err
	}
	if v.Enrolled, err = c.Panel.Enrolled(q.Context(), v.ID); err != nil {
		return err
	}
	if q.Actor.SignedIn() && v.Of.Draw != nil {
		own, err := c.Draws.Own(q.Context(), q.Actor, *v.Of.Draw)
		if f, known := told(err); known {
			v.OwnFault = f
		} else if err != nil {
			return err
		} else {
			v.Own = &own
		}
		group, err := c.Panel.Group(q.Context(), q.Actor, v.ID)
		if err != nil {
			return err
		}
		v.In = group == v.Of.Group
	}
	return q.Render(http.StatusOK, show(v))
}

// told gives a fault that is said on the page.
func told(err error) (*fault.Fault, bool) {
	if kind := fault.KindOf(err); err == nil || kind != fault.Conflict && kind != fault.Unavailable {
		return nil, false
	}
	var f *fault.Fault
	return f, errors.As(err, &f)
}

// frame is the frame of everybody's page.
func (v showView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: v.heading(q) + " · " + v.Title, Section: ui.Consultations, Owner: v.AdministrationName, Address: v.Address,
		Crumbs: []ui.Crumb{
			{Label: q.T("ui.nav.consultations"), Path: "/"},
			{Label: v.Title, Path: "/consultations/" + v.Slug, Lang: v.Language},
			{Label: q.T("draw.title")},
		},
	}
}

// draw is the draw; the zero one before its list is fixed.
func (v view) draw() drawing.Draw {
	if v.Of.Draw == nil {
		return drawing.Draw{}
	}
	return *v.Of.Draw
}

// fixed, committed and drawn tell which steps were taken, also of a withdrawn draw.
func (v view) fixed() bool     { return v.Of.Draw != nil }
func (v view) committed() bool { return !v.draw().CommittedAt.IsZero() }
func (v view) drawn() bool     { return v.draw().WasDrawn() }
func (v view) withdrawn() bool { return v.draw().State() == drawing.Withdrawn }

// heading names the page by what is done.
func (v view) heading(q *page.Request) string {
	if v.drawn() {
		return q.T("draw.heading_drawn", "n", v.draw().Rule.Size, "group", v.Of.Name)
	}
	return q.T("draw.heading", "group", v.Of.Name)
}

// state is the line that says where the draw stands.
func (v view) state(q *page.Request) (tone, icon, words string) {
	switch d := v.draw(); {
	case v.withdrawn():
		return "due", "it-warning-circle", q.T("draw.state.withdrawn")
	case v.drawn():
		return "ok", "it-check-circle", q.T("draw.state.drawn")
	case v.committed():
		return "", "it-clock", q.T("draw.state.committed", "moment", q.Moment(d.Due()))
	case v.fixed():
		return "", "it-clock", q.T("draw.state.listed")
	}
	return "", "it-clock", q.T("draw.state.before")
}

// entry says where a step stands in the record; "" before it.
func (v view) entry(q *page.Request, t ledger.Type) string {
	e, ok := v.Entries[t]
	if !ok {
		return ""
	}
	return q.T("draw.entry", "n", e.Sequence, "moment", q.Moment(e.Minute))
}

// record is the address of a file of the draw.
func (v view) record(name string) string {
	return "/record/" + v.Slug + "/draws/" + v.Of.Group + "/" + name
}

// percent writes a share in thousandths.
func percent(q *page.Request, thousandths int) string {
	return q.T("draw.percent", "whole", q.Number(thousandths/10), "tenth", thousandths%10)
}

// chance writes a chance.
func chance(q *page.Request, c float64) string { return percent(q, int(c*1000+.5)) }

// grouped writes a digest in groups of eight digits.
func grouped(digits string) string {
	var out []string
	for chunk := range slices.Chunk([]byte(digits), 8) {
		out = append(out, string(chunk))
	}
	return strings.Join(out, " ")
}

// root writes a hash as the pages do.
func root(h [32]byte) string { return grouped(hex.EncodeToString(h[:])) }

// signature is the beacon's, in hex.
func signature(d drawing.Draw) string { return grouped(hex.EncodeToString(d.Result.Beacon.Signature)) }

// randomness is the beacon's value.
func randomness(d drawing.Draw) string { return root(d.Result.Beacon.Randomness()) }

// list writes numbers between dots.
func list(n []int) string {
	out := make([]string, len(n))
	for i, v := range n {
		out[i] = strconv.Itoa(v)
	}
	return strings.Join(out, " · ")
}

// sample are four lines of the list, around its middle.
func sample(r draw.Roll) []draw.Place {
	all := r.Places()
	from := max(0, len(all)/2-2)
	return all[from:min(from+4, len(all))]
}

// composed is one quota beside population and pool.
type composed struct {
	draw.Composed
	Shares [3]int // thousandths of population, pool, panel; -1 for one that is not told
}

// composition counts population, pool and panel by quota.
func composition(d drawing.Draw) []composed {
	share := func(n, of int) int { return (n*2000 + of) / (2 * of) }
	var out []composed
	for _, c := range draw.Compose(d.Roll, d.Rule, d.Result.Panel) {
		one := composed{Composed: c, Shares: [3]int{-1, share(c.Pool, d.Roll.N()), share(c.Panel, d.Rule.Size)}}
		if c.Population > 0 {
			one.Shares[0] = share(c.Population, d.Rule.Population)
		}
		out = append(out, one)
	}
	return out
}

// mostDrawn bounds the rows of a picture; all are in the table.
const mostDrawn = 16

// parts are the rows of the picture.
func parts(all []composed) []chart.Part {
	var out []chart.Part
	for _, c := range all[:min(len(all), mostDrawn)] {
		out = append(out, chart.Part{Label: c.Name, Shares: c.Shares})
	}
	return out
}

// names are population, pool and panel.
func names(q *page.Request) [3]string {
	return [3]string{q.T("draw.population"), q.T("draw.pool"), q.T("draw.panel")}
}

// told writes a number of people and their share; a dash where it is not told.
func (c composed) told(q *page.Request, i int) string {
	n := [3]int{c.Population, c.Pool, c.Panel}[i]
	if c.Shares[i] < 0 {
		return "–"
	}
	return q.Number(n) + " · " + percent(q, c.Shares[i])
}

// stages are how many are left at each stage.
func (v showView) stages(q *page.Request) []chart.Stage {
	d := v.draw()
	var out []chart.Stage
	add := func(key string, n int, words string) {
		out = append(out, chart.Stage{Label: q.T("draw.stage." + key), N: n, Words: words})
	}
	if d.Rule.Invited > 0 {
		add("invited", d.Rule.Invited, q.Number(d.Rule.Invited))
	}
	add("pool", d.Roll.N(), q.Number(d.Roll.N()))
	add("drawn", d.Rule.Size, q.Number(d.Rule.Size))
	n := v.Enrolled.Groups[v.Of.Group]
	switch {
	case v.Enrolled.Exact:
		add("enrolled", n, q.Number(n))
	case n > 0:
		add("enrolled", n, q.T("draw.at_least", "n", q.Number(n)))
	}
	return out
}

// opened says what became of a guarantor's value.
func (v view) opened(q *page.Request, g drawing.Guarantor) (icon, words string) {
	switch {
	case g.Value != "":
		return "it-check-circle", q.T("draw.guarantor.opened", "name", g.Name, "moment", q.Moment(g.At))
	case v.drawn() || v.committed() && !q.Now.Before(v.draw().Due()):
		return "it-warning-circle", q.T("draw.guarantor.silent", "name", g.Name)
	}
	return "it-clock", q.T("draw.guarantor.closed", "name", g.Name)
}

// utc writes an instant as beacons count: to the second.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// ownTitle says to its owner how their ticket fared.
func (v showView) ownTitle(q *page.Request) string {
	o := v.Own
	switch {
	case v.OwnFault != nil:
		return q.T("draw.own.unknown")
	case o.Unsaid:
		return q.T("draw.own.unsaid")
	case !o.Listed:
		return q.T("draw.own.absent")
	case o.Drawn:
		return q.T("draw.own.drawn")
	case o.Reserve > 0:
		return q.T("draw.own.reserve", "place", o.Reserve)
	case v.drawn():
		return q.T("draw.own.not_drawn")
	}
	return q.T("draw.own.listed")
}
