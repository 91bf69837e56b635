package study

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
)

// Write prints a result as a readable table, with one small bar for each point of
// the scale.
func (r Result) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d panelists, %d items, %d rounds\n", r.Panelists, len(r.Items), len(r.Rounds))
	for _, round := range r.Rounds {
		fmt.Fprintf(&b, "round %d: %d of %d answered", round.Round, round.Answered, round.Enrolled)
		if alpha := round.Measures.value("krippendorff_ordinal"); alpha.Defined() {
			fmt.Fprintf(&b, ", Krippendorff's α (ordinal) %s", short(alpha, 2))
		}
		b.WriteByte('\n')
	}
	for _, it := range r.Items {
		it.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// columnWidth is enough for any figure of the table.
const columnWidth = 9

func (it Item) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s\n", it.Item)
	bars := utf8.RuneCountInString("histogram")
	for _, row := range it.Rounds {
		bars = max(bars, len(row.Counts))
	}
	heads := []string{"round", "n", "", "median", "IQR", "top", "A", "Cns", "Scheibe", "same", "verdict"}
	for i, h := range heads {
		if i == 2 {
			fmt.Fprintf(b, "  %-*s", bars, "histogram")
			continue
		}
		cell(b, h, i == len(heads)-1)
	}
	b.WriteByte('\n')
	for _, row := range it.Rounds {
		cell(b, fmt.Sprint(row.Round), false)
		cell(b, fmt.Sprint(row.N), false)
		bar := Bars(row.Counts)
		fmt.Fprintf(b, "  %s%s", bar, strings.Repeat(" ", bars-utf8.RuneCountInString(bar)))
		m := row.Measures
		for _, v := range []string{
			short(m.value("median"), 2), short(m.value("iqr"), 2), percent(m.value("top")), short(m.value("agreement"), 2),
			short(m.value("cns"), 2), percent(m.value("scheibe")), percent(m.value("unchanged")),
		} {
			cell(b, v, false)
		}
		cell(b, row.Verdict, true)
		b.WriteByte('\n')
		for _, g := range row.Groups {
			if g.Withheld {
				fmt.Fprintf(b, "%*s  %s: withheld\n", 2*columnWidth, "", g.Group)
				continue
			}
			fmt.Fprintf(b, "%*s  %s  %s: n %d, median %s, top %s\n", 2*columnWidth, "", Bars(g.Counts), g.Group, g.N, short(g.Median, 2), percent(g.Top))
		}
	}
	fmt.Fprintf(b, "  → %s", sentence(it.Verdict))
	if it.Verdict.Key != delphi.TooFew && it.Attrition.Leavers > 0 && it.Attrition.Defined && !it.Attrition.Robust {
		fmt.Fprintf(b, "; not robust: if all who left (%d) had answered at one end, %s or %s", it.Attrition.Leavers, it.Attrition.Low, it.Attrition.High)
	}
	b.WriteByte('\n')
	if len(it.Sensitivity) == 0 {
		return
	}
	parts := []string{}
	for _, s := range it.Sensitivity {
		word := "not defined"
		if s.Defined {
			word = string(s.Key)
			if s.If != "" {
				word += " (" + string(s.If) + ")"
			}
		}
		parts = append(parts, s.Rule+" "+word)
	}
	fmt.Fprintf(b, "  other rules: %s\n", strings.Join(parts, " · "))
}

// cell pads a figure on the left, so that columns stand under each other; the
// last one stands two spaces off.
func cell(b *strings.Builder, s string, last bool) {
	if last {
		b.WriteString("  " + s)
		return
	}
	b.WriteString(strings.Repeat(" ", max(1, columnWidth-utf8.RuneCountInString(s))) + s)
}

// sentence says a verdict in words.
func sentence(v delphi.Verdict) string {
	key, d, tail := v.Key, v.Direction, ""
	if v.If != "" {
		tail, d = fmt.Sprintf("%s (were it stable: %s", v.Key, v.If), v.IfDirection
		key = ""
	}
	if d == delphi.High || d == delphi.Low || d == delphi.Middle {
		tail += ", " + string(d)
	}
	if v.If != "" {
		tail += ")"
	}
	if v.Unanimous {
		tail += ", unanimous"
	}
	if v.Against {
		tail += ", against"
	}
	return string(key) + tail
}

// Bars draws a histogram in one line: a block for each point, the highest full,
// a dot for nobody.
func Bars(counts []int) string {
	highest := 0
	for _, n := range counts {
		highest = max(highest, n)
	}
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

func short(v stat.Value, decimals int) string {
	f, ok := v.Float()
	if !ok {
		return "–"
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

func percent(v stat.Value) string {
	f, ok := v.Float()
	if !ok {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*f)
}
