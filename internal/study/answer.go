package study

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/study/source"
)

// form is what the text of a cell is before anything is known of its item.
type form int

const (
	Empty  form = iota
	Number      // a number, of any decimals
	Worded      // anything else
	Vague       // 1.234, where it cannot be told whether a thousand or a fraction is meant
)

// Answer is one text of a cell.
type Answer struct {
	Text     string
	Form     form
	Whole    int64 // the number is whole·10^−decimals
	Decimals int
}

// Meaning reads the text of a cell. A comma stands for decimals where it does not
// stand between fields (comma); a point before three digits may then be a thousand,
// unless numbers are stored as such (exact).
func Meaning(text string, comma, exact bool) Answer {
	s := source.Clean(text)
	a := Answer{Text: s, Form: Worded}
	if s == "" {
		a.Form = Empty
		return a
	}
	n := strings.TrimPrefix(strings.Replace(s, "\u2212", "-", 1), "+")
	body := strings.TrimPrefix(n, "-")
	if comma && strings.Count(n, ",") == 1 && !strings.Contains(n, ".") {
		n = strings.Replace(n, ",", ".", 1)
	} else if from, after, ok := strings.Cut(body, "."); comma && !exact && ok && len(after) == 3 && source.Digits(after) == 3 && source.Digits(from) == len(from) && len(from) <= 3 && from != "0" {
		a.Form = Vague
		return a
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(n, "-"), ".")
	fraction = strings.TrimRight(fraction, "0")
	joined := whole + fraction
	if source.Digits(joined) != len(joined) || whole == "" || len(joined) > 15 {
		return a
	}
	v, err := strconv.ParseInt(joined, 10, 64)
	if err != nil {
		return a
	}
	if strings.HasPrefix(n, "-") {
		v = -v
	}
	a.Form, a.Whole, a.Decimals = Number, v, len(fraction)
	return a
}

// Name is what different spellings of one answer have in common.
func (a Answer) Name() string {
	if a.Form == Number {
		return strconv.FormatInt(a.Whole, 10) + "e-" + strconv.Itoa(a.Decimals)
	}
	return a.Text
}

// In gives the number in units of 10^−decimals; false for a fraction of them.
func (a Answer) In(decimals int) (int, bool) {
	v := a.Whole
	for range decimals - a.Decimals {
		if v > math.MaxInt64/10 || v < math.MinInt64/10 {
			return 0, false
		}
		v *= 10
	}
	return int(v), a.Decimals <= decimals
}

// Texts by which software and people say that there is no answer, that it cannot be
// given, or that something never happens.
var (
	absent = strings.Fields("na n/a n.a. #n/a #n/d nan null none nil nr n.r. nd n.d. n/d - -- — . missing")
	Unsure = []string{"ns", "n.s.", "non so", "dk", "don't know", "dont know", "cannot judge", "non so giudicare", "unable to score", "?"}
	Nevers = []string{"never", "mai", "inf", "∞", "infinity", "infinito"}
	Yes    = []string{"x", "✓", "✔", "yes", "y", "sì", "si", "s", "true", "vero", "1", "selected", "checked"}
	No     = []string{"no", "n", "false", "falso", "0", "not selected", "unchecked"}
)

// Says tells whether a text is one of a list, without case.
func (a Answer) Says(list []string) bool { return slices.Contains(list, strings.ToLower(a.Text)) }

// Usual says whether a text is one that stands for no answer in published data.
func (a Answer) Usual() bool {
	if a.Says(absent) || a.Says(Unsure) {
		return true
	}
	v, whole := a.In(0)
	if a.Form != Number || !whole {
		return false
	}
	return slices.Contains([]int{-1, -2, -3, -4, -5, -6, -7, -8, -9}, v) || slices.Contains([]int{66, 77, 88, 97, 98, 99, 666, 777, 888, 997, 998, 999, 9999, 99999}, max(v, -v))
}
