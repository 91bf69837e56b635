package chart

import (
	"fmt"
	"math"
	"strconv"
)

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

// Words are the words of a language.
type Words struct {
	T func(key string, args ...any) string
}

// Point writes a place on a scale of whole points: a point, or the two that it lies
// between ("tra 6 e 7"), since no quarter of a point was ever answered.
func (w Words) Point(v float64) string {
	low, high, between := around(v)
	if between {
		return w.T("ui.chart.in_between", "low", low, "high", high)
	}
	return strconv.Itoa(low)
}

// At is Point after a verb: "a 6", "tra 6 e 7".
func (w Words) At(v float64) string {
	if _, _, between := around(v); between {
		return w.Point(v)
	}
	return w.T("ui.chart.at_point", "point", w.Point(v))
}

// Lies says of a middle value that it is a point or lies between two.
func (w Words) Lies(v float64) string {
	if _, _, between := around(v); between {
		return w.T("ui.chart.lies", "place", w.Point(v))
	}
	return w.T("ui.chart.is", "point", w.Point(v))
}

// around gives the points on both sides of v; between is false when v is one itself.
func around(v float64) (low, high int, between bool) {
	low, high = int(math.Floor(v+onPoint)), int(math.Ceil(v-onPoint))
	return low, high, low != high
}

// onPoint is the width within which a quantile is a point: far above the error of its
// interpolation, far below the least part of a point that a quantile can lie at.
const onPoint = 1e-9

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
		s += " " + w.T("ui.chart.middle", "median", w.Point(d.Middle.Median), "low", w.At(d.Middle.Q1), "high", w.At(d.Middle.Q3))
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
