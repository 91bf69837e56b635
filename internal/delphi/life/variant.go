package life

import "delfi/internal/delphi"

func onScale(v int) delphi.Answer { return delphi.Answer{Value: v, CannotJudge: v == 0} }

// The rounds last a week; a facilitator may close them at once.
const (
	week    = `, "days": 7, "min_days": 0}`
	asks    = `{"kind": "answer"` + week
	gathers = `{"kind": "gather"` + week
	thrice  = asks + `, ` + asks + `, ` + asks
	points  = `"item_kinds": [{"id": "k", "kind": "scale", "points": 9}]`
	agreed  = `"consensus": {"rule": "share", "share": {"from": 7, "to": 9, "permille": 750}}`
)

// Lives are the eight variants.
var Lives = map[string]Life{
	"classical": {
		Protocol: `"variant": "classical", "rounds": [` + gathers + `, ` + thrice + `, ` + asks + `], ` + points + `, "stop": {"auto": true, "when": "stable"},
			"consensus": {"rule": "median-iqr", "scope": "each-group", "median_iqr": {"median_min": 7, "iqr_max": 1}}`,
		Invited: true,
		ask:     onScale,
		Comes:   []string{"consensus for", "majority for", "majority for", "consensus for", "majority for", "open (majority for)"},
		Ends:    "stable",
	},
	"policy": {
		Protocol: `"variant": "policy", "rounds": [` + gathers + `, ` + thrice + `], "items": {"source": "both"},
			"item_kinds": [{"id": "k", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility"], "cannot_judge": true},
				{"id": "grado", "kind": "scale", "points": 4}, {"id": "orario", "kind": "choice"}, {"id": "luogo", "kind": "selection", "k": 2}, {"id": "parole", "kind": "text"}],
			"consensus": {"rule": "share", "share": {"from": 3, "to": 4, "permille": 750}}`,
		ask: func(v int) delphi.Answer {
			if v == 0 {
				return delphi.Answer{Criteria: []int{0, 3}}
			}
			return delphi.Answer{Criteria: []int{(v + 2) * 4 / 11, 3}}
		},
		Comes: []string{"majority for", "majority for", "majority for", "consensus for", "consensus for", "open (consensus for)"},
		Ends:  "new_arguments",
	},
	"estimate": {
		Protocol: `"variant": "estimate", "rounds": [` + thrice + `], "items": {"source": "given"},
			"item_kinds": [{"id": "k", "kind": "estimate", "unit": "anni", "min": 0, "max": 20, "never": true}, {"id": "mese", "kind": "date", "unit": "month", "min": "2027-01", "max": "2035-12"}],
			"consensus": {"rule": "iqr", "iqr": 1}`,
		ask:   func(v int) delphi.Answer { return delphi.Answer{Value: v, Never: v == 0} },
		Comes: []string{"consensus", "majority", "majority", "bipolarity", "consensus", "open (consensus)"},
		Ends:  "stable",
	},
	"appropriateness": {
		Protocol: `"variant": "appropriateness", "rounds": [` + asks + `, {"kind": "answer", "discussion": true` + week + `], "items": {"source": "given"}, ` + points + `,
			"consensus": {"rule": "rand"}`,
		ask:   onScale,
		Comes: []string{"majority for", "majority for", "disagreement", "consensus for", "consensus for", "unstable (consensus for)"},
		Ends:  "stable",
	},
	"core-outcomes": {
		Protocol: `"variant": "core-outcomes", "rounds": [` + thrice + `], "items": {"source": "given", "new_after_round": 1}, ` + points + `,
			"consensus": {"rule": "comet", "scope": "each-group"}`,
		ask:   onScale,
		Comes: []string{"majority for", "consensus for", "majority for", "consensus for", "majority for", "open (majority for)"},
		Ends:  "stable",
	},
	"real-time": {
		Protocol: `"variant": "real-time", "rounds": [{"kind": "standing"` + week + `], "items": {"source": "given"}, ` + points + `, "stop": {"auto": true, "when": "drift"}, ` + agreed,
		ask:      onScale,
		Comes:    []string{"majority for", "majority for", "majority for", "consensus for", "consensus for", "consensus for"},
		Ends:     "still_moving",
	},
	"argumentative": {
		Protocol: `"variant": "argumentative", "rounds": [{"kind": "gather", "discussion": true` + week + `, ` + thrice + `, ` + asks + `], "items": {"source": "both"}, ` + points + `, ` + agreed + `,
			"stop": {"auto": true, "when": "facilitator"}`,
		ask:   onScale,
		Comes: []string{"majority for", "majority for", "majority for", "consensus for", "consensus for", "open (consensus for)"},
		Ends:  "facilitator",
	},
	"ranking": {
		Protocol: `"variant": "ranking", "rounds": [{"kind": "select"` + week + `, ` + thrice + `], "item_kinds": [{"id": "k", "kind": "ranking", "k": 6}],
			"items": {"source": "given", "narrow": {"keep": 550, "min": 2, "max": 6}}, "consensus": {"rule": "w", "w": 700}, "disclosure": {"min_n": 20}`,
		narrows: 3,
		Comes:   []string{"disagreement", "disagreement", "", "disagreement", "disagreement", "disagreement"},
		Ends:    "stable",
	},
}
