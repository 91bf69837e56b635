package delphi_test

import (
	"fmt"
	"slices"
	"testing"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// The fixture of 24 people, ten and fourteen of two groups, who are asked about the same
// five matters twice: a place on nine points each, and 0 for who thinks that it never comes
// (of an estimate), or cannot judge. Each variant asks it in its own form.
var matters = []struct {
	name  string
	waves [2]string // one digit for each person
}{
	// 58 % in the highest third, all of them within one point of the median.
	{"close to seven", [2]string{"6666777777" + "66666677777777", "6666777777" + "66666677777777"}},
	// 71 % in the highest third and 13 % in the lowest, of everybody and of each group.
	{"most for it", [2]string{"2558888888" + "22558888888888", "2558888888" + "22558888888888"}},
	// More than half high, a third low: two parts far from each other, no two poles.
	{"a third apart", [2]string{"2225888888" + "22222558888888", "2225888888" + "22222558888888"}},
	// Ten who say never, and fourteen who agree on when.
	{"never", [2]string{"0000888888" + "00000088888888", "0000888888" + "00000088888888"}},
	// Most of the first group move from one side to the other, and nobody of the second.
	{"on the move", [2]string{"1111113333" + "88888888888888", "8888883333" + "88888888888888"}},
}

// life is a variant as it asks the fixture, and what comes of it.
type life struct {
	protocol string // what differs from the others'
	ask      func(item string, value int) delphi.Answer
	comes    [5]string // of each matter: the verdict, what it would be if it were stable, and the side
	ends     string    // after the second wave, were the fifth matter dropped and one argument admitted
}

func onScale(item string, v int) delphi.Answer {
	return delphi.Answer{Item: item, Value: v, CannotJudge: v == 0}
}

const twoAnswers = `{"kind": "answer"}, {"kind": "answer"}, {"kind": "answer"}`

var lives = map[string]life{
	"classical": {
		protocol: `"variant": "classical", "rounds": [` + twoAnswers + `], "item_kinds": [{"id": "k", "kind": "scale", "points": 9}],
			"consensus": {"rule": "median-iqr", "scope": "each-group", "median_iqr": {"median_min": 7, "iqr_max": 1}}, "disclosure": {"small": "open"}`,
		ask:   onScale,
		comes: [5]string{"consensus for", "majority for", "majority for", "consensus for", "open (majority for)"},
		ends:  "stable",
	},
	"policy": {
		protocol: `"variant": "policy", "rounds": [` + twoAnswers + `], "item_kinds": [{"id": "k", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility"], "cannot_judge": true}],
			"consensus": {"rule": "share", "share": {"from": 3, "to": 4, "permille": 750}}`,
		ask: func(item string, v int) delphi.Answer {
			a := delphi.Answer{Item: item, Criteria: []int{(v + 2) * 4 / 11, 3}}
			if v == 0 {
				a.Criteria = []int{0, 3}
			}
			return a
		},
		comes: [5]string{"majority for", "majority for", "majority for", "consensus for", "open (consensus for)"},
		ends:  "new_arguments",
	},
	"estimate": {
		protocol: `"variant": "estimate", "rounds": [` + twoAnswers + `], "item_kinds": [{"id": "k", "kind": "estimate", "unit": "anni", "min": 0, "max": 20, "never": true}],
			"consensus": {"rule": "iqr", "iqr": 1}`,
		ask:   func(item string, v int) delphi.Answer { return delphi.Answer{Item: item, Value: v, Never: v == 0} },
		comes: [5]string{"consensus", "majority", "majority", "bipolarity", "open (consensus)"},
		ends:  "stable",
	},
	"appropriateness": {
		protocol: `"variant": "appropriateness", "rounds": [{"kind": "answer"}, {"kind": "answer", "discussion": true}], "item_kinds": [{"id": "k", "kind": "scale", "points": 9}],
			"consensus": {"rule": "rand"}`,
		ask:   onScale,
		comes: [5]string{"majority for", "majority for", "disagreement", "consensus for", "unstable (consensus for)"},
		ends:  "stable",
	},
	"core-outcomes": {
		protocol: `"variant": "core-outcomes", "rounds": [` + twoAnswers + `], "item_kinds": [{"id": "k", "kind": "scale", "points": 9}],
			"consensus": {"rule": "comet", "scope": "each-group"}`,
		ask:   onScale,
		comes: [5]string{"majority for", "consensus for", "majority for", "consensus for", "open (majority for)"},
		ends:  "stable",
	},
	"real-time": {
		protocol: `"variant": "real-time", "rounds": [{"kind": "standing"}], "item_kinds": [{"id": "k", "kind": "scale", "points": 9}],
			"consensus": {"rule": "share", "share": {"from": 7, "to": 9, "permille": 750}}`,
		ask:   onScale,
		comes: [5]string{"majority for", "majority for", "majority for", "consensus for", "consensus for"},
		ends:  "still_moving",
	},
	"argumentative": {
		protocol: `"variant": "argumentative", "rounds": [{"kind": "gather", "discussion": true}, {"kind": "answer"}, {"kind": "answer"}, {"kind": "answer"}], "item_kinds": [{"id": "k", "kind": "scale", "points": 9}],
			"consensus": {"rule": "share", "share": {"from": 7, "to": 9, "permille": 750}}, "stop": {"auto": true, "when": "facilitator"}`,
		ask:   onScale,
		comes: [5]string{"majority for", "majority for", "majority for", "consensus for", "open (consensus for)"},
		ends:  "facilitator",
	},
	"ranking": {
		protocol: `"variant": "ranking", "rounds": [` + twoAnswers + `], "item_kinds": [{"id": "k", "kind": "ranking"}],
			"consensus": {"rule": "w", "w": 700}`,
		ask:   func(item string, v int) delphi.Answer { return delphi.Answer{Item: item, Value: 10 - v} },
		comes: [5]string{"open (disagreement)", "open (disagreement)", "open (disagreement)", "open (disagreement)", "open (disagreement)"},
		ends:  "still_moving",
	},
}

// TestEachVariantJudgesByItsOwnRules asks the same 24 people under each variant's protocol:
// each comes to the verdicts and the stop of the fixture, and to something that no other
// variant's rules give.
func TestEachVariantJudgesByItsOwnRules(t *testing.T) {
	found := map[string][]string{}
	for name, l := range lives {
		p := parse(t, `{"version": 1, "languages": ["it"], "panel": {"groups": [{"id": "a", "name": {"it": "A"}, "access": "invitation"}, {"id": "b", "name": {"it": "B"}, "access": "invitation"}]},
			"anonymity": {"latest_key_date": "2028-06-30"}, `+l.protocol+`}`)
		found[name] = l.lived(t, p)
		if want := append(l.comes[:], l.ends); !slices.Equal(found[name], want) {
			t.Errorf("%s: %q, want %q", name, found[name], want)
		}
	}
	for name, own := range found {
		if !slices.ContainsFunc([]int{0, 1, 2, 3, 4, 5}, func(n int) bool {
			for other, row := range found {
				if other != name && row[n] == own[n] {
					return false
				}
			}
			return true
		}) {
			t.Errorf("%s: %q: other variants' rules come to each of these too", name, own)
		}
	}
}

// lived gives what comes of each matter, and how the variant ends.
func (l life) lived(t *testing.T, p protocol.Protocol) []string {
	t.Helper()
	var items []delphi.Item
	for _, m := range matters {
		items = append(items, delphi.Item{ID: m.name, Kind: "k"})
	}
	var closings []table.Closing
	var documents []table.Counts
	var previous []delphi.Ballot
	first := 1 + slices.IndexFunc(p.Rounds, func(r protocol.RoundPlan) bool { return r.Kind != delphi.Gather })
	waves := 2
	if p.Standing() {
		waves = 1 // its answers are the last ones
	}
	for wave := range waves {
		var all []delphi.Ballot
		for person := range 24 {
			b := delphi.Ballot{Panelist: fmt.Sprint(person), Group: "a"}
			if person >= 10 {
				b.Group = "b"
			}
			for _, m := range matters {
				b.Answers = append(b.Answers, l.ask(m.name, int(m.waves[2-waves+wave][person]-'0')))
			}
			all = append(all, b)
		}
		c, _ := tabulate(t, p, first+wave, items, []int{10, 14}, documents, all, previous)
		documents, closings, previous = append(documents, c.Counts), append(closings, c), all
	}
	left := len(p.Rounds) - first - waves + 1
	if p.Standing() {
		left = 1 // until its deadline
	}
	var out []string
	var proposals []verdict.Action
	for _, i := range items {
		v, proposal := verdict.Judge(p, i, closings, left)
		words := string(v.Key)
		if v.Side != delphi.NoSide {
			words += " " + string(v.Side)
		}
		if v.If != "" {
			words += " (" + string(v.If)
			if v.IfSide != delphi.NoSide {
				words += " " + string(v.IfSide)
			}
			words += ")"
		}
		out, proposals = append(out, words), append(proposals, proposal.Action)
	}
	stops, grounds := verdict.Stops(p, proposals[:4], 1)
	for _, g := range grounds {
		if !g.Holds {
			return append(out, g.Code)
		}
	}
	if !stops || p.Stop.When == "facilitator" && p.StopsItself() {
		t.Errorf("stops %v with every ground held, by itself %v", stops, p.StopsItself())
	}
	return append(out, p.Stop.When)
}
