package chart

import "fmt"

// Quartiles are the middle of a distribution, in scale points; Known is false
// where they are not defined or may not be shown (thirds, two poles, few people).
type Quartiles struct {
	Q1, Median, Q3 float64
	Known          bool
}

// Distribution is how one item was answered in one round, as the published
// tables have it.
type Distribution struct {
	ID     string   // begins the ids in the picture: unique on the page
	Title  string   // what is shown, in words
	Counts []int    // by point, or by class when only thirds may be shown
	Labels []string // under each bar: "1" … "9", or "1–3", "4–6", "7–9"
	Class  [][2]int // the classes as ranges of Counts, counted from 1; empty when each bar is one
	Middle Quartiles
	Own    int    // one's own last answer, counted from 1; 0 when there is none
	Low    string // words at the low end of the scale
	High   string // words at the high end
}

// N is the number of answers.
func (d Distribution) N() int { return Total(d.Counts) }

// Words are the words and the decimal sign of a language.
type Words struct {
	T     func(key string, args ...any) string
	Comma bool // 7,5 instead of 7.5
}

// Number writes a scale value with at most one decimal.
func (w Words) Number(v float64) string {
	// Quantiles of whole answers fall on quarters at the finest; a page shows
	// one decimal, which is what a person can do something with.
	s := fmt.Sprintf("%.1f", v)
	if s[len(s)-2:] == ".0" {
		return s[:len(s)-2]
	}
	if w.Comma {
		return s[:len(s)-2] + "," + s[len(s)-1:]
	}
	return s
}

// classes gives the ranges that a description names: the declared classes, or
// each bar by itself.
func (d Distribution) classes() [][2]int {
	if len(d.Class) > 0 {
		return d.Class
	}
	c := make([][2]int, len(d.Counts))
	for i := range c {
		c[i] = [2]int{i + 1, i + 1}
	}
	return c
}

// ClassCounts counts the answers of each class.
func (d Distribution) ClassCounts() []int {
	classes := d.classes()
	counts := make([]int, len(classes))
	for i, c := range classes {
		counts[i] = Sum(d.Counts, c[0], c[1])
	}
	return counts
}

// Describe says in one paragraph what the picture shows: how many answers, the
// share of each class, the median and the middle half, and one's own answer.
func (d Distribution) Describe(w Words) string {
	if d.N() == 0 {
		return w.T("ui.chart.none")
	}
	s := w.T("ui.chart.of", "n", d.N())
	shares := Shares(d.ClassCounts())
	for i, c := range d.classes() {
		sep := ", "
		if i == 0 {
			sep = " "
		}
		if c[0] == c[1] {
			s += sep + w.T("ui.chart.at", "share", shares[i], "value", d.label(c[0]))
		} else {
			s += sep + w.T("ui.chart.between", "share", shares[i], "low", d.label(c[0]), "high", d.label(c[1]))
		}
	}
	s += "."
	if d.Middle.Known {
		s += " " + w.T("ui.chart.middle", "median", w.Number(d.Middle.Median),
			"low", w.Number(d.Middle.Q1), "high", w.Number(d.Middle.Q3))
	}
	if d.Own >= 1 && d.Own <= len(d.Counts) {
		s += " " + w.T("ui.chart.own", "value", d.label(d.Own), "share", Shares(d.Counts)[d.Own-1])
	}
	return s
}

// label is what stands under bar v.
func (d Distribution) label(v int) string {
	if v >= 1 && v <= len(d.Labels) {
		return d.Labels[v-1]
	}
	return fmt.Sprint(v)
}
