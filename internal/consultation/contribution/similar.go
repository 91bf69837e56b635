package contribution

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"delfi/internal/richtext"
)

// alike is the least similarity (cosine of the sets of words, rare words counting
// more) from which two contributions are put next to each other. Found by eye on
// sets of short Italian and English texts: below a fifth, unrelated texts meet.
const alike = 0.2

// queued orders contributions for the desk: pending first, then admitted, then
// rejected; in each, groups of similar ones, the larger first. Nothing in the
// order comes from when or where a row was stored: ties go by random id.
func queued(list []Contribution) []Contribution {
	list = slices.Clone(list)
	// The order that everything below starts from and falls back on.
	slices.SortFunc(list, func(a, b Contribution) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	out := make([]Contribution, 0, len(list))
	next := 1
	for _, state := range []State{Pending, Admitted, Rejected} {
		var part []Contribution
		for _, c := range list {
			if c.State == state {
				part = append(part, c)
			}
		}
		groups := grouped(part)
		// Stable: groups of one priority stay as they are.
		slices.SortStableFunc(groups, func(a, b []int) int { return cmp.Compare(urgency(part, b), urgency(part, a)) })
		for _, group := range groups {
			for _, i := range group {
				c := part[i]
				if len(group) > 1 {
					c.Similar = next
				}
				out = append(out, c)
			}
			if len(group) > 1 {
				next++
			}
		}
	}
	return out
}

// urgency is the greatest priority in a group.
func urgency(list []Contribution, group []int) int {
	most := 0
	for _, i := range group {
		most = max(most, list[i].Case.Priority)
	}
	return most
}

// edge is how similar two contributions are.
type edge struct {
	to     int
	weight float64
}

// grouped gives the indexes of list in groups of similar texts, the larger group
// first; in a group each text stands beside the one most like it so far.
func grouped(list []Contribution) [][]int {
	near := neighbours(list)
	seen := make([]bool, len(list))
	var out [][]int
	for i := range list {
		if seen[i] {
			continue
		}
		// The whole group, by walking the edges.
		group, queue := []int{}, []int{i}
		seen[i] = true
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			group = append(group, at)
			for _, e := range near[at] {
				if !seen[e.to] {
					seen[e.to] = true
					queue = append(queue, e.to)
				}
			}
		}
		out = append(out, chained(group, near))
	}
	// Stable, so that groups of one size stay in the order of their first id.
	slices.SortStableFunc(out, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	return out
}

// chained orders one group: the text that is most like all others first, then
// always the one nearest to the last, or to any when the chain breaks.
func chained(group []int, near [][]edge) []int {
	slices.Sort(group)
	left := map[int]bool{}
	for _, i := range group {
		left[i] = true
	}
	sum := func(i int) (s float64) {
		for _, e := range near[i] {
			s += e.weight
		}
		return s
	}
	start := slices.MaxFunc(group, func(a, b int) int {
		return cmp.Or(cmp.Compare(sum(a), sum(b)), cmp.Compare(b, a))
	})
	out := []int{start}
	delete(left, start)
	for len(left) > 0 {
		next := -1
		for _, e := range near[out[len(out)-1]] { // nearest first
			if left[e.to] {
				next = e.to
				break
			}
		}
		for i := 0; next < 0 && i < len(out); i++ {
			for _, e := range near[out[i]] {
				if left[e.to] {
					next = e.to
					break
				}
			}
		}
		out = append(out, next)
		delete(left, next)
	}
	return out
}

// neighbours gives each text's similar ones, nearest first, ties by index.
func neighbours(list []Contribution) [][]edge {
	sets := make([][]string, len(list))
	holders := map[string][]int{}
	for i, c := range list {
		sets[i] = terms(richtext.Plain(c.Body, maxBody))
		for _, t := range sets[i] {
			holders[t] = append(holders[t], i)
		}
	}
	// A word that few texts have says more than one that all have.
	weight := func(t string) float64 { return math.Log(1 + float64(len(list))/float64(len(holders[t]))) }
	length := make([]float64, len(list))
	for i, set := range sets {
		for _, t := range set {
			length[i] += weight(t) * weight(t)
		}
	}
	near := make([][]edge, len(list))
	for i, set := range sets {
		dot := map[int]float64{}
		for _, t := range set { // sorted: sums of floats come out the same each time
			for _, j := range holders[t] {
				if j != i {
					dot[j] += weight(t) * weight(t)
				}
			}
		}
		for j, d := range dot {
			if s := d / math.Sqrt(length[i]*length[j]); s >= alike {
				near[i] = append(near[i], edge{j, s})
			}
		}
		slices.SortFunc(near[i], func(a, b edge) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.to, b.to)) })
	}
	return near
}

// terms gives the words of a text that carry meaning, each once, sorted, cut to
// what singular and plural, masculine and feminine have in common.
func terms(text string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(plain(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if stop[w] {
			continue
		}
		if w = stem(w); len(w) > 1 && !stop[w] {
			out = append(out, w)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// plain is text in small letters without accents.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(text))
}

// stem cuts the ending off a word: Italian final vowels, English plurals. Crude,
// and the same for everyone: what meets by mistake is only shown side by side.
func stem(w string) string {
	if n := len(w); n > 4 {
		w = strings.TrimSuffix(strings.TrimSuffix(w, "s"), "'")
		for len(w) > 4 && strings.ContainsRune("aeiouh", rune(w[len(w)-1])) {
			w = w[:len(w)-1]
		}
	}
	return w
}

// stop is what nearly every text holds, in both languages, without accents.
var stop = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		a ad ai al all alla alle allo agli anche ancora avere c che chi ci cio come con contro cosa cui d da dal
		dall dalla dalle dallo dai dagli degli dei del dell della delle dello di dopo dove due e ed era essere
		fa fare fra gia gli ha hanno ho i il in io l la le lei li lo loro lui ma me meno mi mia mio molto ne nei
		nel nell nella nelle nello negli no noi non nostra nostro o ogni oppure per perche piu poco poi prima pure
		puo qua quale quando quanto quella quelle quelli quello questa queste questi questo qui s se sempre senza
		si sia siamo sono solo sopra sotto sta stato su sua sue sugli sui sul sull sulla sulle sullo suo suoi tra
		tra tu tutta tutte tutti tutto un una uno va vi voi vorrei bisogna deve devono dovrebbe dovrebbero troppo
		about above after all also an and any are as at be because been being but by can could did do does doing
		don for from further had has have he her here him his how if into is it its just like me more most my no
		nor not now of off on once only or other our out over own s same she should so some such t than that the
		their them then there these they this those through to too under until up us very was we were what when
		where which while who whom why will with would you your`) {
		m[w] = true
	}
	return m
}()
