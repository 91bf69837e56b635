package study

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// form is what the text of a cell is before anything is known of its item.
type form int

const (
	empty  form = iota
	number      // a number, of any decimals
	worded      // anything else
	vague       // 1.234, where it cannot be told whether a thousand or a fraction is meant
)

// answer is one text of a cell.
type answer struct {
	text     string
	form     form
	whole    int64 // the number is whole·10^−decimals
	decimals int
}

// meaning reads the text of a cell. A comma stands for decimals where it does not
// stand between fields (comma); a point before three digits may then be a thousand,
// unless numbers are stored as such (exact).
func meaning(text string, comma, exact bool) answer {
	s := clean(text)
	a := answer{text: s, form: worded}
	if s == "" {
		a.form = empty
		return a
	}
	n := strings.TrimPrefix(strings.Replace(s, "\u2212", "-", 1), "+")
	body := strings.TrimPrefix(n, "-")
	if comma && strings.Count(n, ",") == 1 && !strings.Contains(n, ".") {
		n = strings.Replace(n, ",", ".", 1)
	} else if from, after, ok := strings.Cut(body, "."); comma && !exact && ok && len(after) == 3 && digits(after) == 3 && digits(from) == len(from) && len(from) <= 3 && from != "0" {
		a.form = vague
		return a
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(n, "-"), ".")
	fraction = strings.TrimRight(fraction, "0")
	joined := whole + fraction
	if digits(joined) != len(joined) || whole == "" || len(joined) > 15 {
		return a
	}
	v, err := strconv.ParseInt(joined, 10, 64)
	if err != nil {
		return a
	}
	if strings.HasPrefix(n, "-") {
		v = -v
	}
	a.form, a.whole, a.decimals = number, v, len(fraction)
	return a
}

// name is what different spellings of one answer have in common.
func (a answer) name() string {
	if a.form == number {
		return strconv.FormatInt(a.whole, 10) + "e-" + strconv.Itoa(a.decimals)
	}
	return a.text
}

// in gives the number in units of 10^−decimals; false for a fraction of them.
func (a answer) in(decimals int) (int, bool) {
	v := a.whole
	for range decimals - a.decimals {
		if v > math.MaxInt64/10 || v < math.MinInt64/10 {
			return 0, false
		}
		v *= 10
	}
	return int(v), a.decimals <= decimals
}

// Texts by which software and people say that there is no answer, that it cannot be
// given, or that something never happens.
var (
	absent = strings.Fields("na n/a n.a. #n/a #n/d nan null none nil nr n.r. nd n.d. n/d - -- — . missing")
	unsure = []string{"ns", "n.s.", "non so", "dk", "don't know", "dont know", "cannot judge", "non so giudicare", "unable to score", "?"}
	nevers = []string{"never", "mai", "inf", "∞", "infinity", "infinito"}
	yes    = []string{"x", "✓", "✔", "yes", "y", "sì", "si", "s", "true", "vero", "1", "selected", "checked"}
	no     = []string{"no", "n", "false", "falso", "0", "not selected", "unchecked"}
)

// says tells whether a text is one of a list, without case.
func (a answer) says(list []string) bool { return slices.Contains(list, strings.ToLower(a.text)) }

// usual says whether a text is one that stands for no answer in published data.
func (a answer) usual() bool {
	if a.says(absent) || a.says(unsure) {
		return true
	}
	v, whole := a.in(0)
	if a.form != number || !whole {
		return false
	}
	return slices.Contains([]int{-1, -2, -3, -4, -5, -6, -7, -8, -9}, v) || slices.Contains([]int{66, 77, 88, 97, 98, 99, 666, 777, 888, 997, 998, 999, 9999, 99999}, max(v, -v))
}
