package asked

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
)

// Kind is one kind of answer: what the bench's people answer and how a browser sends that.
type Kind struct {
	Name     string
	Protocol string // the document that asks for it, by its first kind of item; "" for that of the drafting form
	Shows    string // what stands in a form for an item, by its number

	say  func(k delphi.ItemKind, v []int) []delphi.Answer       // by item, from a value of 1 to 9 of each
	sent func(k delphi.ItemKind, n int, a delphi.Answer) string // of item n, from 1; "" for nothing
	one  bool                                                   // of a list only the chosen item is answered
}

// Scale is the kind of answer of every consultation that another is not chosen for.
var Scale = Kind{
	Name:  "scale",
	say:   eachItem(func(_ delphi.ItemKind, v, _ int) delphi.Answer { return delphi.Answer{Value: v} }),
	sent:  sentValue,
	Shows: `name="answer_%d"`,
}

// Others are the other kinds of answer, each with a rule that may judge it, or that judges
// nothing where no rule may.
var Others = []Kind{
	{
		Name:     "criteria",
		Protocol: document("policy", `{"id": "chiesto", "kind": "criteria", "points": 9, "criteria": ["desirability", "feasibility"]}`, `{"rule": "share", "share": {"from": 7, "to": 9}}`),
		say: eachItem(func(_ delphi.ItemKind, v, next int) delphi.Answer {
			return delphi.Answer{Criteria: []int{v, next}}
		}),
		sent: func(k delphi.ItemKind, n int, a delphi.Answer) string {
			return fmt.Sprintf("&answer_%d_%s=%d&answer_%d_%s=%d", n, k.Criteria[0], a.Criteria[0], n, k.Criteria[1], a.Criteria[1])
		},
		Shows: `name="answer_%d_feasibility"`,
	},
	{
		Name:     "estimate",
		Protocol: document("estimate", `{"id": "chiesto", "kind": "estimate", "unit": "anni", "min": 0, "max": 40, "triple": true}`, `{"rule": "iqr", "iqr": 6}`),
		say: eachItem(func(_ delphi.ItemKind, v, _ int) delphi.Answer {
			return delphi.Answer{Low: 4*v - 3, Value: 4 * v, High: 4*v + 2}
		}),
		sent: func(_ delphi.ItemKind, n int, a delphi.Answer) string {
			return fmt.Sprintf("&answer_%d_low=%d&answer_%d=%d&answer_%d_high=%d", n, a.Low, n, a.Value, n, a.High)
		},
		Shows: `name="answer_%d_high"`,
	},
	{
		Name:     "date",
		Protocol: document("estimate", `{"id": "chiesto", "kind": "date", "unit": "month", "min": "2027-01", "max": "2035-12"}`, `{"rule": "iqr", "iqr": 24}`),
		say: eachItem(func(k delphi.ItemKind, v, next int) delphi.Answer {
			return delphi.Answer{Value: k.Min + 11*(v-1) + next}
		}),
		sent: func(k delphi.ItemKind, n int, a delphi.Answer) string {
			return fmt.Sprintf("&answer_%d=%s", n, k.Written(a.Value))
		},
		Shows: `name="answer_%d_month"`,
	},
	{
		Name:     "ranking",
		Protocol: document("ranking", `{"id": "chiesto", "kind": "ranking"}`, `{"rule": "w", "w": 700}`),
		say: func(_ delphi.ItemKind, v []int) []delphi.Answer {
			order := make([]int, len(v))
			for at := range order {
				order[at] = at
			}
			slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v[a], v[b]) })
			out := make([]delphi.Answer, len(v))
			for rank, at := range order {
				out[at].Value = rank + 1
			}
			return out
		},
		sent:  sentValue,
		Shows: `name="answer_%d"`,
	},
	{
		Name:     "choice",
		Protocol: document("policy", `{"id": "chiesto", "kind": "choice"}, `+judgedKind, judgedRule),
		say: func(_ delphi.ItemKind, v []int) []delphi.Answer {
			out := make([]delphi.Answer, len(v))
			out[(v[0]+9*v[1])%len(v)].Value = 1
			return out
		},
		sent: func(_ delphi.ItemKind, n int, a delphi.Answer) string {
			if a.Value == 0 {
				return ""
			}
			return fmt.Sprintf("&choice_chiesto=%d", n)
		},
		one:   true,
		Shows: `name="choice_chiesto" value="%d"`,
	},
	{
		Name:     "selection",
		Protocol: document("policy", `{"id": "chiesto", "kind": "selection", "k": 5}, `+judgedKind, judgedRule),
		say: func(_ delphi.ItemKind, v []int) []delphi.Answer {
			out := make([]delphi.Answer, len(v))
			left := 5
			for at := range out {
				if v[at] >= 7 && left > 0 {
					out[at].Value = 1
					left--
				}
			}
			return out
		},
		sent: func(_ delphi.ItemKind, n int, a delphi.Answer) string {
			if a.Value == 0 {
				return fmt.Sprintf("&answer_%d_seen=yes", n)
			}
			return fmt.Sprintf("&answer_%d=yes&answer_%d_seen=yes", n, n)
		},
		Shows: `name="answer_%d_seen"`,
	},
	{
		Name:     "text",
		Protocol: document("policy", `{"id": "chiesto", "kind": "text"}, `+judgedKind, judgedRule),
		say: eachItem(func(_ delphi.ItemKind, v, next int) delphi.Answer {
			return delphi.Answer{Reason: fmt.Sprintf("Alle otto passano %d auto al minuto, e %d biciclette.", v, next)}
		}),
		sent: func(_ delphi.ItemKind, n int, a delphi.Answer) string {
			return "&reason_" + strconv.Itoa(n) + "=" + url.QueryEscape(a.Reason)
		},
		Shows: `name="reason_%d"`,
	},
}

// judgedKind is a kind that judgedRule judges, of which there is no item.
const (
	judgedKind = `{"id": "opzione", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility"]}`
	judgedRule = `{"rule": "share", "share": {"from": 3, "to": 4}}`
)

// document gives a protocol that gathers statements and then asks twice.
func document(variant, kinds, rule string) string {
	return fmt.Sprintf(`{"version": 1, "variant": %q,
		"panel": {"groups": [{"id": "cittadini", "name": {"it": "Cittadini"}}]},
		"rounds": [{"kind": "gather", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
		"item_kinds": [%s], "consensus": %s}`, variant, kinds, rule)
}

// eachItem answers every item by itself, from its own value and that of the next.
func eachItem(say func(k delphi.ItemKind, v, next int) delphi.Answer) func(delphi.ItemKind, []int) []delphi.Answer {
	return func(k delphi.ItemKind, v []int) []delphi.Answer {
		out := make([]delphi.Answer, len(v))
		for at := range out {
			out[at] = say(k, v[at], v[(at+1)%len(v)])
		}
		return out
	}
}

// sentValue sends a value and the empty field for its reason.
func sentValue(_ delphi.ItemKind, n int, a delphi.Answer) string {
	field := strconv.Itoa(n)
	return "&answer_" + field + "=" + strconv.Itoa(a.Value) + "&reason_" + field + "="
}

// Paper is a ballot as the use case takes it, from a value of 1 to 9 for each item: of the
// first the reason is given.
func (k Kind) Paper(kind delphi.ItemKind, items []consultation.Item, v []int, reason string) ballot.Answers {
	var out []delphi.Answer
	for at, a := range k.say(kind, v) {
		if k.one && a.Value == 0 {
			continue
		}
		a.Item = items[at].ID.String()
		out = append(out, a)
	}
	if out[0].Reason == "" {
		out[0].Reason = reason
	}
	return ballot.Answers{Given: out}
}

// Form is the same ballot as a browser sends it: the whole paper, and what the page's script
// draws for each sending.
func (k Kind) Form(kind delphi.ItemKind, v []int) string {
	var b strings.Builder
	b.WriteString("all=1")
	for at, a := range k.say(kind, v) {
		b.WriteString(k.sent(kind, at+1, a))
	}
	var drawn [leaf.BrowserSize]byte
	_, _ = rand.Read(drawn[:]) // never fails
	return b.String() + "&part=" + hex.EncodeToString(drawn[:]) + "&act=deliver"
}
