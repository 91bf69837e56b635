package verdict

import (
	"slices"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
)

// view is what was published about one subject in one round: all that figures
// and verdicts are computed from.
type view struct {
	doc    *table.Counts
	counts table.ItemCounts
	form   delphi.Form
	kind   delphi.ItemKind
	tables map[string]table.Table // by letter, "G/" with the group, "P/" with the item, "A/low" and "A/high"
	root   []byte                 // of the round; nil when unknown

	all bool // shares are of all who answered, "cannot judge" included
}

// views finds a subject in the closings of answering rounds, oldest first. Of a
// standing round each release that names the subject counts as one.
func views(p protocol.Protocol, subject string, rounds []table.Closing) []view {
	var out []view
	for i := range rounds {
		c := &rounds[i]
		kind := p.Round(c.Counts.Round).Kind
		if kind != delphi.AnswerRound && kind != delphi.StandingKind {
			continue
		}
		for _, item := range c.Counts.Items {
			if item.Item != subject {
				continue
			}
			k, ok := p.Kind(item.Kind)
			if !ok {
				continue
			}
			v := view{doc: &c.Counts, counts: item, kind: k, form: k.In(kind), tables: map[string]table.Table{}, root: c.Root,
				all: p.Consensus.Denominator == protocol.DenominatorAnswered}
			v.collect(c.Tables)
			out = append(out, v)
		}
	}
	return out
}

func (v *view) collect(tables []table.Table) {
	ranked := v.form == delphi.RankingForm
	name := v.kind.Voice(v.counts.Item)
	for _, t := range tables {
		if !t.Whole() {
			continue
		}
		letter, rest, _ := strings.Cut(t.ID, "/")
		switch {
		case letter == "K" && rest == name:
			v.tables[letter] = t
		case ranked && letter == "P":
			v.tables[t.ID] = t
		case ranked:
		case letter == "G" && strings.HasPrefix(rest, v.counts.Item+"/"):
			v.tables["G/"+rest[len(v.counts.Item)+1:]] = t
		case rest == v.counts.Item || t.ID == table.AnswersID(v.kind, v.counts.Item):
			v.tables[letter] = t
		case t.ID == table.LowID(v.counts.Item):
			v.tables["A/low"] = t
		case t.ID == table.HighID(v.counts.Item):
			v.tables["A/high"] = t
		}
	}
}

// last gives the view to be measured and the one that it is compared with, nil
// where there is none. In answer rounds the last closing must name the subject;
// in a standing round its last release stands.
func last(p protocol.Protocol, item delphi.Item, rounds []table.Closing) (now, before *view) {
	return lastOf(p, table.Subject(p, item), item.New, rounds)
}

func lastOf(p protocol.Protocol, subject string, fresh bool, rounds []table.Closing) (now, before *view) {
	all := views(p, subject, rounds)
	if len(all) == 0 {
		return nil, nil
	}
	now = &all[len(all)-1]
	if !p.Standing() && now.doc.Round != rounds[len(rounds)-1].Counts.Round {
		return nil, nil
	}
	if len(all) > 1 && (!fresh || p.Standing()) {
		before = &all[len(all)-2]
	}
	return now, before
}

// adjacent says whether before is the answering round just before now, so that
// the two have pairs.
func (v *view) adjacent(p protocol.Protocol, before *view) bool {
	n := v.doc.Round - 1
	for n > 0 && p.Round(n).Kind != delphi.AnswerRound {
		n--
	}
	return n > 0 && before.doc.Round == n
}

// main is the letter of the table that holds the subject's own counts.
func (v *view) main() string {
	if v.form == delphi.SelectionForm {
		return "S"
	}
	return "A"
}

// spread is a published table of a scale: counts over spans of points, single
// points where the whole table exists.
type spread struct {
	spans  [][2]int
	counts []int
	n      int // valid answers
	of     int // the denominator of shares: n, or those who cannot judge as well
	kind   delphi.ItemKind
}

// spread reads table A, or a group's G. False when it does not exist.
func (v *view) spread(letter string) (spread, bool) {
	t, ok := v.tables[letter]
	if !ok || t.N == 0 || v.form != delphi.ScaleForm && v.form != delphi.CriteriaForm {
		return spread{kind: v.kind}, false
	}
	s := spread{counts: t.Counts, n: t.N, of: t.N, kind: v.kind}
	if v.all && letter == "A" {
		s.of += v.counts.CannotJudge
	}
	switch len(t.Counts) {
	case v.kind.Points:
		for i := 1; i <= v.kind.Points; i++ {
			s.spans = append(s.spans, [2]int{i, i})
		}
	case len(v.kind.Thirds()):
		s.spans = v.kind.Thirds()
	default:
		return spread{kind: v.kind}, false
	}
	return s, true
}

// fine says whether every point has its own count.
func (s spread) fine() bool { return len(s.spans) == s.kind.Points }

// points gives the histogram by point, nil when only thirds were published.
func (s spread) points() []int {
	if !s.fine() {
		return nil
	}
	return s.counts
}

// within counts the answers from..to; false when a published span lies across
// the border, so that the count cannot be known.
func (s spread) within(from, to int) (int, bool) {
	n := 0
	for i, c := range s.spans {
		switch {
		case c[0] >= from && c[1] <= to:
			n += s.counts[i]
		case c[1] >= from && c[0] <= to:
			return 0, false
		}
	}
	return n, true
}

// classes counts by the classes of the scale, or by the published spans where
// those are coarser.
func (s spread) classes() ([][2]int, []int) {
	out := make([]int, len(s.kind.Classes))
	for i, c := range s.kind.Classes {
		n, ok := s.within(c[0], c[1])
		if !ok {
			return s.spans, s.counts
		}
		out[i] = n
	}
	return s.kind.Classes, out
}

// coarsest brings two spreads of the same scale to the detail that both have.
func coarsest(a, b spread) (x, y []int) {
	if len(a.spans) == len(b.spans) {
		return a.counts, b.counts
	}
	if len(a.spans) > len(b.spans) {
		y, x = coarsest(b, a)
		return x, y
	}
	y = make([]int, len(a.spans))
	for i, c := range a.spans {
		y[i], _ = b.within(c[0], c[1])
	}
	return a.counts, y
}

// histograms gives both rounds' published counts over the same values; false
// when one is missing.
func histograms(before, now *view) (x, y []int, ok bool) {
	switch now.form {
	case delphi.ScaleForm, delphi.CriteriaForm:
		a, aok := before.spread("A")
		b, bok := now.spread("A")
		if !aok || !bok || a.kind.Points != b.kind.Points {
			return nil, nil, false
		}
		x, y = coarsest(a, b)
		return x, y, true
	}
	a, b := before.tables[now.main()], now.tables[now.main()]
	if a.N == 0 || b.N == 0 {
		return nil, nil, false
	}
	if !slices.Equal(a.Values, b.Values) {
		x, y = aligned(a, b)
		return x, y, x != nil
	}
	return a.Counts, b.Counts, true
}

// aligned counts two tables of options over the options of both: one that was
// dropped or came later has 0 in the other round. nil for tables of an estimate,
// whose values differ only when one of them is coarser.
func aligned(a, b table.Table) (x, y []int) {
	if strings.Contains(strings.Join(a.Values, "")+strings.Join(b.Values, ""), "..") {
		return nil, nil
	}
	values := slices.Clone(a.Values)
	for _, v := range b.Values {
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	x, y = make([]int, len(values)), make([]int, len(values))
	for i, v := range values {
		if j := slices.Index(a.Values, v); j >= 0 {
			x[i] = a.Counts[j]
		}
		if j := slices.Index(b.Values, v); j >= 0 {
			y[i] = b.Counts[j]
		}
	}
	return x, y
}

// zeros is the protocol's treatment of people who did not move.
func zeros(p protocol.Protocol) stat.Zeros {
	switch p.Stability.Wilcoxon.Zeros {
	case "pratt":
		return stat.Pratt
	case "split":
		return stat.Split
	}
	return stat.Drop
}

// square reads a T or M table as rows of width cells; nil when it has others.
func square(t table.Table, width int) [][]int {
	if width < 1 || len(t.Counts) != width*width {
		return nil
	}
	return slices.Collect(slices.Chunk(t.Counts, width))
}
