package intruder

import (
	"fmt"
	"slices"
	"testing"
)

func TestTheIntruderCanSucceed(t *testing.T) {
	// Of 40 guesses at one in forty, one is expected; a real link finds them all.
	odds := slices.Repeat([]float64{1.0 / 40}, 40)
	if limit := Bound(odds, Chance); limit < 5 || limit > 8 {
		t.Errorf("guessing stays below %d", limit)
	}
	if e := Expected(odds); e < 0.99 || e > 1.01 {
		t.Errorf("guessing finds %f", e)
	}
	var names []string
	class, truth := map[string]string{}, map[string]string{}
	var clock []Instant
	for n := range 40 {
		name := fmt.Sprint(n)
		names, class[name], truth[name] = append(names, name), "all", name
		clock = append(clock, Instant{n, name})
	}
	if hits, _ := Beside(names, names, class, truth, false); hits != 40 {
		t.Errorf("equal orders link %d of 40", hits)
	}
	if hits, _ := Before(clock, clock, class, truth, 0); hits != 40 {
		t.Errorf("who came last links %d of 40", hits)
	}
	later := slices.Clone(clock)
	for i := range later {
		later[i].At++
	}
	if hits, _ := Before(clock, later, class, truth, 1); hits != 39 {
		t.Errorf("who came last but one links %d of 39", hits)
	}
}

func TestFind(t *testing.T) {
	needles := map[string][]byte{"a": []byte("aaaaaaaa1"), "b": []byte("bbbbbbbb2"), "c": []byte("cccccccc3")}
	first, last := Find([]byte("..bbbbbbbb2..aaaaaaaa1..bbbbbbbb2.aaaaaaaa"), needles)
	if fmt.Sprint(first) != "[{2 b} {13 a}]" || fmt.Sprint(last) != "[{13 a} {24 b}]" {
		t.Errorf("%v, %v", first, last)
	}
}
