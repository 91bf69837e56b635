package ui

import (
	"strings"

	"delfi/internal/fault"
	"delfi/web/page"
)

// Changed is a text that somebody else stored while the reader wrote theirs.
type Changed struct {
	Label  string
	Theirs string // as it stands now
	Mine   string // as typed
	Lang   string // of both; "" for Staleness.Lang
}

// Staleness says what changed behind a form, and where to go on without one's own words.
type Staleness struct {
	Fault   *fault.Fault // why it was not stored
	Changes []Changed
	Lang    string // of the texts; "" for the page's
	Theirs  string // address of what stands now; "" for none
}

// Changes gives those of the pairs (label, theirs, mine) that differ.
func Changes(pairs ...Changed) []Changed {
	var out []Changed
	for _, c := range pairs {
		if strings.TrimSpace(c.Theirs) != strings.TrimSpace(c.Mine) {
			out = append(out, c)
		}
	}
	return out
}

// stretch is a part of a text that both have, or one of them alone.
type stretch struct {
	Text string
	Own  bool // the other text has it not
}

// mostCompared bounds the table of a comparison: words of one text times those of the other.
const mostCompared = 4 << 20

// compared cuts two texts where they differ, word by word (longest common subsequence);
// texts too long for that differ as a whole between what they begin and end with alike.
func compared(a, b string) (inA, inB []stretch) {
	x, y := words(a), words(b)
	head := 0
	for head < len(x) && head < len(y) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < len(x)-head && tail < len(y)-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	common := make([]bool, len(x))
	shared := make([]bool, len(y))
	for i := range x {
		common[i] = i < head || i >= len(x)-tail
	}
	for i := range y {
		shared[i] = i < head || i >= len(y)-tail
	}
	if n, m := len(x)-head-tail, len(y)-head-tail; n*m <= mostCompared {
		for _, pair := range subsequence(x[head:head+n], y[head:head+m]) {
			common[head+pair[0]], shared[head+pair[1]] = true, true
		}
	}
	return stretches(x, common), stretches(y, shared)
}

// subsequence gives the places of a longest common subsequence.
func subsequence(x, y []string) [][2]int {
	best := make([][]int32, len(x)+1)
	for i := range best {
		best[i] = make([]int32, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				best[i][j] = best[i+1][j+1] + 1
			} else {
				best[i][j] = max(best[i+1][j], best[i][j+1])
			}
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case best[i+1][j] >= best[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// words cuts a text into words, each with the white space that follows it.
func words(s string) []string {
	var out []string
	from, space := 0, false
	for i, r := range s {
		blank := r == ' ' || r == '\n' || r == '\t' || r == '\u00a0'
		if space && !blank {
			out = append(out, s[from:i])
			from = i
		}
		space = blank
	}
	if from < len(s) {
		out = append(out, s[from:])
	}
	return out
}

func stretches(words []string, common []bool) []stretch {
	var out []stretch
	for i, w := range words {
		if n := len(out); n > 0 && out[n-1].Own == !common[i] {
			out[n-1].Text += w
			continue
		}
		out = append(out, stretch{w, !common[i]})
	}
	return out
}

// Typed is what somebody wrote that cannot be stored any more.
type Typed struct{ Label, Text, Lang string }

// Lost is the page of a form whose time is over: why, every text that was typed, to be
// copied, and where to go on.
type Lost struct {
	Frame Frame
	Fault *fault.Fault
	Texts []Typed
	Next  string // address
}

// blank tells whether nothing was typed.
func (l Lost) blank() bool {
	for _, t := range l.Texts {
		if strings.TrimSpace(t.Text) != "" {
			return false
		}
	}
	return true
}

// why puts a refusal in words, its fields' where it has some.
func why(q *page.Request, f *fault.Fault) string {
	if len(f.Fields) > 0 {
		return q.Field(f.Fields[0])
	}
	return q.Fault(f)
}
