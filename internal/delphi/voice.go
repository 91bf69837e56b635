package delphi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// confidences is how many steps the self-rated confidence has: tables K count
// them from 1, the least, on.
const confidences = 4

// Side is what a reason argues, by the class of the value beside it.
type Side string

// The sides, in the order of their tables.
const (
	Against Side = "against" // the lowest class
	Between Side = "middle"
	For     Side = "for"  // the highest class
	Neither Side = "none" // its author cannot judge, or the item has no classes
)

var sides = [...]Side{Against, Between, For, Neither}

// SideOf tells which side the reason beside an answer argues; of a criteria item
// the deciding criterion counts. Whether the side may be shown is for the counts
// document to say (ItemCounts.Sides).
func SideOf(p Protocol, kind string, a Answer) Side {
	k, _ := p.Kind(kind)
	value := a.Value
	if k.Kind == CriteriaForm {
		at := slices.Index(k.Criteria, deciding(k))
		if value = 0; at < len(a.Criteria) {
			value = a.Criteria[at]
		}
	}
	if a.CannotJudge {
		value = 0
	}
	return sides[k.side(value)]
}

// side is the place among the sides of a point of the kind's scale, 0 for none.
func (k ItemKind) side(point int) int {
	last := len(k.Classes) - 1
	switch {
	case point < 1 || last < 1:
		return 3
	case point <= k.Classes[0][1]:
		return 0
	case point >= k.Classes[last][0]:
		return 2
	}
	return 1
}

// voice names the tables of confidence and reasons that a subject bears: by the
// item, by the list of a ranking or choice. A criteria item's are borne by its
// deciding criterion; "" for the criteria beside it.
func (k ItemKind) voice(subject string) string {
	if k.Kind != CriteriaForm {
		return subject
	}
	item, ok := strings.CutSuffix(subject, "/"+deciding(k))
	if !ok {
		return ""
	}
	return item
}

// voice is what people said of an item beside its value: how sure they are, and
// why.
type voice struct {
	sure    [confidences]int // valid answers, by confidence − 1
	argued  [len(sides)]int  // people with a reason, by side
	reasons map[reason]int
}

// reason is the words of one or more people, by the side they argue with it.
type reason struct {
	digest [sha256.Size]byte
	side   int
}

// voice counts what an answer of the ballot in hand says beside its value.
func (t *Tally) voice(a *Answer, by int) {
	at, known := t.plan.item[a.Item]
	if !known || at.subject < 0 {
		return
	}
	v := &t.counts[at.voice].voice
	if a.Confidence > 0 && t.valid(at.voice) {
		v.sure[a.Confidence-1] += by
	}
	if a.Reason == "" {
		return
	}
	r := t.reason(a, at.voice)
	v.argued[r.side] += by
	if v.reasons == nil {
		v.reasons = map[reason]int{}
	}
	if v.reasons[r] += by; v.reasons[r] == 0 {
		delete(v.reasons, r)
	}
}

// valid says whether the ballot in hand has a valid answer about a subject.
func (t *reading) valid(subject int) bool {
	return t.place[subject] >= 0 || t.place[subject] == complete
}

// reason reads the reason beside an answer of the ballot in hand.
func (t *reading) reason(a *Answer, subject int) reason {
	return reason{digest: digest(a.Reason), side: t.plan.subjects[subject].kind.side(t.place[subject] + 1)}
}

// digest reads one that isDigest found good; it allocates nothing.
func digest(s string) (out [sha256.Size]byte) {
	for i := range out {
		out[i] = nibbles[s[2*i]]<<4 | nibbles[s[2*i+1]]
	}
	return out
}

// nibbles are the values of lower-case hex digits; 16 for any other byte. A closing
// reads as many digests as there are reasons, twice.
var nibbles = func() (out [256]byte) {
	for i := range out {
		out[i] = 16
	}
	for i, c := range "0123456789abcdef" {
		out[c] = byte(i)
	}
	return out
}()

func isDigest(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	var seen byte
	for i := range len(s) {
		seen |= nibbles[s[i]]
	}
	return seen < 16
}

func (v *voice) merge(o *voice) {
	plus(v.sure[:], o.sure[:])
	plus(v.argued[:], o.argued[:])
	if v.reasons == nil && len(o.reasons) > 0 {
		v.reasons = make(map[reason]int, len(o.reasons))
	}
	for r, n := range o.reasons {
		v.reasons[r] += n
	}
}

// told lists the sides by which reasons may be told, those that have any: both
// outer sides and every other one that is there need enough people, since who
// argues it would be told by what is left over.
func (p Protocol) told(k ItemKind, c ItemCounts, argued [len(sides)]int) []Side {
	if len(k.Classes) < 2 || !p.sided(c) {
		return nil
	}
	var out []Side
	for i, side := range sides {
		outer := side == Against || side == For
		switch {
		case argued[i] == 0 && !outer:
			continue
		case argued[i] < max(1, p.Disclosure.LeftOutN):
			return nil
		}
		out = append(out, side)
	}
	return out
}

// sided says whether the numbers of people let reasons be told by side. In a small
// panel a side would point at its few members; and A by classes less the sides is
// what those who gave no reason answered: they are nobody or enough.
func (p Protocol) sided(c ItemCounts) bool {
	silent := c.Valid + c.CannotJudge - c.Reasons
	return c.Valid >= p.Disclosure.SmallBelow && (silent == 0 || silent >= p.Disclosure.LeftOutN)
}

// voiceTables writes K and R of one subject.
func (t *Tally) voiceTables(i int, e shown) []Table {
	var out []Table
	name, v := t.plan.subjects[i].voice, t.counts[i].voice
	if e.sure {
		values := make([]string, confidences)
		for c := range values {
			values[c] = strconv.Itoa(c + 1)
		}
		out = append(out, newTable("K/"+name, values, slices.Clone(v.sure[:])))
	}
	for _, side := range e.reasons {
		out = append(out, v.table(name, side))
	}
	return out
}

// table is R of one side, or of all of them where none is told ("").
func (v voice) table(name string, side Side) Table {
	people := map[[sha256.Size]byte]int{}
	for r, n := range v.reasons {
		if side == "" || sides[r.side] == side {
			people[r.digest] += n
		}
	}
	digests := make([][sha256.Size]byte, 0, len(people))
	for d := range people {
		digests = append(digests, d)
	}
	slices.SortFunc(digests, func(x, y [sha256.Size]byte) int { return bytes.Compare(x[:], y[:]) })
	values, counts := make([]string, len(digests)), make([]int, len(digests))
	for i, d := range digests {
		values[i], counts[i] = hex.EncodeToString(d[:]), people[d]
	}
	return newTable(reasonsID(name, side), values, counts)
}

// reasonsID names a table of reasons.
func reasonsID(name string, side Side) string {
	if side == "" {
		return "R/" + name
	}
	return "R/" + name + "/" + string(side)
}

// marksID names the table of the marks of ballots, the last one of a closing.
const marksID = "B"

// marks is that table.
func (c Counts) marks() Table {
	return Table{ID: marksID, Values: []string{}, Counts: []int{}, N: c.Answered}
}

// marked says whether a closing has a table of marks: a release before the
// deadline has rounded tables alone, and no leaves.
func (c Counts) marked() bool { return c.Answered > 0 && !c.Interim }
