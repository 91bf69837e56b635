package ui

import (
	"math"
	"strconv"
	"strings"
	"time"

	"delfi/internal/delphi/stat"
	"delfi/web/page"
	"delfi/web/ui/chart"
)

// Form is how a percentage stands in a sentence; Italian joins its article to it.
type Form string

// The forms: "84 %", "l’84 %", "dell’84 %", "dall’84 %".
const (
	Plain Form = "plain"
	The   Form = "the"
	Of    Form = "of"
	From  Form = "from"
)

// Percent writes a whole percentage, as chart.Shares and chart.Share give it.
func Percent(q *page.Request, form Form, whole int) string {
	return percent(q, form, whole, strconv.Itoa(whole))
}

// Part writes n among of as a percentage; "–" of nothing.
func Part(q *page.Request, form Form, n, of int) string {
	if of <= 0 {
		return "–"
	}
	return Percent(q, form, chart.Share(n, of))
}

// Proportion writes a share of 0..1 as chart.Share rounds it, "–" when it is not
// defined. A lower bound is rounded down: more must not be promised than is known.
// Neither nobody nor everybody is said of what only rounds to it.
func Proportion(q *page.Request, form Form, v stat.Value, least bool) string {
	return Beside(q, form, v, least, func(int) bool { return true })
}

// Beside writes a share of 0..1 next to a threshold: with one decimal where the whole
// number does not fit what is said of it, as 70 % beside "fewer than 70 %", or would
// be a 0 or 100 that it only rounds to.
func Beside(q *page.Request, form Form, v stat.Value, least bool, fits func(whole int) bool) string {
	x, ok := v.Float()
	if !ok {
		return "–"
	}
	w := whole(x, least)
	some, most := w == 0 && x > onShare, w == 100 && x < 1-onShare
	if fits(w) && !some && !most {
		return Percent(q, form, w)
	}
	tenths := math.Floor(1000*x + onShare)
	if some && tenths == 0 && !least {
		tenths = 1
	}
	return percent(q, form, int(tenths)/10, decimal(q, tenths/10))
}

// Permille writes a threshold of the protocol: "70 %", "72,5 %".
func Permille(q *page.Request, form Form, permille int) string {
	return percent(q, form, permille/10, decimal(q, float64(permille)/10))
}

// onShare is the width within which a share is a whole number of parts: above the
// error of a division, below what one person of a million changes.
const onShare = 1e-7

// whole rounds as chart.Share does: halves up, and a bound always down.
func whole(x float64, least bool) int {
	if least {
		return int(math.Floor(100*x + onShare))
	}
	return int(math.Floor(100*x + 0.5 + onShare))
}

// percent chooses the form by how the number is read: "l’" before 8, 11 and 80 to 89.
func percent(q *page.Request, form Form, whole int, figure string) string {
	key := "ui.percent." + string(form)
	if form != Plain {
		switch {
		case whole == 0:
			key += "_zero"
		case whole == 1 || whole == 8 || whole == 11 || whole >= 80 && whole <= 89:
			key += "_vowel"
		}
	}
	return q.T(key, "share", figure)
}

// decimal writes a number with at most one decimal in the reader's language.
func decimal(q *page.Request, x float64) string {
	s := strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
	if q.Lang == "it" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// Thousandths writes a figure of 0..1 that the protocol holds in thousandths: "0,7".
func Thousandths(q *page.Request, n int) string {
	s := strconv.FormatFloat(float64(n)/1000, 'f', -1, 64)
	if q.Lang == "it" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// Fraction is a share of thousandths as n of few: 3 of 4; false where no small
// fraction is it. Two thirds are written 667 in a protocol of whole thousandths.
func Fraction(permille int) (n, of int, ok bool) {
	for _, of := range []int{2, 3, 4, 5} {
		n := (permille*of + 500) / 1000
		if n > 0 && n < of && (n*1000/of == permille || (n*1000+of/2)/of == permille) {
			return n, of, true
		}
	}
	return 0, 0, false
}

// Date writes a day behind its article or preposition: "l’11 novembre 2026".
func Date(q *page.Request, form Form, t time.Time) string {
	day := q.Date(t)
	if form == Plain {
		return day
	}
	key := "ui.day." + string(form)
	if number, _, _ := strings.Cut(day, " "); number == "8" || number == "11" {
		key += "_vowel"
	}
	return q.T(key, "day", day)
}
