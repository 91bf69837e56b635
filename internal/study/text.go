package study

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
)

// width is what a terminal or a printed page holds.
const width = 80

// binsMost is how many bars a histogram has at most: a scale has up to 11 points,
// the grid of an estimate has more, which are then drawn together.
const binsMost = 11

// Write prints a result as a readable table, with one small bar for each point of
// the scale, in 80 columns.
func (r Result) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %s\n", many(r.Panelists, "panelist"), many(len(r.Items), "item"), many(len(r.Rounds), "round"))
	for _, round := range r.Rounds {
		fmt.Fprintf(&b, "round %d: %d of %d answered", round.Round, round.Answered, round.Enrolled)
		if alpha := round.Measures.value("krippendorff_ordinal"); alpha.Defined() {
			fmt.Fprintf(&b, ", Krippendorff's α (ordinal) %s", short(alpha, 2))
		}
		b.WriteByte('\n')
	}
	lists := map[string][]string{} // the options of each choice: they are one question
	for _, it := range r.Items {
		lists[it.list] = append(lists[it.list], it.Item)
	}
	for _, it := range r.Items {
		if it.list != "" {
			options := lists[it.list]
			if options[0] != it.Item {
				continue
			}
			it.Item = it.list + ": one of " + strings.Join(options, ", ")
		}
		it.write(&b)
	}
	b.WriteString(`
n: answers; then one bar for each point of the scale, and a dot for nobody
at 7-9 or so: share of the answers there; top: in the largest class
A: van der Eijk's agreement, 1 at one point, 0 even, -1 two camps at the ends
rank, W: of a ranking, the mean rank and Kendall's concordance of the panel
change: part of the panel that would have to move since the round before
same: share of those who answered both rounds and kept their answer
–: not defined, or not to be had; --json has every measure, --fields their words
`)
	_, err := io.WriteString(w, b.String())
	return err
}

// many writes a number of things.
func many(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// line is one row of an item's table: figures on the right of their columns,
// bars and the last column on the left.
type line struct {
	round, n, bars, median, iqr, top, agreement, change, same, last string
	wide                                                            int // of the bars
}

func (l line) write(b *strings.Builder) {
	row := left(l.round, 5) + left(l.n, 8) + "  " + right(l.bars, l.wide) + left(l.median, 8) + left(l.iqr, 6) + left(l.top, 8)
	if l.agreement == "" {
		row += "  " + l.last // a group's name has all the room that is left
	} else {
		row += left(l.agreement, 6) + left(l.change, 7) + left(l.same, 7) + "  " + l.last
	}
	b.WriteString(strings.TrimRight(row, " ") + "\n")
}

func left(s string, n int) string {
	return strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s))) + s
}

func right(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}

func (it Item) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s\n", printed(it.Item, width))
	if it.Kind == string(delphi.TextForm) {
		b.WriteString("→ open text: it is read, not measured\n")
		return
	}
	wide := 4
	for _, row := range it.Rounds {
		wide = max(wide, len(bins(row.Counts)))
	}
	top := "top"
	if it.Window != "" {
		top = "at " + it.Window
	}
	middle, agreement := "median", "A"
	ranking := it.Kind == string(delphi.RankingForm)
	if ranking {
		middle, agreement = "rank", "W"
	}
	line{"round", "n", "", middle, "IQR", top, agreement, "change", "same", "verdict", wide}.write(b)
	for _, row := range it.Rounds {
		m := row.Measures
		centre, concord := it.level(m.value("median")), m.value("agreement")
		if ranking {
			centre, concord = short(m.value("mean_rank/"+it.Item), 2), m.value("w")
		}
		line{fmt.Sprint(row.Round), fmt.Sprint(row.N), Bars(bins(row.Counts)), centre, short(m.value("iqr"), 2),
			percent(m.value("top")), short(concord, 2), percent(m.value("scheibe")), percent(m.value("unchanged")), row.Verdict, wide}.write(b)
		for _, g := range row.Groups {
			if g.Withheld {
				line{last: printed(g.Group, 20) + ": withheld", wide: wide}.write(b)
				continue
			}
			line{n: fmt.Sprint(g.N), bars: Bars(bins(g.Counts)), median: it.level(g.Median), iqr: short(g.Q3.Minus(g.Q1), 2),
				top: percent(g.Top), last: printed(g.Group, 30), wide: wide}.write(b)
		}
	}
	it.conclude(b)
}

// level writes a place on the scale; of a date its words.
func (it Item) level(v stat.Value) string {
	f, ok := v.Float()
	if ok && it.dated != "" && !math.IsInf(f, 0) {
		return delphi.Date(int(math.Round(f)), it.dated)
	}
	return short(v, 2)
}

// bins draws neighbouring values together where there are more than bars.
func bins(counts []int) []int {
	if len(counts) <= binsMost {
		return counts
	}
	out := make([]int, binsMost)
	for i, n := range counts {
		out[i*binsMost/len(counts)] += n
	}
	return out
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

func short(v stat.Value, decimals int) string {
	f, ok := v.Float()
	switch {
	case !ok:
		return "–"
	case math.IsInf(f, 0):
		return "never"
	}
	s := fmt.Sprintf("%.*f", decimals, f)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// percent writes a share with one decimal: 85.7%.
func percent(v stat.Value) string {
	f, ok := v.Float()
	if !ok {
		return "–"
	}
	return short(stat.Of(100*f), 1) + "%"
}
