package figure

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Row is one line of the table. Values come from several rounds: the middle one
// stands for them, the least and the greatest are the spread.
type Row struct {
	Case   string    `json:"case"`
	Unit   string    `json:"unit"` // of Values and Limits
	Values []float64 `json:"values"`
	P50    float64   `json:"p50_ms,omitempty"`
	P99    float64   `json:"p99_ms,omitempty"`
	Limit  string    `json:"limit,omitempty"` // what Values are held against, in words
	Limits []float64 `json:"limits,omitempty"`
	Ratio  float64   `json:"ratio,omitempty"` // the middle of the rounds' own ratios
	Goal   string    `json:"goal,omitempty"`
	Met    string    `json:"met,omitempty"` // "yes", "no", "" without a goal or a value
	Note   string    `json:"note,omitempty"`
}

func Middle(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

func MS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Add notes one round of a rate and of its limit.
func (r *Row) Add(rate float64, p50, p99 time.Duration, limit float64) {
	r.Values = append(r.Values, rate)
	if limit > 0 {
		r.Limits = append(r.Limits, limit)
	}
	// The latencies shown are those of the worst round.
	if p := MS(p99); p >= r.P99 {
		r.P50, r.P99 = MS(p50), p
	}
}

// AtLeast sets the goal as a ratio to the limit, and whether it is met.
func (r *Row) AtLeast(ratio float64) {
	r.Goal = fmt.Sprintf("≥ %g of the limit", ratio)
	var each []float64
	for i := range r.Limits {
		each = append(each, r.Values[i]/r.Limits[i])
	}
	if len(each) > 0 {
		r.Ratio = Middle(each)
	}
	r.Judge(r.Ratio >= ratio)
}

// AtMost sets the goal as a greatest value.
func (r *Row) AtMost(most float64) {
	r.Goal = fmt.Sprintf("≤ %g %s", most, r.Unit)
	r.Judge(Middle(r.Values) <= most)
}

// Judge says whether the goal is met; a row without values meets and misses none.
func (r *Row) Judge(met bool) {
	switch {
	case len(r.Values) == 0:
		r.Met = ""
	case met:
		r.Met = "yes"
	default:
		r.Met = "no"
	}
}

// Number writes two or three figures of a value, and no more precision than it has.
func Number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "—"
	case v == 0:
		return "0"
	case math.Abs(v) >= 100:
		return fmt.Sprintf("%.0f", v)
	case math.Abs(v) >= 10:
		return fmt.Sprintf("%.1f", v)
	case math.Abs(v) < 0.1:
		return fmt.Sprintf("%.2g", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func spread(v []float64) string {
	if len(v) < 2 {
		return ""
	}
	return Number(slices.Min(v)) + "–" + Number(slices.Max(v))
}

// Cells are a row's columns.
func (r Row) Cells() []string {
	met := r.Met
	if r.Goal != "" && met == "" {
		met = "not there"
	}
	some := func(v float64) string {
		if v == 0 {
			return ""
		}
		return Number(v)
	}
	limit := ""
	if len(r.Limits) > 0 {
		limit = Number(Middle(r.Limits))
		if s := spread(r.Limits); s != "" {
			limit += " (" + s + ")"
		}
	}
	value := Number(Middle(r.Values))
	if len(r.Values) > 0 {
		value += " " + r.Unit
	}
	return []string{r.Case, value, spread(r.Values), some(r.P50), some(r.P99), limit, some(r.Ratio), r.Goal, met}
}

var columns = []string{"case", "value", "spread", "p50 ms", "p99 ms", "limit", "ratio", "goal", "met"}

// PrintTable writes the table for a terminal, notes beneath.
func PrintTable(w io.Writer, rows []Row) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(columns, "\t"))
	for _, r := range rows {
		fmt.Fprintln(t, strings.Join(r.Cells(), "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, r := range rows {
		if r.Note != "" {
			fmt.Fprintf(w, "  %s: %s\n", r.Case, r.Note)
		}
	}
	return nil
}

// Markdown is the same table for the README.
func Markdown(rows []Row) string {
	var b strings.Builder
	line := func(cells []string) {
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	line(columns)
	line(slices.Repeat([]string{"---"}, len(columns)))
	for _, r := range rows {
		line(r.Cells())
	}
	b.WriteString("\n")
	for _, r := range rows {
		var about []string
		if r.Limit != "" {
			about = append(about, "held against "+r.Limit)
		}
		if r.Note != "" {
			about = append(about, r.Note)
		}
		if len(about) > 0 {
			fmt.Fprintf(&b, "- **%s**: %s.\n", r.Case, strings.Join(about, "; "))
		}
	}
	return b.String()
}

// Point is how one case grows: what it took at a size.
type Point struct {
	Case  string  `json:"case"`
	Along string  `json:"along"` // "people" or "items"
	Size  int     `json:"size"`
	MS    float64 `json:"ms"`
}

// Thousands writes a count for people.
func Thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// GrowthTable lays points out: a line per case, a column per size.
func GrowthTable(points []Point, along string) string {
	var sizes []int
	for _, p := range points {
		if p.Along == along && !slices.Contains(sizes, p.Size) {
			sizes = append(sizes, p.Size)
		}
	}
	if len(sizes) == 0 {
		return ""
	}
	slices.Sort(sizes)
	var b strings.Builder
	fmt.Fprintf(&b, "| ms, by %s |", along)
	for _, s := range sizes {
		fmt.Fprintf(&b, " %s |", Thousands(s))
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", len(sizes)+1) + "\n")
	for _, c := range caseNames(points) {
		line := of(points, c, along)
		if len(line) == 0 {
			continue
		}
		fmt.Fprintf(&b, "| %s |", c)
		for _, s := range sizes {
			v := math.NaN()
			if i := slices.IndexFunc(line, func(p Point) bool { return p.Size == s }); i >= 0 {
				v = line[i].MS
			}
			fmt.Fprintf(&b, " %s |", Number(v))
		}
		b.WriteString("\n")
	}
	return b.String()
}
