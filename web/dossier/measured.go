package dossier

import (
	"math"
	"slices"
	"strconv"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/ui/chart"
)

// Measured is what one round said about an item, or about a list of items that are
// answered together, with the reader's own answer where there is one.
type Measured struct {
	ID       string // begins the ids of its pictures
	Title    string // names its pictures
	Kind     delphi.ItemKind
	Form     delphi.Form // that the kind took in the round
	Counts   table.ItemCounts
	Figures  verdict.Figures
	Criteria []feedback.CriterionResult
	Entries  []Entry        // of a list
	Own      *delphi.Answer // to the item; nil for none
}

// Entry is one item of a list.
type Entry struct {
	Item    string // its id
	Number  int
	Text    string
	Yes, Of int            // of a selection: who selected it, among whom; 0 where no table tells
	Own     *delphi.Answer // nil for none
	Mark    *ui.Mark       // of a selection: its own verdict; nil where none is shown
}

// chosen tells whether the reader chose it.
func (e Entry) chosen() bool { return e.Own != nil && e.Own.Value == 1 }

// Selected reads who selected an item in its tables.
func Selected(tables []table.Table, item string) (yes, of int) {
	for _, t := range tables {
		if t.ID == "S/"+item && len(t.Counts) == 2 {
			return t.Counts[1], t.N
		}
	}
	return 0, 0
}

// Whole tells whether there is anything to show.
func (m Measured) Whole() bool {
	switch m.Form {
	case delphi.RankingForm:
		_, ok := m.more("w")
		return ok
	case delphi.SelectionForm:
		return slices.ContainsFunc(m.Entries, func(e Entry) bool { return e.Of > 0 })
	}
	return m.Form != "" && m.Figures.Histogram != nil
}

// more finds one of the figures without a field of their own.
func (m Measured) more(name string) (float64, bool) {
	for _, f := range m.Figures.More {
		if f.Name == name {
			return f.Value.Float()
		}
	}
	return 0, false
}

// Place writes a place on an estimate's axis: a value, the two dates that it lies
// between, or never.
func Place(q *page.Request, k delphi.ItemKind, v float64) string {
	low, high := int(math.Floor(v+onValue)), int(math.Ceil(v-onValue))
	switch {
	case math.IsInf(v, 0):
		return q.T("consultation.estimate.never_word")
	case low == high:
		return Bare(q, k, low)
	case k.Kind == delphi.DateForm:
		return q.T("ui.chart.in_between", "low", Bare(q, k, low), "high", Bare(q, k, high))
	}
	return ui.Decimal(q, stat.Of(v), 1)
}

// onValue is the width within which a quantile is a value.
const onValue = 1e-9

// Summary says in one sentence what the picture shows; "" where it says enough.
func (m Measured) Summary(q *page.Request) string {
	switch m.Form {
	case delphi.EstimateForm, delphi.DateForm:
		return m.estimated(q)
	case delphi.ChoiceForm:
		return m.leading(q)
	case delphi.RankingForm:
		return m.concord(q)
	}
	return ""
}

// estimated says middle half, median, and who said never.
func (m Measured) estimated(q *page.Request) string {
	var text string
	q1, ok1 := m.Figures.Q1.Float()
	median, ok := m.Figures.Median.Float()
	q3, ok3 := m.Figures.Q3.Float()
	switch {
	case m.Figures.Thirds:
		text = q.T("consultation.paper.summary_thirds")
	case !ok || !ok1 || !ok3:
		return ""
	case q1 == q3:
		text = q.T("consultation.estimate.summary_one", "median", m.withUnit(q, median))
	default:
		text = q.T("consultation.estimate.summary", "low", m.at(q, q1), "high", m.at(q, q3), "median", m.lies(q, median))
	}
	if n, of := m.never(); n > 0 && !m.Figures.Thirds {
		text += " " + q.T("consultation.estimate.who_never", "share", ui.Part(q, ui.The, n, of))
	}
	low, okLow := m.more("low_median")
	high, okHigh := m.more("high_median")
	if okLow && okHigh {
		text += " " + q.T("consultation.estimate.around", "low", Place(q, m.Kind, low), "high", m.withUnit(q, high))
	}
	return text
}

// at is a place after a verb: "a 7,8", "nel 2030", "tra giugno e luglio 2029".
func (m Measured) at(q *page.Request, v float64) string {
	unit := "number"
	switch {
	case math.IsInf(v, 0):
		return q.T("consultation.estimate.at_never")
	case m.between(v):
		return Place(q, m.Kind, v)
	case m.Kind.Kind == delphi.DateForm:
		unit = m.Kind.Unit
	}
	return q.T("consultation.estimate.at_"+unit, "value", Place(q, m.Kind, v))
}

// lies says of a middle value that it is a value, or lies between two dates.
func (m Measured) lies(q *page.Request, v float64) string {
	if m.between(v) {
		return q.T("ui.chart.lies", "place", Place(q, m.Kind, v))
	}
	return q.T("ui.chart.is", "point", m.withUnit(q, v))
}

// between tells whether a place is said by the two dates around it.
func (m Measured) between(v float64) bool {
	return m.Kind.Kind == delphi.DateForm && !math.IsInf(v, 0) && math.Floor(v+onValue) != math.Ceil(v-onValue)
}

func (m Measured) withUnit(q *page.Request, v float64) string {
	words := Place(q, m.Kind, v)
	if m.Kind.Kind == delphi.DateForm || m.Kind.Unit == "" || math.IsInf(v, 0) {
		return words
	}
	return words + " " + m.Kind.Unit
}

// never counts those who answered never, among all who answered.
func (m Measured) never() (n, of int) {
	if h := m.Figures.Histogram; m.Kind.Never && !m.Figures.Thirds && len(h) == m.Kind.Gridded() {
		return h[len(h)-1], m.Figures.N
	}
	return 0, m.Figures.N
}

// leading names the option that most chose, or those that equally many did.
func (m Measured) leading(q *page.Request) string {
	most, best := 0, []string(nil)
	for n, e := range m.Entries {
		switch c := m.count(n); {
		case c > most:
			most, best = c, []string{e.Text}
		case c == most && c > 0:
			best = append(best, e.Text)
		}
	}
	if len(best) != 1 {
		return ""
	}
	return q.T("consultation.choice.leads", "item", best[0], "share", ui.Part(q, ui.The, most, m.Figures.N))
}

// count is how many chose the n-th option.
func (m Measured) count(n int) int {
	at := slices.Index(m.Counts.List, m.Entries[n].Item)
	if at < 0 || at >= len(m.Figures.Histogram) {
		return 0
	}
	return m.Figures.Histogram[at]
}

// concord says how alike orders are, and what their measure means.
func (m Measured) concord(q *page.Request) string {
	w, ok := m.more("w")
	if !ok {
		return ""
	}
	return q.T("consultation.ranking.w_"+likeness[stat.StrengthOf(w)], "w", ui.Decimal(q, stat.Of(w), 2))
}

// likeness names the words for how strongly orders agree.
var likeness = [...]string{stat.VeryWeak: "far", stat.Weak: "some", stat.Moderate: "near", stat.Strong: "alike"}

// Mean is the mean rank of an entry.
func (m Measured) Mean(e Entry) (float64, bool) { return m.more("mean_rank/" + e.Item) }

// byMean gives the entries by their mean ranks, the first one first.
func (m Measured) byMean() []Entry {
	out := slices.Clone(m.Entries)
	slices.SortStableFunc(out, func(a, b Entry) int {
		x, _ := m.Mean(a)
		y, _ := m.Mean(b)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return out
}

// rankWords says a mean rank, and one's own place.
func (m Measured) rankWords(q *page.Request, e Entry, mean float64) string {
	words := q.T("consultation.ranking.mean", "mean", ui.Decimal(q, stat.Of(mean), 1), "of", len(m.Entries))
	if e.Own != nil && e.Own.Value > 0 {
		words += ", " + q.T("consultation.ranking.own", "place", e.Own.Value)
	}
	return words
}

// bar is an option of a list as it is drawn.
type bar struct {
	Entry
	N, Of int
	Share int // permille
}

// bars are those of a choice or a selection.
func (m Measured) bars() []bar {
	var out []bar
	for n, e := range m.Entries {
		b := bar{Entry: e, N: e.Yes, Of: e.Of}
		if m.Form == delphi.ChoiceForm {
			b.N, b.Of = m.count(n), m.Figures.N
		}
		if b.Of > 0 {
			b.Share = 1000 * b.N / b.Of
		}
		out = append(out, b)
	}
	return out
}

// criterion is the distribution of one criterion, with one's own point.
func (m Measured) criterion(q *page.Request, n int, s ui.Scale) (chart.Distribution, bool) {
	c := m.Criteria[n]
	if c.Figures.Histogram == nil {
		return chart.Distribution{}, false
	}
	own := 0
	if m.Own != nil && n < len(m.Own.Criteria) {
		own = m.Own.Criteria[n]
	}
	d := ui.Distribution(ID(m.ID, n), m.Title+", "+Criterion(q, c.Criterion), c.Figures, s, own)
	d.Middle = chart.Quartiles{}
	return d, true
}

// all are the distributions of every criterion that may be shown.
func (m Measured) all(q *page.Request, s ui.Scale) []chart.Distribution {
	var out []chart.Distribution
	for n := range m.Criteria {
		if d, ok := m.criterion(q, n, s); ok {
			out = append(out, d)
		}
	}
	return out
}

// ownPlace is one's own place of an entry; 0 for none.
func (m Measured) ownPlace(e Entry) int {
	if e.Own == nil {
		return 0
	}
	return e.Own.Value
}

// most is how many bars an estimate is drawn with: of a finer grid neighbours are put
// together.
const most = 40

// spread is the picture of an estimate.
func (m Measured) spread(q *page.Request) chart.Spread {
	k, steps := m.Kind, m.Kind.Steps()
	s := chart.Spread{ID: m.ID, Title: m.Title, Desc: q.T("ui.chart.of", "n", m.Figures.N) + " " + m.Summary(q)}
	place := func(v float64) float64 { return (v - float64(k.Min)) / float64(max(1, k.Max-k.Min)) }
	each := (steps + most - 1) / most
	for from := 0; from < steps; from += each {
		b := chart.SpreadBar{From: place(float64(k.Min) + (float64(from)-0.5)*float64(k.Grid)), To: place(float64(k.Min) + (float64(min(from+each, steps))-0.5)*float64(k.Grid))}
		for i := from; i < min(from+each, steps) && i < len(m.Figures.Histogram); i++ {
			b.Count += m.Figures.Histogram[i]
		}
		s.Bars = append(s.Bars, b)
	}
	for _, part := range []int{0, 1, 2} {
		v := k.Min + part*(steps-1)/2*k.Grid
		s.Ticks = append(s.Ticks, chart.Tick{At: place(float64(v)), Label: short(q, k, v)})
	}
	if k.Never {
		s.NeverWord = q.T("consultation.estimate.never_word")
		s.Never, _ = m.never()
	}
	q1, ok1 := m.Figures.Q1.Float()
	median, ok := m.Figures.Median.Float()
	q3, ok3 := m.Figures.Q3.Float()
	if ok && ok1 && ok3 && !math.IsInf(q1, 0) && !math.IsInf(median, 0) && !math.IsInf(q3, 0) {
		s.Middle = chart.Quartiles{Q1: place(q1), Median: place(median), Q3: place(q3), Known: true}
		s.Median = m.withUnit(q, median)
	}
	if m.Own != nil && !m.Own.CannotJudge {
		s.Own, s.OwnAt, s.OwnNever = Value(q, k, m.Own.Value), place(float64(m.Own.Value)), m.Own.Never
		if m.Own.Never {
			s.Own = s.NeverWord
		}
	}
	return s
}

// short writes a value at an axis: of a date its year, or month and year.
func short(q *page.Request, k delphi.ItemKind, v int) string {
	if k.Kind != delphi.DateForm {
		return q.Number(v)
	}
	switch k.Unit {
	case delphi.UnitYear:
		return strconv.Itoa(v)
	case delphi.UnitMonth:
		return strconv.Itoa(v%12+1) + "/" + strconv.Itoa(v/12)
	}
	return delphi.Date(v, k.Unit)
}

// valueRow is one row of the table beneath an estimate.
type valueRow struct {
	Label string
	N     int
}

// values are the answers of an estimate that somebody gave.
func (m Measured) values(q *page.Request) []valueRow {
	var out []valueRow
	for i, n := range m.Figures.Histogram {
		switch {
		case n == 0:
		case i >= m.Kind.Steps():
			out = append(out, valueRow{q.T("consultation.estimate.never_word"), n})
		default:
			out = append(out, valueRow{Value(q, m.Kind, m.Kind.Min+i*m.Kind.Grid), n})
		}
	}
	return out
}

// parts are the thirds of a small panel's estimates: those of its grid, as their table
// has them; "never" goes with the upper one.
func (m Measured) parts(q *page.Request) []valueRow {
	steps, counts := m.Kind.Steps(), m.Figures.Histogram
	from := []int{0, steps / 3, steps - steps/3}
	to := []int{steps/3 - 1, steps - steps/3 - 1, steps - 1}
	if len(counts) == 1 {
		from, to = []int{0}, []int{steps - 1}
	}
	var out []valueRow
	for i, n := range counts {
		if i >= len(from) {
			break
		}
		label := Value(q, m.Kind, m.Kind.Min+to[i]*m.Kind.Grid)
		if from[i] != to[i] {
			label = q.T("consultation.estimate.from_to", "from", Bare(q, m.Kind, m.Kind.Min+from[i]*m.Kind.Grid), "to", label)
		}
		if m.Kind.Never && i == len(counts)-1 {
			label = q.T("consultation.estimate.or_never", "values", label)
		}
		out = append(out, valueRow{label, n})
	}
	return out
}

// grouped tells whether groups are drawn as the whole panel is: estimates, dates and
// choices. Of criteria the deciding one alone has figures by group, drawn as a scale.
func (m Measured) grouped() bool {
	switch m.Form {
	case delphi.EstimateForm, delphi.DateForm, delphi.ChoiceForm:
		return true
	}
	return false
}

// ofGroup is what the round said about one group.
func (m Measured) ofGroup(n int) Measured {
	g := m.Figures.Groups[n]
	out := m
	out.ID, out.Own = ID(m.ID, "g", n), nil
	out.Figures = verdict.Figures{N: g.N, Histogram: g.Histogram, Median: g.Median, Q1: g.Q1, Q3: g.Q3}
	out.Figures.Thirds = !m.Figures.Thirds && m.Form != delphi.ChoiceForm && len(g.Histogram) != m.Kind.Gridded()
	out.Counts.CannotJudge = 0
	out.Entries = nil
	for _, e := range m.Entries {
		e.Own = nil
		out.Entries = append(out.Entries, e)
	}
	return out
}
