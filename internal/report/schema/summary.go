package schema

import (
	"cmp"
	"slices"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
)

// Pile is one of the piles of the opinion's first page: the side on which a verdict
// lies, or that it has none (docs/EXPERIENCE.md "Verdicts").
type Pile string

// The piles, in the order of the page.
const (
	For      Pile = "for"
	Against  Pile = "against"
	Middle   Pile = "middle"
	Sideless Pile = "none" // consensus, majority or plurality of what has no sides: an estimate, a choice, a ranking
	Divided  Pile = "divided"
	Open     Pile = "open"
)

// Piles lists every pile in the order of the page.
var Piles = []Pile{For, Against, Middle, Sideless, Divided, Open}

// PileOf puts a verdict on its pile.
func PileOf(v verdict.Verdict) Pile {
	switch v.Key {
	case verdict.Consensus, verdict.Majority, verdict.Plurality:
		switch v.Side {
		case delphi.For:
			return For
		case delphi.Against:
			return Against
		case delphi.Between:
			return Middle
		}
		return Sideless
	case verdict.Bipolarity, verdict.Disagreement:
		return Divided
	default:
		return Open
	}
}

// strength is the order of verdicts within a pile: what was reached first.
var strength = []verdict.Key{
	verdict.Consensus, verdict.Majority, verdict.Plurality, verdict.Bipolarity, verdict.Disagreement,
	verdict.Unstable, verdict.Open, verdict.TooFew,
}

// On lists the items of one pile, the strongest verdicts first and by number among
// equal ones.
func (o Opinion) On(p Pile) []Item {
	var items []Item
	for _, i := range o.Items {
		if i.Pile == p && !i.Gone() {
			items = append(items, i)
		}
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Compare(slices.Index(strength, a.Verdict.Key), slices.Index(strength, b.Verdict.Key))
	})
	return items
}

// Summary counts items by verdict and side. No two verdicts are ever counted as one;
// all counts together, those gone included, are all items.
type Summary struct {
	Consensus BySide      `json:"consensus"`
	Majority  BySide      `json:"majority"`
	Plurality BySide      `json:"plurality"`
	Divided   DividedOnes `json:"divided"`
	Open      OpenOnes    `json:"open"`
	Unrated   int         `json:"unrated"` // items that no round rated
	Gone      Gone        `json:"gone"`    // items that are asked no more, whatever a round said of them
}

// Gone counts the items that were taken out of play: no verdict of theirs is counted.
type Gone struct {
	N          int `json:"n"`
	Dropped    int `json:"dropped"`
	Superseded int `json:"superseded"` // merged, split or reworded into others
}

// BySide counts the items of one verdict by its side; the sides sum to N.
type BySide struct {
	N       int `json:"n"`
	For     int `json:"for"`
	Against int `json:"against"`
	Middle  int `json:"middle"`
	None    int `json:"none"` // an estimate, a choice, a ranking
}

// DividedOnes counts the items on which no position leads.
type DividedOnes struct {
	N            int `json:"n"`
	TwoPoles     int `json:"two_poles"`
	Disagreement int `json:"disagreement"`
}

// OpenOnes counts the items of which nothing can be concluded.
type OpenOnes struct {
	N        int `json:"n"`
	Open     int `json:"open"`
	Unstable int `json:"unstable"`
	TooFew   int `json:"too_few"`
}

// Summarize counts an opinion's items.
func Summarize(items []Item) Summary {
	var s Summary
	for _, i := range items {
		switch {
		case i.State == string(consultation.ItemDropped):
			s.Gone.N++
			s.Gone.Dropped++
		case i.Gone():
			s.Gone.N++
			s.Gone.Superseded++
		case i.Pile == "":
			s.Unrated++
		default:
			s.Add(i.Verdict)
		}
	}
	return s
}

// Add counts one verdict.
func (s *Summary) Add(v verdict.Verdict) {
	switch v.Key {
	case verdict.Consensus:
		s.Consensus.add(v)
	case verdict.Majority:
		s.Majority.add(v)
	case verdict.Plurality:
		s.Plurality.add(v)
	case verdict.Bipolarity:
		s.Divided.N++
		s.Divided.TwoPoles++
	case verdict.Disagreement:
		s.Divided.N++
		s.Divided.Disagreement++
	case verdict.Unstable:
		s.Open.N++
		s.Open.Unstable++
	case verdict.TooFew:
		s.Open.N++
		s.Open.TooFew++
	default:
		s.Open.N++
		s.Open.Open++
	}
}

func (c *BySide) add(v verdict.Verdict) {
	c.N++
	switch PileOf(v) {
	case For:
		c.For++
	case Against:
		c.Against++
	case Middle:
		c.Middle++
	default:
		c.None++
	}
}

// Items is how many items stand: those that are gone are told apart.
func (s Summary) Items() int {
	return s.Consensus.N + s.Majority.N + s.Plurality.N + s.Divided.N + s.Open.N + s.Unrated
}
