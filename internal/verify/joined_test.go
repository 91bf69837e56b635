package verify

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/consultation/feedback"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report/schema"
	"delfi/internal/verify/source"
)

// join lays after entry n that a statement joins.
func (b *book) join(n int, role string, item, round int, reason string) {
	texts := map[string]string{"name": "Bo", "text": "Potare i tigli.", "target": "statement"}
	if reason != "" {
		texts["reason"] = reason
	}
	b.lay(n, b.written(n), map[string]any{"kind": "join", "role": role, "item": item, "version": 1, "item_kind": "scala", "round": round}, texts)
}

func (b *book) unjoin(n, item int) {
	b.lay(n, b.written(n), map[string]any{"kind": "remove", "role": "facilitator", "item": item}, map[string]string{"name": "Bo", "reason": "No."})
}

// TestJoiningIsReplayed: statements join after the round that the frozen protocol names, by the
// facilitator, for a reason, and are taken back before the next round.
func TestJoiningIsReplayed(t *testing.T) {
	honest := press(t, nil)
	late := pressed(t, lets, nil)
	between := func(b *book) int { return b.find("round_opened", 2) - 1 }
	for name, c := range map[string]struct {
		of   *book
		does func(b *book)
		want string
	}{
		"joined and taken back": {late, func(b *book) {
			n := between(b)
			b.join(n, "facilitator", 3, 2, "Mancava.")
			b.unjoin(n+1, 3)
		}, ""},
		"the number again": {late, func(b *book) {
			n := between(b)
			b.join(n, "facilitator", 3, 2, "Mancava.")
			b.join(n+1, "facilitator", 3, 2, "Mancava.")
		}, "this act was not possible here"},
		"joined, and asked by no round": {late, func(b *book) { b.join(between(b), "facilitator", 3, 2, "Mancava.") }, "the round that opened next does not ask it as new"},
		"after a round that the protocol does not name": {honest, func(b *book) { b.join(between(b), "facilitator", 3, 2, "Mancava.") },
			"the frozen protocol lets none join"},
		"after another round":      {late, func(b *book) { b.join(between(b), "facilitator", 3, 1, "Mancava.") }, "joins after another round than the last that was answered"},
		"by a moderator":           {late, func(b *book) { b.join(between(b), "moderator", 3, 2, "Mancava.") }, "this act was not possible here"},
		"without a reason":         {late, func(b *book) { b.join(between(b), "facilitator", 3, 2, "") }, "joins without a reason"},
		"under a number in play":   {late, func(b *book) { b.join(between(b), "facilitator", 1, 2, "Mancava.") }, "this act was not possible here"},
		"while a round is open":    {late, func(b *book) { b.join(b.find("round_opened", 2), "facilitator", 3, 2, "Mancava.") }, "while round 3 is open or closing"},
		"after the conclusion":     {late, func(b *book) { b.join(b.find("key_destroyed", 0), "facilitator", 3, 3, "Mancava.") }, "while the consultation does not run"},
		"taken back, never joined": {late, func(b *book) { b.unjoin(between(b), 3) }, "which did not join since the last round"},
	} {
		t.Run(name, func(t *testing.T) {
			b := c.of.copied(t)
			c.does(b)
			b.retells()
			b.seal()
			_, err := Run(t.Context(), b.files, Options{})
			var f *source.Fault
			switch {
			case c.want == "" && err != nil:
				t.Errorf("it was named so: %v", err)
			case c.want != "" && (!errors.As(err, &f) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// lets are rules that let statements join after round 2.
var lets = strings.Replace(rules, `"item_kinds"`, `"items": {"source": "contributions", "new_after_round": 2}, "item_kinds"`, 1)

const (
	third = "33333333-3333-4333-8333-333333333333"
	// heard is a reason of round 2, on which a statement rests.
	heard        = "Mancano i platani."
	contribution = "44444444-4444-4444-8444-444444444444"
)

// letting presses a record in which statement 3 joins after round 2 and is asked in round 3.
func letting(t testing.TB) *book {
	t.Helper()
	b := pressed(t, lets, func(b *book) {
		for n := range b.people {
			p := &b.people[n]
			p.answers[1][third] = 8
			if n%10 == 0 {
				p.reasons[0][first] = heard
			}
		}
		b.between = func(b *book) {
			b.items = append(slices.Clone(b.items), feedback.Asked{Item: uuid.MustParse(third), Kind: "scala", New: true, Number: 3, Text: "Piantare platani.", Version: 1})
			b.entry("act", map[string]any{
				"kind": "join", "role": "facilitator", "item": 3, "version": 1, "item_kind": "scala", "round": 2, "said": leaf.Digest([]byte(heard)), "contribution": contribution,
			}, map[string]string{"name": "Bo", "target": "statement 3", "text": "Piantare platani.", "reason": "Mancava."})
		}
	})
	b.retold(func(o *schema.Opinion) {
		i := &o.Items[2]
		i.Joined = &schema.Joined{Round: 2, Said: leaf.Digest([]byte(heard)), Reason: "Mancava."}
		i.Contributions = []uuid.UUID{uuid.MustParse(contribution)}
	})
	b.seal()
	return b
}

// split lays after entry n that statement 1 is split, and 3 comes of it, and that this is taken
// back by further decisions.
func (b *book) split(n int, back ...string) {
	when := b.written(n)
	b.layOf("decision", n, when, map[string]any{"kind": "supersede", "role": "facilitator", "item": 1}, nil)
	b.lay(n+1, when, map[string]any{"kind": "reword", "role": "facilitator", "item": 3, "version": 1, "change": "substantive", "from": []int{1}}, map[string]string{"name": "Bo", "text": "Piantare palme.", "reason": "Meglio."})
	for i, kind := range back {
		body := map[string]any{"kind": kind, "role": "facilitator", "item": 1}
		if kind == "undecide" {
			body["round"] = 2
		}
		b.layOf("decision", n+2+i, when, body, nil)
	}
	b.retells()
	if len(back) > 0 {
		b.retold(func(o *schema.Opinion) { o.Items[0].History[0].Decision = nil })
	}
}

// rejoin lays that the statement which joined by entry n is taken back and joins in other words.
func (b *book) rejoin(n int, text string) {
	b.unjoin(n, 3)
	b.lay(n+1, b.written(n), map[string]any{"kind": "join", "role": "facilitator", "item": 3, "version": 1, "item_kind": "scala", "round": 2}, map[string]string{"name": "Bo", "text": text, "reason": "Mancava."})
}

// relist changes the list of round 3 and what depends on it, as who signs the log can.
func (b *book) relist(from, to string) {
	const list = "tigli/rounds/3/items.json"
	b.edit(list, from, to)
	b.record(3)
	b.rewrite(b.find("round_opened", 2), func(body map[string]any) { body["items"] = leaf.Digest(b.files[list].Data) })
}

// TestWhatJoinedIsHeld: a statement that joined stands in the list, in the documents and in the
// opinion as its entry says, and no other comes in. The log is signed anew each time.
func TestWhatJoinedIsHeld(t *testing.T) {
	honest := letting(t)
	if _, err := Run(t.Context(), honest.files, Options{}); err != nil {
		t.Fatal(err)
	}
	at := honest.acted("join")
	joins := func(change func(body map[string]any)) func(b *book) { return func(b *book) { b.rewrite(at, change) } }
	for name, c := range map[string]struct {
		want string
		does func(b *book)
	}{
		"a number that a split statement had and gave back": {"", func(b *book) { b.split(at-1, "restore", "undecide") }},
		"words of a statement that was taken back": {"the words of a statement are not those that the log has of it: item 3 of the list", func(b *book) {
			b.rejoin(at, "Piantare palme.")
		}},
		"words that the law removed": {"", func(b *book) { b.removed(at); b.retells() }},
		"other words in the list":    {"the words of a statement are not those that the log has of it: item 3 of the list", func(b *book) { b.relist("Piantare platani.", "Piantare palme.") }},
		"a list without it as new":   {"does not ask it as new", func(b *book) { b.relist(`"new":true,"number":3`, `"new":false,"number":3`) }},
		"taken back, and asked":      {"no earlier list has this statement, and no act made it: item 3 of the list", func(b *book) { b.unjoin(at, 3) }},
		"no entry of it":             {"no earlier list has this statement, and no act made it: item 3 of the list", joins(func(body map[string]any) { body["kind"] = "remind-nobody" })},
		"two statements of a number": {"two statements of the list have one number: item 3 of the list", func(b *book) { b.relist(`"number":3`, `"number":2`) }},
		"a number that a list has, never decided about": {"joins, which the list of an earlier round has", func(b *book) {
			b.lay(at, b.written(at), map[string]any{"kind": "join", "role": "facilitator", "item": 2, "version": 1, "item_kind": "scala", "round": 2}, map[string]string{"name": "Bo", "reason": "Ancora.", "text": b.items[1].Text})
		}},
		"a number that none has, and is more than 32 bits": {"under a number that no protocol has", joins(func(body map[string]any) { body["item"] = 1<<32 + 3 })},
		"a number beyond the protocol":                     {"under a number that the frozen protocol does not allow", func(b *book) { b.join(at, "facilitator", 101, 2, "Mancava.") }},
		"a reason that the round does not have":            {"rests on a reason that round 2 does not have", joins(func(body map[string]any) { body["said"] = leaf.Digest([]byte("Mancano le palme.")) })},
		"no digest":                                        {"item 3 rests on no reason", joins(func(body map[string]any) { body["said"] = heard })},
		"no id":                                            {"item 3 rests on no contribution", joins(func(body map[string]any) { body["contribution"] = "44" })},
		"an opinion that makes it from no contribution":    {"the opinion does not make item 3 from the contribution that it joined by", func(b *book) { b.retold(func(o *schema.Opinion) { o.Items[2].Contributions = nil }) }},
		"an opinion that gives another reason for it":      {"the opinion does not say what the record gives, at items[2].joined.reason", func(b *book) { b.retold(func(o *schema.Opinion) { o.Items[2].Joined.Reason = "Piace." }) }},
	} {
		t.Run(name, func(t *testing.T) {
			b := honest.copied(t)
			c.does(b)
			b.seal()
			_, err := Run(t.Context(), b.files, Options{})
			if f := (*source.Fault)(nil); c.want == "" && err != nil || c.want != "" && (!errors.As(err, &f) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
