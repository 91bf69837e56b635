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
// normal form. It is a hash table with open addressing, since a million people may stand
// in a table: a map of Go takes three times the memory.
type names struct {
	list  lines
	first pages[source.Spot]
	slots []int32        // places in list from 1, by hash; 0 for none
	other map[string]int // places of other spellings
	last  string         // rows of one person follow each other
	which int
}

// page is how many entries a page has.
const page = 1 << 12

// pages is a list that grows without being copied.
type pages[T any] struct{ full [][]T }

func (p *pages[T]) add(v T) {
	n := len(p.full)
	if n == 0 || len(p.full[n-1]) == page {
		p.full = append(p.full, make([]T, 0, page))
		n++
	}
	p.full[n-1] = append(p.full[n-1], v)
}

func (p pages[T]) at(i int) T { return p.full[i/page][i%page] }

func (p pages[T]) len() int {
	if len(p.full) == 0 {
		return 0
	}
	return (len(p.full)-1)*page + len(p.full[len(p.full)-1])
}

// placed puts a list in another order.
func (p pages[T]) placed(places []int) pages[T] {
	var out pages[T]
	for _, from := range places {
		out.add(p.at(from))
	}
	return out
}

// lines are pages of texts: those of a page lie one after the other, and an entry takes
// the four bytes that say where its text ends.
type lines struct {
	texts []*strings.Builder // by page
	ends  pages[uint32]
}

// add copies a text: the reader reuses its row.
func (l *lines) add(s string) {
	if l.ends.len()%page == 0 {
		l.texts = append(l.texts, new(strings.Builder))
	}
	text := l.texts[len(l.texts)-1]
	text.WriteString(s)
	l.ends.add(uint32(text.Len()))
}

func (l lines) at(i int) string {
	from := uint32(0)
	if i%page > 0 {
		from = l.ends.at(i - 1)
	}
	return l.texts[i/page].String()[from:l.ends.at(i)]
}

func (l lines) len() int { return l.ends.len() }

func (l lines) placed(places []int) lines {
	var out lines
	for _, from := range places {
		out.add(l.at(from))
	}
	return out
}

var nameSeed = maphash.MakeSeed()

// slot gives where a name stands among the slots, or may be put.
func (n *names) slot(name string) int {
	mask := uint64(len(n.slots) - 1)
	at := maphash.String(nameSeed, name) & mask
	for n.slots[at] != 0 && n.list.at(int(n.slots[at])-1) != name {
		at = (at + 1) & mask
	}
	return int(at)
}

// find gives the number of a name.
func (n *names) find(name string) (int, bool) {
	if len(n.slots) == 0 {
		return 0, false
	}
	place := n.slots[n.slot(name)]
	return int(place) - 1, place != 0
}

// number gives the number of a spelling that came before.
func (n *names) number(s string) (int, bool) {
	if n.list.len() > 0 && s == n.last {
		return n.which, true
	}
	i, ok := n.find(s)
	if !ok {
		i, ok = n.other[s]
	}
	if ok {
		n.last, n.which = n.list.at(i), i
		if n.last != s {
			n.last = strings.Clone(s) // the reader reuses its row
		}
	}
	return i, ok
}

// add gives a new spelling the number of its name, a new one where that is new too.
func (n *names) add(spelt, name string, at source.Spot) int {
	i, known := n.find(name)
	if !known {
		i = n.list.len()
		n.list.add(name)
		n.first.add(at)
		if 4*n.list.len() > 3*len(n.slots) {
			n.slots = make([]int32, max(64, 2*len(n.slots)))
			for p := range n.list.len() {
				n.slots[n.slot(n.list.at(p))] = int32(p) + 1
			}
		} else {
			n.slots[n.slot(name)] = int32(i) + 1
		}
	}
	n.last, n.which = n.list.at(i), i
	if spelt != name {
		if n.other == nil {
			n.other = map[string]int{}
		}
		n.last = strings.Clone(spelt)
		n.other[n.last] = i
	}
	return i
}

// all gives the names, when all are read: none is looked up from then on.
func (n *names) all() []string {
	n.slots, n.other = nil, nil
	all := make([]string, n.list.len())
	for i := range all {
		all[i] = n.list.at(i)
	}
	return all
}

var folding = cases.Fold()

// folded is what two names that a hurried reader would take for one have in common:
// letters and digits without case, accents, width, spaces and leading zeros, with one
// form of apostrophe and of dash.
func folded(s string) string {
	if n := len(s); n > 0 && n <= 15 && source.Digits(s) == n && s[0] != '0' {
		return s // as it is written again below
	}
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
	type key struct {
		hash uint32
		at   int32
	}
	keys := make([]key, n.list.len())
	for i := range keys {
		keys[i] = key{uint32(maphash.String(nameSeed, folded(n.list.at(i)))), int32(i)}
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.at, b.at)) })
	var pairs [][2]int
	for i := 1; i < len(keys); i++ {
		a, b := keys[i-1], keys[i]
		if a.hash == b.hash && folded(n.list.at(int(a.at))) == folded(n.list.at(int(b.at))) {
			pairs = append(pairs, [2]int{int(a.at), int(b.at)})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]int) int { return cmp.Compare(a[1], b[1]) })
	for i, p := range pairs {
		if i == nearMost {
			s.Warn("names.more", nil, nil, what, len(pairs)-i)
			break
		}
		a, b := place(n.first.at(p[0])), place(n.first.at(p[1]))
		s.Warn("names", &b, nil, what, n.list.at(p[0]), a, n.list.at(p[1]), b)
	}
}
