package table

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
)

// confidences is how many steps the self-rated confidence has: tables K count
// them from 1, the least, on.
const confidences = 4

// Place is where the answer beside a reason lies, by the classes of its scale. It
// is told where nobody can be read off it, and only of reasons whose author said
// no side.
type Place string

// The places, in the order of their tables.
const (
	PlaceLow    Place = "low" // the lowest class
	PlaceMiddle Place = "middle"
	PlaceHigh   Place = "high" // the highest class
	NoPlace     Place = "none" // its author cannot judge, or the item has no classes
)

var places = [...]Place{PlaceLow, PlaceMiddle, PlaceHigh, NoPlace}

// sides are those that an author may say, in the order of their tables.
var sides = [...]delphi.Side{delphi.Against, delphi.For, delphi.Neither}

// stands are the tables of an item's reasons, by what their names end with: one for
// each side that was said, one for each place, and unsaid for what has neither. No
// table is named like the folder of others, since each is a file of leaves.
const stands = len(sides) + len(places)

// unsaid ends the name of the table of reasons with neither side nor place.
const unsaid = "unsaid"

// suffix is what the name of the i-th table of reasons ends with.
func suffix(i int) string {
	switch {
	case i < len(sides):
		return string(sides[i])
	case i < stands-1:
		return string(places[i-len(sides)])
	}
	return unsaid
}

// PlaceOf tells where the answer beside a reason lies; of a criteria item the
// deciding criterion counts. Whether it may be shown is for the counts document to
// say (ItemCounts.Places).
func PlaceOf(p protocol.Protocol, kind string, a delphi.Answer) Place {
	k, _ := p.Kind(kind)
	value := a.Value
	if k.Kind == delphi.CriteriaForm {
		at := slices.Index(k.Criteria, k.Deciding())
		if value = 0; at < len(a.Criteria) {
			value = a.Criteria[at]
		}
	}
	if a.CannotJudge {
		value = 0
	}
	return places[placeIn(k, value)]
}

// placeIn is the index among the places of a point of the kind's scale, 0 for none.
func placeIn(k delphi.ItemKind, point int) int {
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

// voice is what people said of an item beside its value: how sure they are, and
// why.
type voice struct {
	sure    [confidences]int // valid answers, by confidence − 1
	argued  [stands]int      // people with a reason, by side said, else by place
	reasons map[reason]int
}

// reason is the words of one or more people, by where they stand.
type reason struct {
	digest [sha256.Size]byte
	stand  int
}

// voice counts what an answer of the ballot in hand says beside its value.
func (t *Tally) voice(a *delphi.Answer, by int) {
	at, known := t.plan.item[a.Item]
	if !known {
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
	v.argued[r.stand] += by
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
func (t *reading) reason(a *delphi.Answer, subject int) reason {
	r := reason{digest: digest(a.Reason), stand: slices.Index(sides[:], a.Argues)}
	if r.stand < 0 {
		r.stand = len(sides) + placeIn(t.plan.subjects[subject].kind, t.place[subject]+1)
	}
	return r
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

// argue puts into a counts document who gave a reason: how many said which side,
// and the places by which the others may be told. The sides of reasons that have no
// table are told by nothing.
func (c *ItemCounts) argue(p protocol.Protocol, k delphi.ItemKind, form delphi.Form, argued [stands]int) {
	c.Reasons = sum(argued[:])
	if fineness(p, form, c.Valid, false) == nothing {
		return
	}
	if sided := argued[:len(sides)]; sum(sided) > 0 {
		c.Said = slices.Clone(sided)
	}
	if len(k.Classes) < 2 {
		return
	}
	whole := *c
	for i, n := range argued[len(sides):] {
		if n > 0 {
			whole.Places = append(whole.Places, places[i])
		}
		if n > 0 && n < p.Disclosure.LeftOutN {
			return
		}
	}
	whole.Placed = sum(argued[len(sides) : stands-1])
	if placeable(p, whole) {
		*c = whole
	}
}

// sideless counts the people with a reason who did not say which side it argues.
func (c ItemCounts) sideless() int { return c.Reasons - sum(c.Said) }

// placeable says whether the numbers of people let the reasons whose side nobody said
// be told by place: there are some in both outer classes and enough in each place
// that has any, since who argues there would be told by what is left over; and those
// who are in none of these tables are nobody or enough, since A by classes less the
// places is what they answered. In a small panel a place would point at its few
// members.
func placeable(p protocol.Protocol, c ItemCounts) bool {
	least := max(1, p.Disclosure.LeftOutN)
	hidden := func(n int) bool { return n == 0 || n >= p.Disclosure.LeftOutN }
	apart := c.sideless() - c.Placed // without a value
	return c.Valid >= p.Disclosure.SmallBelow &&
		slices.Contains(c.Places, PlaceLow) && slices.Contains(c.Places, PlaceHigh) && c.Placed >= 2*least &&
		(apart > 0) == slices.Contains(c.Places, NoPlace) && hidden(apart) &&
		hidden(c.Valid-c.Placed) && hidden(c.CannotJudge-apart)
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
	placed := slices.Contains(e.reasons, string(PlaceLow))
	for _, end := range e.reasons {
		out = append(out, v.table(name, end, placed))
	}
	return out
}

// table is R of one side or place; R/item/unsaid holds the reasons without a side,
// those of no place alone where places are told.
func (v voice) table(name, end string, placed bool) Table {
	people := map[[sha256.Size]byte]int{}
	for r, n := range v.reasons {
		if suffix(r.stand) == end || end == unsaid && r.stand >= len(sides) && !placed {
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
	return newTable(reasonsID(name, end), values, counts)
}

// reasonsID names a table of reasons.
func reasonsID(name, end string) string {
	return "R/" + name + "/" + end
}

// MarksID names the table of the marks of ballots, the last one of a closing.
const MarksID = "B"

// marks is that table.
func (c Counts) marks() Table {
	return Table{ID: MarksID, Values: []string{}, Counts: []int{}, N: c.Answered}
}

// marked says whether a closing has a table of marks: a release before the
// deadline has rounded tables alone, and no leaves.
func (c Counts) marked() bool { return c.Answered > 0 && !c.Interim }
