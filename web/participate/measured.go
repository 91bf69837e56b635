package participate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// measured is what the stored document says about a question, with the reader's own
// answer; false where it says nothing.
func (p *paperView) measured(q *page.Request, s screen) (dossier.Measured, bool) {
	if p.Feedback == nil {
		return dossier.Measured{}, false
	}
	a := dossier.Question{Kind: s.Kind, Form: p.FormIn(s.Kind.ID, p.Feedback.Round)}
	own := map[string]*delphi.Answer{}
	for n, i := range s.Items { // one that was not asked then is not among them
		if f, told := p.feedback(i.ID); told {
			a.Items = append(a.Items, f.ItemResult)
			own[i.ID.String()] = p.last(s, n)
		}
	}
	if len(a.Items) == 0 {
		return dossier.Measured{}, false
	}
	m := p.sheet.Read.question(a, p.standing(), func() dossier.Measured { return a.Measured(q, p.Feedback.Round) })
	for n := range m.Entries {
		m.Entries[n].Own = own[m.Entries[n].Item]
	}
	if !s.list() {
		m.Own = p.last(s, 0)
	}
	return m, true
}

// last is one's own answer beside the panel's to an item of a question; nil for none.
func (p *paperView) last(s screen, n int) *delphi.Answer {
	if a, ok := p.Own(s.Items[n].ID); ok {
		return &a
	}
	return nil
}

// entryOf is what the round before said of one entry of an order.
func entryOf(m dossier.Measured, s screen, n int) (dossier.Entry, bool) {
	for _, e := range m.Entries {
		if e.Item == s.Items[n].ID.String() {
			_, ok := m.Mean(e)
			return e, ok
		}
	}
	return dossier.Entry{}, false
}

// stripID is the id of an entry's picture.
func stripID(s screen, n int) string { return fmt.Sprintf("p-%d", s.Items[n].Number) }

// farthest is how many of one's own differences from the panel's order are named.
const farthest = 3

// apart names the entries whose own place lies farthest from their mean rank, if by one
// place at least.
func (p *paperView) apart(q *page.Request, m dossier.Measured) []string {
	type away struct {
		by, mean float64
		dossier.Entry
	}
	var all []away
	for _, e := range m.Entries {
		mean, ok := m.Mean(e)
		if !ok || e.Own == nil || e.Own.Value == 0 {
			continue
		}
		if by := math.Abs(mean - float64(e.Own.Value)); by >= 1 {
			all = append(all, away{by, mean, e})
		}
	}
	slices.SortStableFunc(all, func(a, b away) int { return cmp.Compare(b.by, a.by) })
	var lines []string
	for _, a := range all[:min(farthest, len(all))] {
		lines = append(lines, q.T("consultation.ranking.away", "item", ui.In(p.Language, a.Text), "place", a.Own.Value, "mean", ui.Decimal(q, stat.Of(a.mean), 1)))
	}
	return lines
}

// listReasons gives the columns of a list's reasons as this reader sees them.
func (p *paperView) listReasons(s screen) []dossier.Column {
	all := slices.Clone(p.sheet.Read.lists[s.Kind.ID])
	for n, c := range all {
		all[n] = c.Draw(p.Shuffle, -s.number()) // apart from the draws of single statements
	}
	return all
}
