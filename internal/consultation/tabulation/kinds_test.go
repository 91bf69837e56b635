package tabulation

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// everyKind are protocols that have every kind of item between them: a rule judges some.
var everyKind = map[string]struct {
	kinds, rule string
	items       []string // their kinds; lists are mixed with others
}{
	"points, options and words": {
		kinds: `{"id": "scala", "kind": "scale", "points": 4}, {"id": "criteri", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility"]},
			{"id": "scelta", "kind": "choice"}, {"id": "prove", "kind": "selection", "k": 2}, {"id": "note", "kind": "text"}`,
		rule:  `{"rule": "share", "share": {"from": 4, "to": 4}}`,
		items: []string{"scelta", "scala", "prove", "criteri", "scelta", "prove", "note", "scala", "scelta", "prove"},
	},
	"estimates and dates": {
		kinds: `{"id": "euro", "kind": "estimate", "unit": "euro", "min": -50, "max": 950, "grid": 10, "triple": true},
			{"id": "anno", "kind": "date", "unit": "year", "min": "2027", "max": "2090", "grid": 1, "never": true, "cannot_judge": true}`,
		rule:  `{"rule": "iqr", "iqr": 20}`,
		items: []string{"euro", "anno", "euro"},
	},
	"a ranking": {
		kinds: `{"id": "ordine", "kind": "ranking"}, {"id": "note", "kind": "text"}`,
		rule:  `{"rule": "w", "w": 700}`,
		items: []string{"ordine", "note", "ordine", "ordine", "note"},
	},
}

func parsed(t testing.TB, variant, rounds, kinds, rule string) protocol.Protocol {
	t.Helper()
	p, err := protocol.Parse([]byte(fmt.Sprintf(`{"version": 1, "variant": %q, "languages": ["it"],
		"panel": {"groups": [{"id": "a", "name": {"it": "A"}, "access": "open"}, {"id": "b", "name": {"it": "B"}, "access": "open"}]},
		"anonymity": {"latest_key_date": "2030-06-30"}, "rounds": [%s], "item_kinds": [%s], "consensus": %s}`, variant, rounds, kinds, rule)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// anyAnswers gives what one person says of a round's items, as a form lets them: some
// left out, a list with one choice, at most k selected.
func anyAnswers(r *rand.Rand, p protocol.Protocol, items []consultation.Item) []delphi.Answer {
	var out []delphi.Answer
	chosen, selected := false, 0
	all := r.IntN(4) > 0 // of a ranking
	for _, i := range items {
		k, _ := p.Kind(i.Kind)
		a := delphi.Answer{Item: i.ID.String()}
		switch unable := k.CannotJudge && r.IntN(6) == 0; {
		case k.Kind == delphi.ChoiceForm && (chosen || r.IntN(3) > 0):
			continue
		case k.Kind == delphi.RankingForm && !all && r.IntN(2) == 0, k.Kind != delphi.RankingForm && r.IntN(6) == 0:
			continue
		case unable:
			a.CannotJudge, chosen = true, chosen || k.Kind == delphi.ChoiceForm
		case k.Never && r.IntN(6) == 0:
			a.Never = true
		case k.Kind == delphi.ScaleForm:
			a.Value = 1 + r.IntN(k.Points)
		case k.Kind == delphi.CriteriaForm:
			for range k.Criteria {
				a.Criteria = append(a.Criteria, r.IntN(k.Points+1))
			}
		case k.Kind == delphi.EstimateForm, k.Kind == delphi.DateForm:
			v := []int{k.Min + r.IntN(k.Max-k.Min+1), k.Min + r.IntN(k.Max-k.Min+1), k.Min + r.IntN(k.Max-k.Min+1)}
			slices.Sort(v)
			if a.Value = v[1]; k.Triple {
				a.Low, a.High = v[0], v[2]
			}
		case k.Kind == delphi.RankingForm:
			a.Value = 1 + r.IntN(3)
		case k.Kind == delphi.ChoiceForm:
			a.Value, chosen = 1, true
		case k.Kind == delphi.SelectionForm:
			if selected < k.K && r.IntN(2) == 0 {
				a.Value, selected = 1, selected+1
			}
		}
		if k.Kind == delphi.TextForm || r.IntN(8) == 0 && k.Kind != delphi.RankingForm {
			a.Reason, a.Argues = fmt.Sprint("perché ", r.IntN(9)), []delphi.Side{"", delphi.For, delphi.Against}[r.IntN(3)]
		}
		if r.IntN(3) > 0 && k.Kind != delphi.RankingForm {
			a.Confidence = 1 + r.IntN(answer.Confidences)
		}
		out = append(out, a)
	}
	return out
}

// A closing of any kinds of item finds the leaf of each answer that was sealed: for each
// table as many of each value as it counts, and those that one walk over all tables finds.
func TestLeavesOfEachKindAreItsTables(t *testing.T) {
	for name, e := range everyKind {
		t.Run(name, func(t *testing.T) {
			p := parsed(t, map[string]string{"points, options and words": "policy", "estimates and dates": "estimate", "a ranking": "ranking"}[name],
				`{"kind": "gather"}, {"kind": "answer"}, {"kind": "answer"}, {"kind": "answer"}`, e.kinds, e.rule)
			var items []consultation.Item
			for n, kind := range e.items {
				items = append(items, consultation.Item{ID: uuid.UUID{9, byte(n)}, Kind: kind, Number: n + 1})
			}
			round := consultation.Round{Kind: delphi.AnswerRound, Number: 4}
			rapid.Check(t, func(t *rapid.T) {
				r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
				people := rapid.IntRange(1, 160).Draw(t, "people")
				tab, err := table.NewTabulator(p, round.Number, engineItems(items), []byte("key"))
				if err != nil {
					t.Fatal(err)
				}
				found := counted{items: engineItems(items), assign: tab.Assign}
				if found.votes, err = newVotes(p, round, items); err != nil {
					t.Fatal(err)
				}
				sealedOf := func(person int) *opened {
					one := &opened{group: []string{"a", "b"}[person%2], payload: payload.Payload{Codecs: found.votes.codecs}}
					one.panelist[0], one.payload.Random[0] = byte(person), byte(person)
					for _, a := range anyAnswers(r, p, items) {
						kind, _ := found.votes.codecs.Number(p.ItemKinds[slices.IndexFunc(p.ItemKinds, func(k delphi.ItemKind) bool {
							return k.ID == items[slices.IndexFunc(items, func(i consultation.Item) bool { return i.ID.String() == a.Item })].Kind
						})].ID)
						if bad := found.votes.codecs.Check(kind, &a, answer.Question{Number: 1, List: 9}); len(bad) > 0 {
							t.Fatalf("%+v: %v", a, bad)
						}
						id := uuid.MustParse(a.Item)
						a.Item = ""
						one.payload.Put(payload.Entry{Item: id, Kind: kind, Answer: a})
					}
					plain, err := one.payload.Encode(payload.LayoutOf(found.votes.codecs, found.votes.kinds, true))
					if err != nil {
						t.Fatal(err)
					}
					if err := one.payload.DecodeInto(plain, true); err != nil {
						t.Fatal(err)
					}
					one.draw(new(marker), "c/4")
					return one
				}
				before, older := newPast(), newPast()
				for person := range people {
					for _, past := range []*past{older, older, before} {
						if r.IntN(3) > 0 {
							if err := past.merge(found.votes, sealedOf(person)); err != nil {
								t.Fatal(err)
							}
						}
					}
				}
				var now, previous, earlier delphi.Ballot
				ballots := map[int][2]delphi.Ballot{}
				for person := range people {
					one := sealedOf(person)
					found.votes.answers(&now, one)
					was, row := before.take(found.votes, &previous, one.panelist)
					old, _ := older.take(found.votes, &earlier, one.panelist)
					if err := tab.Add(&now, was, old); err != nil {
						t.Fatal(err)
					}
					if err := found.votes.keep(one, row); err != nil {
						t.Fatal(err)
					}
					both := [2]delphi.Ballot{copied(now)}
					if was != nil {
						both[1] = copied(previous)
					}
					ballots[person] = both
				}
				if found.closing, err = tab.Close([]int{people, people}); err != nil {
					t.Fatal(err)
				}
				got := map[string]int{}
				_, err = found.leaves(func(table string) string { return table }, func(name string, b leaf.Built) error {
					got[name] = b.N()
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				whole, err := tab.Assign(found.closing)
				if err != nil {
					t.Fatal(err)
				}
				want := map[string]int{}
				for _, both := range ballots {
					var was *delphi.Ballot
					if both[1].Panelist != "" {
						was = &both[1]
					}
					if err := whole.Each(&both[0], was, func(table, _ int) { want[found.closing.Tables[table].ID]++ }); err != nil {
						t.Fatal(err)
					}
				}
				maps.DeleteFunc(got, func(_ string, n int) bool { return n == 0 })
				if d := cmp.Diff(want, got); d != "" {
					t.Fatal(d)
				}
			})
		})
	}
}

// copied is a ballot that shares no memory with another.
func copied(b delphi.Ballot) delphi.Ballot {
	b.Answers = slices.Clone(b.Answers)
	for i := range b.Answers {
		b.Answers[i].Criteria = slices.Clone(b.Answers[i].Criteria)
	}
	return b
}

// A standing round of any kinds that has several is released and closed over the real
// use cases: what people change counts, a list is released when enough people touched any
// of its items, and at the deadline every table is its leaves.
func TestAStandingRoundOfEachKind(t *testing.T) {
	ctx := t.Context()
	e := everyKind["points, options and words"]
	const people = 60
	h, _, _ := standingHouse(t, people, 0, func(p *protocol.Protocol) {
		*p = parsed(t, "real-time", `{"kind": "standing", "days": 1}`, e.kinds, e.rule)
		p.Panel.Groups = p.Panel.Groups[:1]
		p.Panel.Groups[0].Access = protocol.AccessImported
	})
	h.must(h.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, h.c.ID)
		for n, kind := range e.items {
			if err == nil {
				_, err = h.consultations.AddItem(ctx, tx, &c, kind, fmt.Sprint("Voce ", n+1), nil)
			}
		}
		return err
	}))
	items := h.items(1)
	seats, err := h.pseudonyms.Foreign(ctx, h.c.ID, h.group(), slices.Repeat([]string{"v"}, people)...)
	h.must(err)
	for i := range seats {
		seats[i].Panelist[0], seats[i].Panelist[1] = byte(i), byte(i>>8)
	}
	r := rand.New(rand.NewPCG(4, 4))
	cast := func(i int) {
		in := ballot.Answers{Given: anyAnswers(r, h.c.Protocol, items)}
		for _, i := range items {
			if !slices.ContainsFunc(in.Given, func(a delphi.Answer) bool { return a.Item == i.ID.String() }) {
				in.Cleared = append(in.Cleared, i.ID.String())
			}
		}
		_, err := h.ballots.Cast(ctx, seats[i], 1, in, ballot.Part{})
		h.must(err)
	}
	for i := range people {
		cast(i)
	}
	h.must(h.tabulation.Release(ctx, h.c.ID, 1, false))
	for i := range 5 {
		cast(i)
	}
	h.must(h.tabulation.Release(ctx, h.c.ID, 2, false))
	for i := range 30 {
		cast(i + 5)
	}
	h.must(h.tabulation.Release(ctx, h.c.ID, 3, false))
	for n, d := range h.releases() {
		if len(d.Lists) != 1 || len(d.Lists[0].Items) != 3 {
			t.Fatalf("release %d has the lists %+v", n+1, d.Lists)
		}
		if want := []int{1, 1, 3}[n]; d.Lists[0].Released != want {
			t.Errorf("release %d shows the list of release %d, want %d", n+1, d.Lists[0].Released, want)
		}
	}
	h.must(h.tabulation.Release(ctx, h.c.ID, 4, true))
	h.refresh()
	letters := h.prove(1)
	for _, l := range []string{"A", "S", "K", "R", "B"} {
		if letters[l] == 0 {
			t.Errorf("there is no table %s: %v", l, letters)
		}
	}
	last := h.releases()[3]
	list := last.Lists[0]
	if list.Counts.Valid == 0 || list.Counts.Valid > people || len(list.Reasons) == 0 {
		t.Errorf("the list counts %+v, with %d reasons", list.Counts, len(list.Reasons))
	}
	note := last.Items[6]
	if note.Kind != "note" || len(note.Reasons) != note.Counts.Valid || note.Counts.Valid == 0 {
		t.Errorf("%d answers in words are shown, %d were given", len(note.Reasons), note.Counts.Valid)
	}
	if c := last.Items[3].Criteria; len(c) != 2 || c[0].Counts.Valid == 0 || len(c[1].Figures.Histogram) == 0 {
		t.Errorf("the criteria are %+v", c)
	}
}
