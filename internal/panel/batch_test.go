package panel

import (
	"testing"
	"time"
)

func at(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC)
}

// A batch of ten begins to work at the next whole hour; what is issued after that belongs
// to the next one.
func TestABatch(t *testing.T) {
	open := Terms{Deadline: at(20, 22, 59), Next: 3}
	var b batch
	for n := range together - 1 {
		b = b.joins(open, at(10, 14, 5+n))
		if p := b.promise(open, at(10, 14, 5+n)); b.number != 1 || !p.From.Equal(at(20, 17, 0)) || !p.Early.Equal(at(10, 15, 0)) || p.Late() {
			t.Fatalf("code %d: %+v of %+v", n+1, p, b)
		}
	}
	b = b.joins(open, at(10, 14, 59))
	if p := b.promise(open, at(10, 14, 59)); !p.From.Equal(at(10, 15, 0)) || !p.Early.IsZero() || p.Works(at(10, 14, 59)) || !p.Works(at(10, 15, 0)) {
		t.Errorf("the tenth: %+v", p)
	}
	if b = b.joins(open, at(10, 14, 59)); b.number != 1 || b.codes != together+1 {
		t.Errorf("the eleventh, in the same hour: %+v", b)
	}
	if b = b.joins(open, at(10, 15, 0)); b.number != 2 || b.codes != 1 {
		t.Errorf("the first of the next hour: %+v", b)
	}
}

// Before a round opens a code works from its opening, or in a batch; in the last hours of
// one that is open, from one of two whole hours, and people are told what they may miss.
func TestTheLastHours(t *testing.T) {
	gathering, deadline := Terms{Next: 2}, at(20, 22, 59)
	if p := (batch{}).joins(gathering, at(1, 9, 30)).promise(gathering, at(1, 9, 30)); !p.From.IsZero() || p.Round != 2 || !p.Early.Equal(at(1, 10, 0)) || p.Late() {
		t.Errorf("while ideas are gathered: %+v", p)
	}
	more, none := Terms{Deadline: deadline, Next: 3}, Terms{Deadline: deadline}
	for _, c := range []struct {
		when        time.Time
		terms       Terms
		from        time.Time
		late, never bool
	}{
		{at(20, 16, 59), more, at(20, 17, 0), false, false},
		{at(20, 17, 0), more, at(20, 22, 0), false, false},
		{at(20, 21, 59), none, at(20, 22, 0), false, false},
		{at(20, 22, 0), more, time.Time{}, true, false},
		{at(20, 22, 0), none, time.Time{}, true, true},
	} {
		p := (batch{}).joins(c.terms, c.when).promise(c.terms, c.when)
		if !p.From.Equal(c.from) || p.Late() != c.late || p.Never() != c.never {
			t.Errorf("%v: %+v, late %v, never %v", c.when, p, p.Late(), p.Never())
		}
	}
	// What was promised stays so when the deadline moves.
	b := (batch{}).joins(more, at(20, 9, 0))
	if b = b.joins(Terms{Deadline: at(25, 22, 59)}, at(20, 9, 30)); !b.worksFrom.Equal(at(20, 17, 0)) {
		t.Errorf("the deadline moved: %+v", b)
	}
}
