package verify

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
)

// presence is whether a table must hold the leaf of a proof.
type presence int

const (
	absentHere   presence = iota // its answers give none
	presentHere                  // it must stand there
	mayBeLeftOut                 // the rule leaves some people out, and does not say whom
	unknownHere                  // the proof does not tell (confidence)
)

// expecting says which leaves the answers of a proof give in the tables of its
// round.
type expecting struct {
	r     *reading
	now   closing
	proof *leaf.Proof
}

// in gives the value that the proof's leaf must have in a table. A proof names
// points of scales and options of choices and selections; of other forms it tells
// only that the person answered.
func (e expecting) in(t table.Table) (string, presence) {
	letter, rest, _ := strings.Cut(t.ID, "/")
	if letter == "B" {
		return e.proof.Mark(leaf.Of(e.r.id, e.now.round.Number)), presentHere
	}
	if letter == "K" {
		return "", unknownHere
	}
	at := slices.IndexFunc(e.now.items, func(i feedback.Asked) bool {
		return rest == i.Item.String() || strings.HasPrefix(rest, i.Item.String()+"/")
	})
	if at < 0 {
		return "", unknownHere // a list: the proof's answers are by item
	}
	i := e.now.items[at]
	kind, _ := e.r.protocol.Kind(i.Kind) // the reader of items saw that it exists
	g, answered := given(e.proof.Answers, i.Item.String())
	point, err := strconv.Atoi(g.Value)
	valid := answered && g.Value != leaf.CannotJudge && err == nil
	if letter == "R" {
		return e.reason(t, i, g, answered, point)
	}
	if kind.Kind != delphi.ScaleForm {
		return "", unknownHere
	}
	switch letter {
	case "A":
		return spanned(t, point), when(valid)
	case "G":
		return spanned(t, point), when(valid && strings.TrimPrefix(rest, i.Item.String()+"/") == e.proof.Group)
	}
	return e.paired(t, letter, i, kind, point, valid)
}

func when(there bool) presence {
	if there {
		return presentHere
	}
	return absentHere
}

func given(answers []leaf.Given, item string) (leaf.Given, bool) {
	at := slices.IndexFunc(answers, func(g leaf.Given) bool { return g.Item == item })
	if at < 0 {
		return leaf.Given{}, false
	}
	return answers[at], true
}

// listed says whether an item belongs to a list or has no table of answers of its
// own, so that its absence says nothing.
func (e expecting) listed(id string) bool {
	at := slices.IndexFunc(e.now.items, func(i feedback.Asked) bool { return i.Item.String() == id })
	if at < 0 {
		return true
	}
	kind, _ := e.r.protocol.Kind(e.now.items[at].Kind) // as in in
	return kind.Kind != delphi.ScaleForm
}

// spanned is the value of a table that holds a point: the point, or its third.
func spanned(t table.Table, point int) string {
	for _, v := range t.Values {
		low, high, _ := strings.Cut(v, "-")
		from, err := strconv.Atoi(low)
		if err != nil {
			continue
		}
		to := from
		if high != "" {
			to, err = strconv.Atoi(high)
		}
		if err == nil && from <= point && point <= to {
			return v
		}
	}
	return ""
}

func (e expecting) reason(t table.Table, i feedback.Asked, g leaf.Given, answered bool, point int) (string, presence) {
	if !answered || g.Reason == "" {
		return "", absentHere
	}
	own := feedback.Reason{Side: delphi.Side(g.Argues)}
	if c, ok := countsOf(e.now.Counts, i.Item.String()); own.Side == "" && ok && len(c.Places) > 0 {
		own.Place = table.PlaceOf(e.r.protocol, i.Kind, delphi.Answer{Item: i.Item.String(), Value: point, CannotJudge: g.Value == leaf.CannotJudge})
	}
	return leaf.Digest([]byte(g.Reason)), when(t.ID == "R/"+i.Item.String()+"/"+sideTable(own))
}

// paired is for the tables of change: some stayers may be left out of them.
func (e expecting) paired(t table.Table, letter string, i feedback.Asked, kind delphi.ItemKind, point int, valid bool) (string, presence) {
	p, answered := given(e.proof.Previous, i.Item.String())
	was, err := strconv.Atoi(p.Value)
	if !valid || !answered || p.Value == leaf.CannotJudge || err != nil {
		return "", absentHere
	}
	must := presentHere
	if c, ok := countsOf(e.now.Counts, i.Item.String()); ok && table.LeftOut(e.r.protocol, c) > 0 {
		must = mayBeLeftOut
	}
	switch letter {
	case "D":
		v := t.ShiftValue(point - was)
		if v == "" {
			return "", unknownHere
		}
		return v, must
	case "T":
		return className(kind, was) + ">" + className(kind, point), must
	case "M":
		m, shown := e.median(i.Item)
		if !shown {
			return "", unknownHere
		}
		return []string{"below", "at", "above"}[1+cmp.Compare(float64(was), m)] + ">" + []string{"down", "same", "up"}[1+cmp.Compare(point, was)], must
	}
	return "", unknownHere
}

// median is the one of the previous answering round, that the person was shown.
func (e expecting) median(item uuid.UUID) (float64, bool) {
	for n := len(e.r.closings) - 1; n >= 0; n-- {
		c := e.r.closings[n]
		if c.round == e.now.round || c.round.Kind != delphi.AnswerRound || c.round.Number > e.now.round.Number {
			continue
		}
		for _, f := range c.feedback.Items {
			if f.Item == item {
				return f.Figures.Median.Float()
			}
		}
		break
	}
	return 0, false
}

func className(k delphi.ItemKind, point int) string {
	for _, c := range k.Classes {
		if c[0] <= point && point <= c[1] {
			if c[0] == c[1] {
				return strconv.Itoa(c[0])
			}
			return strconv.Itoa(c[0]) + "-" + strconv.Itoa(c[1])
		}
	}
	return ""
}

func countsOf(doc table.Counts, id string) (table.ItemCounts, bool) {
	for _, c := range doc.Items {
		if c.Item == id {
			return c, true
		}
	}
	return table.ItemCounts{}, false
}
