package intake

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"delfi/internal/study"
	"delfi/internal/study/source"
)

// names numbers things in the order in which they first come, by their names in
// normal form.
type names struct {
	list  []string
	first []source.Spot
	at    map[string]int // by every spelling that was read
	last  string         // rows of one person follow each other
	which int
}

// number gives the number of a spelling that came before.
func (n *names) number(s string) (int, bool) {
	if len(n.list) > 0 && s == n.last {
		return n.which, true
	}
	i, ok := n.at[s]
	if ok {
		n.last, n.which = s, i
	}
	return i, ok
}

// add gives a new spelling the number of its name, a new one where that is new too.
func (n *names) add(spelt, name string, at source.Spot) int {
	if n.at == nil {
		n.at = map[string]int{}
	}
	i, known := n.at[name]
	if !known {
		name = strings.Clone(name) // the reader reuses its row
		i = len(n.list)
		n.list, n.first = append(n.list, name), append(n.first, at)
		n.at[name] = i
	}
	spelt = strings.Clone(spelt)
	n.at[spelt] = i
	n.last, n.which = spelt, i
	return i
}

var folding = cases.Fold()

// folded is what two names that a hurried reader would take for one have in common:
// letters and digits without case, accents, width, spaces and leading zeros, with one
// form of apostrophe and of dash.
func folded(s string) string {
	if source.Plain(s) {
		s = strings.ToLower(s)
	} else {
		s = folding.String(norm.NFKD.String(s))
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Mn, r):
			return -1
		case strings.ContainsRune("‘’ʼ′´`", r):
			return '\''
		case unicode.Is(unicode.Pd, r) || r == '\u2212':
			return '-'
		}
		return r
	}, s)
	if f, err := strconv.ParseFloat(s, 64); err == nil && source.Digits(s) > 0 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return s
}

// nearMost is how many pairs of near-equal names are told one by one.
const nearMost = 10

// near warns of names that differ only in what folded leaves out. They stay two.
func near(s *study.Study, n *names, what study.Thing, place func(source.Spot) source.Place) {
	seed := maphash.MakeSeed()
	type key struct {
		hash uint64
		at   int
	}
	keys := make([]key, len(n.list))
	for i, name := range n.list {
		keys[i] = key{maphash.String(seed, folded(name)), i}
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.at, b.at)) })
	var pairs [][2]int
	for i := 1; i < len(keys); i++ {
		if keys[i].hash == keys[i-1].hash {
			pairs = append(pairs, [2]int{keys[i-1].at, keys[i].at})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]int) int { return cmp.Compare(a[1], b[1]) })
	for i, p := range pairs {
		if i == nearMost {
			s.Warn("names.more", nil, nil, what, len(pairs)-i)
			break
		}
		a, b := place(n.first[p[0]]), place(n.first[p[1]])
		s.Warn("names", &b, nil, what, n.list[p[0]], a, n.list[p[1]], b)
	}
}
