package study

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/resample"
	"delfi/internal/delphi/verdict"
	"delfi/internal/study/words"
)

// width is what a terminal or a printed page holds.
const width = 80

// binsMost is how many bars a histogram has at most: a scale has up to 11 points,
// the grid of an estimate has more, which are then drawn together.
const binsMost = 11

// Write prints a result as a readable table, with one small bar for each point of
// the scale, in 80 columns.
func (r Result) Write(out io.Writer, w words.Words) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %s\n", w.Many(r.Panelists, "panelist"), w.Many(len(r.Items), "item"), w.Many(len(r.Rounds), "round"))
	wrapped(&b, "", w.Summary(r.Reached()))
	for _, round := range r.Rounds {
		round.write(&b, w)
	}
	for _, n := range r.Read(w) {
		wrapped(&b, w.T("text.note"), printed(n, 1000))
	}
	for _, n := range r.Warnings {
		wrapped(&b, w.T("text.warning"), printed(n.In(w), 1000))
	}
	for _, it := range r.Questions() {
		it.write(&b, w)
	}
	b.WriteString("\n" + w.T("text.legend"))
	if r.Seed != "" {
		wrapped(&b, "", w.T("text.seed", w.Whole(resample.Resamples), printed(r.Seed, 1000)))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// Questions are the items of a result, the options of a choice or a ranking as one:
// they have one verdict.
func (r Result) Questions() []Item {
	options := map[string][]string{} // of each list
	for _, it := range r.Items {
		options[it.list] = append(options[it.list], it.Item)
	}
	var out []Item
	for _, it := range r.Items {
		if it.list != "" {
			if options[it.list][0] != it.Item {
				continue
			}
			it.Options = options[it.list]
			it.Item = it.list
		}
		out = append(out, it)
	}
	return out
}

// Name is what an item is called: of a list with its options.
func (it Item) Name(w words.Words) string {
	switch {
	case it.Kind == string(delphi.RankingForm):
		return w.T("text.order", it.Item, strings.Join(it.Options, ", "))
	case len(it.Options) > 0:
		return w.T("text.oneof", it.Item, strings.Join(it.Options, ", "))
	}
	return it.Item
}

func (r Round) write(b *strings.Builder, w words.Words) {
	text := w.T("text.round", r.Round, r.Answered, r.Enrolled)
	if alpha := r.Measures.Value("krippendorff_ordinal"); alpha.Defined() {
		text += ", " + w.T("text.alpha", w.Number(alpha, 2))
		if n, ok := r.Intervals.Of("krippendorff_ordinal"); ok {
			text += " " + w.T("interval.whole", w.Number(n.Low, 2), w.Number(n.High, 2))
		}
	}
	if ac := r.Measures.Value("ac2_quadratic"); ac.Defined() {
		text += ", " + w.T("text.ac2", w.Number(ac, 2))
	}
	wrapped(b, "", text)
}

// line is one row of an item's table: figures on the right of their columns,
// bars and the last column on the left.
type line struct {
	round, n, bars, median, iqr, top, agreement, change, same, last string
	wide                                                            int // of the bars
}

func (l line) write(b *strings.Builder) {
	row := strings.TrimPrefix(left(l.round, 6), " ") + left(l.n, 7) + "  " + right(l.bars, l.wide) + left(l.median, 8) + left(l.iqr, 5) + left(l.top, 7)
	if l.agreement == "" {
		row += "  " + l.last // a group's name has all the room that is left
	} else {
		row += left(l.agreement, 6) + left(l.change, 7) + left(l.same, 7) + "  " + l.last
	}
	b.WriteString(strings.TrimRight(row, " ") + "\n")
}

// left writes a figure at the right of its column, apart from the one before it also
// where it is wider.
func left(s string, n int) string {
	return strings.Repeat(" ", max(1, n-utf8.RuneCountInString(s))) + s
}

func right(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}

func (it Item) write(b *strings.Builder, w words.Words) {
	fmt.Fprintf(b, "\n%s\n", printed(it.Name(w), width))
	if it.Label != "" && it.Label != it.Item {
		wrapped(b, "", printed(it.Label, 1000))
	}
	if it.Kind == string(delphi.TextForm) {
		b.WriteString("→ " + w.T("text.open") + "\n")
		return
	}
	wide := 4
	for _, row := range it.Rounds {
		wide = max(wide, len(Bins(row.Counts)))
	}
	top := w.T("column.top")
	if it.Window != "" {
		top = w.T("column.at", it.Window)
	}
	agreement := w.T("column.agreement")
	ranking := it.Kind == string(delphi.RankingForm)
	if ranking {
		agreement = w.T("column.w")
	}
	line{w.T("column.round"), w.T("column.n"), "", w.T("column.median"), w.T("column.iqr"), top, agreement, w.T("column.change"), w.T("column.same"), w.T("column.verdict"), wide}.write(b)
	for _, row := range it.Rounds {
		m := row.Measures
		centre, concord := it.Level(w, m.Value("median")), m.Value("agreement")
		if ranking {
			concord = m.Value("w")
		}
		line{fmt.Sprint(row.Round), fmt.Sprint(row.N), Bars(Bins(row.Counts)), centre, w.Number(m.Value("iqr"), 2),
			it.Top(w, row), w.Number(concord, 2), w.Percent(m.Value("scheibe")), row.Kept(w),
			w.Short(verdict.Key(row.Verdict), row.Side), wide}.write(b)
		for _, g := range row.Groups {
			if g.Withheld {
				line{last: w.T("text.withheld", printed(g.Group, 20)), wide: wide}.write(b)
				continue
			}
			line{n: fmt.Sprint(g.N), bars: Bars(Bins(g.Counts)), median: it.Level(w, g.Median), iqr: w.Number(g.Q3.Minus(g.Q1), 2),
				top: it.GroupTop(w, g), last: printed(g.Group, 30), wide: wide}.write(b)
		}
	}
	it.conclude(b, w)
}

// conclude says the verdict of an item in words, with its grounds: what held and
// what failed, and what other published rules would say.
func (it Item) conclude(b *strings.Builder, w words.Words) {
	c := it.Case()
	wrapped(b, "→ ", w.Title(c)+". "+w.Sentence(c))
	mark := func(key, text string) { wrapped(b, "  "+right(w.T("mark."+key), 7), text) }
	for _, g := range it.Verdict.Grounds {
		text, stated := w.Ground(g, c.Rule, it.Shown())
		switch {
		case stated:
			mark("note", text)
		case g.Holds:
			mark("holds", text)
		default:
			mark("fails", text)
		}
	}
	for _, text := range it.Remarks(w) {
		mark("note", text)
	}
	it.others(b, w)
}

// Remarks are what is to be said of an item beside its verdict: whether those who
// left could turn it, what is hidden, its intervals and its content validity.
func (it Item) Remarks(w words.Words) []string {
	var out []string
	row := it.Last()
	if a := it.Attrition; it.Verdict.Key != verdict.TooFew && a.Leavers > 0 && a.Defined && !a.Robust {
		out = append(out, w.T("attrition", a.Leavers, w.Verdict(a.Low, a.LowSide), w.Verdict(a.High, a.HighSide)))
	}
	if slices.ContainsFunc(it.Rounds, func(row ItemRound) bool { return row.Thirds }) {
		out = append(out, w.T("thirds"))
	}
	if ranks := it.Ranks(row); len(ranks) > 0 {
		texts := make([]string, len(ranks))
		for i, r := range ranks {
			texts[i] = r.Name + " " + w.Number(r.Value, 2)
		}
		out = append(out, w.T("ranks", row.Round, strings.Join(texts, ", ")))
	}
	var intervals []string
	for _, n := range row.Intervals {
		if !n.Low.Defined() {
			continue
		}
		low, high := w.Number(n.Low, 2), w.Number(n.High, 2)
		if n.Measure == "median" {
			low, high = it.Level(w, n.Low), it.Level(w, n.High)
		}
		intervals = append(intervals, w.T("interval", w.T("measure."+n.Measure), low, high))
	}
	if len(intervals) > 0 {
		out = append(out, w.T("intervals", row.Round, strings.Join(intervals, ", ")))
	}
	// Content validity is asked for on scales of three and four points.
	if m := row.Measures; it.Kind == string(delphi.ScaleForm) && it.Scale.Points() <= 4 && m.Value("icvi").Defined() {
		least := w.T("content.none")
		if v := m.Value("cvr_critical"); v.Defined() {
			least = w.T("content.least", w.Number(v, 2))
		}
		out = append(out, w.T("content", row.Round, w.Number(m.Value("icvi"), 2), w.Number(m.Value("icvi_kappa"), 2), w.Number(m.Value("cvr"), 2), least))
	}
	return out
}

// Ranks gives the mean ranks of a list in a round, the best first.
func (it Item) Ranks(row ItemRound) []verdict.Figure {
	var out []verdict.Figure
	for _, f := range row.Measures {
		if name, ok := strings.CutPrefix(f.Name, "mean_rank/"); ok && f.Value.Defined() {
			out = append(out, verdict.Figure{Name: name, Value: f.Value})
		}
	}
	slices.SortStableFunc(out, func(a, b verdict.Figure) int { return cmp.Compare(a.Value.Or(0), b.Value.Or(0)) })
	return out
}

// others lists what each published rule would say, one verdict after the other.
func (it Item) others(b *strings.Builder, w words.Words) {
	if it.Verdict.Key == verdict.TooFew {
		return // no rule judges so few
	}
	var order []string
	by := map[string][]string{}
	for _, s := range it.Sensitivity {
		verdict := ""
		if s.Defined {
			verdict = w.Verdict(s.Key, s.Side)
		}
		if by[verdict] == nil {
			order = append(order, verdict)
		}
		by[verdict] = append(by[verdict], w.Published(s.Rule))
	}
	for _, verdict := range order {
		if verdict == "" {
			wrapped(b, "  ", w.T("others.undefined", strings.Join(by[verdict], ", ")))
			continue
		}
		wrapped(b, "  ", w.T("others.by", strings.Join(by[verdict], ", "), verdict))
	}
}

// Level writes a place on the scale; of a date its words.
func (it Item) Level(w words.Words, v stat.Value) string {
	f, ok := v.Float()
	if ok && it.dated != "" && !math.IsInf(f, 0) {
		return delphi.Date(int(math.Round(f)), it.dated)
	}
	return w.Number(v, 2)
}

// Point writes a place on the scale for a reader who has no use for quarters: of a
// scale of whole numbers the points that it lies between.
func (it Item) Point(w words.Words, v stat.Value) string {
	if it.Kind == string(delphi.ScaleForm) || it.Kind == string(delphi.CriteriaForm) {
		return w.Point(v)
	}
	return it.Level(w, v)
}

// Bins draws neighbouring values together where there are more than bars.
func Bins(counts []int) []int {
	if len(counts) <= binsMost {
		return counts
	}
	out := make([]int, binsMost)
	for i, n := range counts {
		out[i*binsMost/len(counts)] += n
	}
	return out
}

// BinNames names what Bins draws together, by the first and the last value.
func BinNames(values []string) []string {
	if len(values) <= binsMost {
		return values
	}
	first, last := make([]string, binsMost), make([]string, binsMost)
	for i, v := range values {
		at := i * binsMost / len(values)
		if first[at] == "" {
			first[at] = v
		}
		last[at] = v
	}
	for i := range first {
		if last[i] != first[i] {
			first[i] += "–" + last[i]
		}
	}
	return first
}

// Bars draws a histogram in one line: a block for each point, the highest full,
// a dot for nobody.
func Bars(counts []int) string {
	if len(counts) == 0 {
		return ""
	}
	highest := slices.Max(counts)
	blocks := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, n := range counts {
		if n <= 0 {
			b.WriteRune('·')
			continue
		}
		b.WriteRune(blocks[(n*len(blocks)-1)/highest])
	}
	return b.String()
}

// printed makes a name fit for a terminal: on one line, without control
// characters, cut where it is longer than most.
func printed(name string, most int) string {
	name = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, name)), " ")
	if utf8.RuneCountInString(name) > most {
		return string([]rune(name)[:most-1]) + "…"
	}
	return name
}

// wrapped writes text after a first indent, its further lines after spaces.
func wrapped(b *strings.Builder, first, text string) {
	indent := utf8.RuneCountInString(first)
	at := indent
	b.WriteString(first)
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	b.WriteByte('\n')
}
