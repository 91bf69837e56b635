package dossier

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/a-h/templ"

	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
	"delfi/web/page"
)

// Display is how the reasons of a public page are shown.
type Display struct {
	Lang string // of the consultation, in which they are written where they say no other
	Desk string // page of those that can be removed by law; "" for who may not
}

// Display leads whoever may remove a reason to the page before it goes. Who has not signed in
// reads kept pages, which have no such link.
func (v View) Display(q *page.Request) Display {
	t := Display{Lang: v.First()}
	if contribution.CanRemove(q.Actor, v.Consultation) {
		t.Desk = "/desk/" + v.Slug + "/reasons"
	}
	return t
}

// of is the language of a reason.
func (t Display) of(r *feedback.Given) string { return cmp.Or(r.Lang, t.Lang) }

// removal is the page before a reason is removed by law.
func (t Display) removal(r *feedback.Given) string {
	return t.Desk + "/" + leaf.Digest([]byte(r.Text))
}

func (t Display) Reason(r *feedback.Given) templ.Component { return Reason(t, r) }

// Column is the reasons of one side, or of one place where no side was said.
type Column struct {
	Key     string            // against, for, neither; low, middle, high, none; unsaid
	N       int               // people who gave one
	Said    []*feedback.Given // those from outside the middle half first
	outside int               // of Said
	Left    int               // people whose reasons are not among Said
	drawn   bool              // Said is one reader's draw
}

// tagged tells whether any reason of a column is from outside the middle half.
func (c Column) tagged() bool { return c.outside > 0 }

// isDrawn tells whether a column is one reader's draw.
func (c Column) isDrawn() bool { return c.drawn }

// sided tells whether the authors of a column's reasons said their side.
func (c Column) sided() bool {
	return c.Key == string(delphi.Against) || c.Key == string(delphi.For) || c.Key == string(delphi.Neither)
}

// Columns parts reasons by the side that their authors said, and the others by
// their place, where the document tells it. A single column needs no name.
func Columns(reasons []feedback.Reason) []Column {
	all := Parted(feedback.Alike(reasons))
	if len(all) == 1 && all[0].Key == "unsaid" {
		all[0].Key = ""
	}
	return all
}

// Joined gives columns with those of others, each side once: its reasons come first.
func Joined(all, others []Column) []Column {
	for _, c := range others {
		at := slices.IndexFunc(all, func(a Column) bool { return a.Key == c.Key })
		if at < 0 {
			all = append(all, c)
			continue
		}
		all[at].Said, all[at].N = append(all[at].Said, c.Said...), all[at].N+c.N
	}
	return all
}

// Parted parts reasons by side, the others by place.
func Parted(given []feedback.Given) []Column {
	var all []Column
	for _, key := range []string{"against", "for", "neither", "low", "middle", "high", "none", "unsaid"} {
		c := Column{Key: key}
		var inside []*feedback.Given
		for i := range given {
			r := &given[i]
			switch {
			case columnOf(r.Reason) != key:
				continue
			case r.Outside:
				c.Said = append(c.Said, r)
			default:
				inside = append(inside, r)
			}
			c.N += r.People
		}
		if c.N == 0 {
			continue
		}
		c.outside = len(c.Said)
		c.Said = append(c.Said, inside...)
		all = append(all, c)
	}
	return all
}

// columnOf names the column of a reason.
func columnOf(r feedback.Reason) string {
	return cmp.Or(string(r.Side), string(r.Place), "unsaid")
}

// SideClass marks the column of a side by its shape.
func SideClass(key string) string {
	switch delphi.Side(key) {
	case delphi.Against:
		return "dlf-con"
	case delphi.For:
		return "dlf-pro"
	}
	return ""
}

// mostReasons is how many of a column one reader is given on the form. Nobody reads
// thousands before answering, and all of them are on the round's own page.
const mostReasons = 20

// Draw gives a column as one reader sees it: reasons from outside the middle half
// first, among them and among the rest in an order of the reader's own, so that no
// reason is first, or left out, for everyone.
func (c Column) Draw(key []byte, item int) Column {
	seed := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", key, item, c.Key)) // key is secret, and has one length
	dice := rand.New(rand.NewChaCha8(seed))
	all := pick(dice, c.Said[:c.outside], mostReasons)
	c.Said, c.drawn = append(all, pick(dice, c.Said[c.outside:], mostReasons-len(all))...), true
	return c.counted()
}

// counted tells how many people's reasons are left out.
func (c Column) counted() Column {
	c.Left = c.N
	for _, r := range c.Said {
		c.Left -= r.People
	}
	return c
}

// pageReasons is how many reasons of a side one page shows: a panel of a hundred thousand
// writes more than anybody's browser can hold.
const pageReasons = 50

// Pages is how many pages the reasons of columns take side by side.
func Pages(all []Column) int {
	n := 1
	for _, c := range all {
		n = max(n, (len(c.Said)+pageReasons-1)/pageReasons)
	}
	return n
}

// Page gives what stands of columns on one of their pages, from 1; a column that ended
// before is left out.
func Page(all []Column, n int) []Column {
	var out []Column
	for _, c := range all {
		from := (n - 1) * pageReasons
		if from >= len(c.Said) {
			continue
		}
		c.outside = min(max(0, c.outside-from), pageReasons)
		c.Said = c.Said[from:min(from+pageReasons, len(c.Said))]
		out = append(out, c.counted())
	}
	return out
}

// pick draws n of all, or all of them, each order as likely as another: the first
// steps of a Fisher–Yates shuffle, on a list of the places that were exchanged.
func pick(dice *rand.Rand, all []*feedback.Given, n int) []*feedback.Given {
	n = min(n, len(all))
	drawn, moved := make([]*feedback.Given, 0, n), make([][2]int, 0, n) // from a place, what lies there now
	at := func(k int) int {
		for i := len(moved) - 1; i >= 0; i-- {
			if moved[i][0] == k {
				return moved[i][1]
			}
		}
		return k
	}
	for k := range n {
		j := k + dice.IntN(len(all)-k)
		drawn = append(drawn, all[at(j)])
		moved = append(moved, [2]int{j, at(k)})
	}
	return drawn
}

// ReasonsPath is the page of all reasons that a round gathered about an item, by its number,
// or about a list, by its kind.
func (v View) ReasonsPath(round int, of string, n int) string {
	return v.Path(fmt.Sprintf("/rounds/%d/reasons/%s/%d", round, of, n))
}

// OpinionReasonsPath is the page of all reasons about an item in the opinion.
func (v View) OpinionReasonsPath(number, n int) string {
	return v.Path(fmt.Sprintf("/opinion/reasons/%d/%d", number, n))
}

// unfolded is how many reasons of one side a page shows at once.
const unfolded = 3

// Few parts reasons into those shown at once and the rest.
func Few(reasons []*feedback.Given) (first, rest []*feedback.Given) {
	n := min(len(reasons), unfolded)
	return reasons[:n], reasons[n:]
}
