package delphi_test

import (
	"testing"

	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
)

// The policy variant goes on while arguments come; the others while answers move.
func TestStops(t *testing.T) {
	policy := study(t, "policy", `{"rule": "share", "share": {"from": 3, "to": 4}}`, `{"kind": "answer"}, {"kind": "answer"}`,
		`{"id": "k", "kind": "criteria", "points": 4, "criteria": ["desirability"]}`)
	settle, on := verdict.Settle, verdict.GoOn
	for _, c := range []struct {
		name      string
		p         protocol.Protocol
		proposals []verdict.Action
		arguments int
		want      bool
	}{
		{"everything settles", classical(t, 2), []verdict.Action{settle, settle}, 3, true},
		{"one goes on", classical(t, 2), []verdict.Action{settle, on}, 0, false},
		{"one is to be reworded", classical(t, 2), []verdict.Action{verdict.Reword, settle}, 0, false},
		{"nothing is asked", classical(t, 2), nil, 0, false},
		{"policy: stable and no new arguments", policy, []verdict.Action{settle}, 0, true},
		{"policy: stable, and one new argument", policy, []verdict.Action{settle}, 1, false},
		{"policy: no new arguments, and moving", policy, []verdict.Action{on}, 0, false},
	} {
		stops, grounds := verdict.Stops(c.p, c.proposals, c.arguments)
		all := true
		for _, g := range grounds {
			all = all && g.Holds
		}
		if stops != c.want || all != c.want {
			t.Errorf("%s: %v, %+v", c.name, stops, grounds)
		}
	}
	for when, want := range map[string]bool{"stable": true, "drift": true, "rounds": false, "deadline": false, "facilitator": false} {
		p := classical(t, 2)
		p.Stop = protocol.StopPlan{Auto: true, When: when}
		if p.StopsItself() != want {
			t.Errorf("stops by itself at %s: %v", when, !want)
		}
		if p.Stop.Auto = false; p.StopsItself() {
			t.Errorf("stops by itself at %s though nobody asked for it", when)
		}
	}
}
