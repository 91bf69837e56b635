package table

import (
	"fmt"

	"delfi/internal/delphi"
)

// reading is a ballot that was checked and laid out over the subjects of its
// round: what a tally counts, and what an assignment finds tables for. It is used
// again for the next ballot, so that reading one allocates nothing.
type reading struct {
	plan    *plan
	place   []int // by subject: place among its values, or one of the constants below
	ranks   []int // by member of the ranked list
	seen    []int // by running number of the item: the ballot that answered it last
	ballot  int   // number of the ballot in hand
	lenient bool  // ballots of an earlier round name items that are gone: pass over them
}

// What a ballot says about a subject when it is no place among its values.
const (
	noAnswer   = -1
	cannot     = -2
	incomplete = -3
	complete   = -4 // a complete ranking, whose ranks tell, or a text
)

func newReading(l *plan) reading {
	r := reading{plan: l, place: make([]int, len(l.subjects)), seen: make([]int, len(l.item))}
	for _, s := range l.subjects {
		if s.form == delphi.RankingForm {
			r.ranks = make([]int, len(s.list))
		}
	}
	return r
}

// read checks a ballot and puts where its answers lie into place and ranks.
func (t *reading) read(b delphi.Ballot) error {
	t.ballot++
	for i := range t.place {
		t.place[i] = noAnswer
	}
	for i := range t.ranks {
		t.ranks[i] = 0
	}
	ranked, sure, argued := 0, 0, 0
	for i := range b.Answers {
		a := &b.Answers[i]
		at, known := t.plan.item[a.Item]
		switch {
		case !known && t.lenient:
			continue
		case !known:
			return fmt.Errorf("delphi: a ballot answers item %q, which is not asked", a.Item)
		case t.seen[at.nth] == t.ballot:
			return fmt.Errorf("delphi: a ballot answers item %q twice", a.Item)
		case a.Confidence < 0 || a.Confidence > confidences:
			return fmt.Errorf("delphi: the confidence in item %q is none of 1 to %d", a.Item, confidences)
		case a.Reason != "" && !isDigest(a.Reason):
			return fmt.Errorf("delphi: the reason for item %q is no SHA-256 in lower-case hex", a.Item)
		case a.Argues != "" && (a.Reason == "" || !a.Argues.Said()):
			return fmt.Errorf("delphi: the reason for item %q argues no side that may be said", a.Item)
		}
		t.seen[at.nth] = t.ballot
		s := &t.plan.subjects[at.subject]
		if a.CannotJudge && !s.kind.CannotJudge {
			return fmt.Errorf("delphi: item %q must be judged", a.Item)
		}
		ok := true
		switch {
		case s.form == delphi.CriteriaForm:
			ok = t.criteria(a, at.subject, s.kind)
		case a.CannotJudge:
			ok = t.place[at.subject] == noAnswer // a choice has one answer for its list
			t.place[at.subject] = cannot
		case s.form == delphi.ScaleForm:
			ok = a.Value >= 1 && a.Value <= s.kind.Points
			t.place[at.subject] = a.Value - 1
		case s.form == delphi.EstimateForm || s.form == delphi.DateForm:
			t.place[at.subject], ok = s.estimate(a)
		case s.form == delphi.ChoiceForm:
			ok = a.Value == 1 && t.place[at.subject] == noAnswer
			t.place[at.subject] = at.member
		case s.form == delphi.SelectionForm:
			ok = a.Value == 0 || a.Value == 1
			t.place[at.subject] = a.Value
		case s.form == delphi.TextForm:
			t.place[at.subject] = complete
		case s.form == delphi.RankingForm:
			t.ranks[at.member] = a.Value
			ranked++
			if a.Confidence > 0 {
				sure++
			}
			if a.Reason != "" {
				argued++
			}
			ok = sure <= 1 && argued <= 1 // a list has one of each, beside any of its items
			t.place[at.subject] = incomplete
			if ranked == len(s.list) {
				t.place[at.subject] = complete
			}
		}
		if !ok {
			return fmt.Errorf("delphi: the answer to item %q is not one that its kind %q asks for", a.Item, s.kind.ID)
		}
	}
	return t.selections()
}

// selections fills in "no" for what a selector passed over, and checks k.
func (t *reading) selections() error {
	if len(t.plan.kinds) == 0 {
		return nil
	}
	for _, k := range t.plan.kinds {
		began, yes := false, 0
		for i, s := range t.plan.subjects {
			if s.kind.ID == k.ID {
				began = began || t.place[i] >= 0
				if t.place[i] == 1 {
					yes++
				}
			}
		}
		if yes > k.K {
			return fmt.Errorf("delphi: a ballot selects %d of %q, at most %d may be", yes, k.ID, k.K)
		}
		for i, s := range t.plan.subjects {
			if began && s.kind.ID == k.ID && t.place[i] == noAnswer {
				t.place[i] = 0
			}
		}
	}
	return nil
}

func (t *reading) criteria(a *delphi.Answer, first int, k delphi.ItemKind) bool {
	if a.CannotJudge {
		for i := range k.Criteria {
			t.place[first+i] = cannot
		}
		return true
	}
	if len(a.Criteria) != len(k.Criteria) {
		return false
	}
	for i, v := range a.Criteria {
		switch {
		case v == 0 && k.CannotJudge:
			t.place[first+i] = cannot
		case v >= 1 && v <= k.Points:
			t.place[first+i] = v - 1
		default:
			return false
		}
	}
	return true
}

// estimate gives the place of a value on the grid; false off the grid or when
// low, likely and high do not rise.
func (s *subject) estimate(a *delphi.Answer) (int, bool) {
	if a.Never {
		return s.size() - 1, s.kind.Never
	}
	at, ok := s.kind.Step(a.Value)
	if ok && s.kind.Triple {
		ok = a.Low >= s.kind.Min && a.Low <= a.Value && a.Value <= a.High && a.High <= s.kind.Max
	}
	return at, ok
}

// around gives the places of the low and high of an estimate that asks for them,
// and its subject; false for any other answer.
func (t *reading) around(a *delphi.Answer) (low, high, subject int, ok bool) {
	if !t.plan.triple || a.CannotJudge {
		return 0, 0, 0, false
	}
	at, known := t.plan.item[a.Item]
	if !known || !t.plan.subjects[at.subject].kind.Triple {
		return 0, 0, 0, false
	}
	s := &t.plan.subjects[at.subject]
	if a.Never {
		return s.size() - 1, s.size() - 1, at.subject, true
	}
	low, _ = s.kind.Step(a.Low)
	high, _ = s.kind.Step(a.High)
	return low, high, at.subject, true
}

// position is where the ranking in hand puts a member of the list: the mean of
// the positions that it shares, doubled and counted from 0. The parts tied of all
// members add up to Σ(t³−t).
func (t *reading) position(member int) (at, tied int) {
	below, same := 0, 0
	for _, o := range t.ranks {
		if o < t.ranks[member] {
			below++
		} else if o == t.ranks[member] {
			same++
		}
	}
	// Positions below+1 .. below+same; doubled, their mean starts at 2. The same
	// tied ones add same·(same² − 1).
	return 2*below + same - 1, same*same - 1
}
