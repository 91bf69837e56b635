package verify

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
)

// ruled is a record's rules with other kinds and another rule, and what its people answer.
type ruled struct {
	variant   string
	kinds     string
	consensus string
	items     []string // their kinds
	answer    func(i, round, item int) (delphi.Answer, bool)
	tables    []string                // some that the last round must have
	cheats    []map[int]delphi.Answer // what the server counts of person 24 in place of what they said, by item
}

// every are three protocols that have every kind of item between them.
var every = map[string]ruled{
	"criteria, choice, selection and text": {
		variant: "policy", consensus: `{"rule": "share", "share": {"from": 4, "to": 4}}`,
		kinds: `{"id": "criteri", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility"]},
			{"id": "scelta", "kind": "choice"}, {"id": "prove", "kind": "selection", "k": 2}, {"id": "note", "kind": "text"}`,
		items: []string{"criteri", "scelta", "prove", "scelta", "prove", "note", "prove"},
		answer: func(i, round, item int) (delphi.Answer, bool) {
			switch item {
			case 0:
				a := delphi.Answer{Criteria: []int{1 + (i+round*(i%2))%4, i % 5}, Confidence: 1 + i%4}
				if i%10 == 0 {
					a.Reason, a.Argues = fmt.Sprint("perché ", i), delphi.For
				}
				return a, i != 20
			case 1:
				return delphi.Answer{Value: 1}, i%3 > 0
			case 3:
				return delphi.Answer{Value: 1, Reason: fmt.Sprint("meglio questa ", i), Argues: delphi.Neither}, i%3 == 0
			case 5:
				return delphi.Answer{Reason: fmt.Sprint("una nota ", i)}, i%4 == 0
			}
			return delphi.Answer{Value: min(1, (i+item/2)%3)}, true // two of the three
		},
		cheats: []map[int]delphi.Answer{
			{0: {Criteria: []int{2, 4}, Confidence: 1}},
			{0: {CannotJudge: true}},
			{0: {Criteria: []int{1, 4}, Confidence: 3}},
			{2: {Value: 0}},
			{4: {Value: 0}, 6: {Value: 1}},
			{3: {Value: 1, Reason: "meglio di no", Argues: delphi.Neither}},
			{3: {CannotJudge: true}},
			{5: {Reason: "un’altra nota"}},
		},
		tables: []string{"A/scelta", "K/1", "R/scelta/neither", "R/6/unsaid", "S/3", "A/1/desirability", "D/1/desirability"},
	},
	"estimates and dates": {
		variant: "estimate", consensus: `{"rule": "iqr", "iqr": 20}`,
		kinds: `{"id": "euro", "kind": "estimate", "unit": "migliaia di euro", "min": -50, "max": 950, "grid": 10, "triple": true},
			{"id": "anno", "kind": "date", "unit": "month", "min": "2027-01", "max": "2035-01", "grid": 3, "never": true, "cannot_judge": true}`,
		items: []string{"euro", "anno"},
		answer: func(i, round, item int) (delphi.Answer, bool) {
			if item == 0 {
				v := 100 + (i*7)%90 + 3*round
				return delphi.Answer{Value: v, Low: v - 40, High: v + 11, Confidence: 1 + i%4}, true
			}
			switch i % 9 {
			case 0:
				return delphi.Answer{Never: true, Reason: fmt.Sprint("mai, ", i)}, true
			case 1:
				return delphi.Answer{CannotJudge: true}, true
			}
			return delphi.Answer{Value: 2028*12 + i%30 + round}, true
		},
		cheats: []map[int]delphi.Answer{
			{0: {Value: 500, Low: 141 - 40, High: 700}}, {0: {Value: 181, Low: -50, High: 192}}, {1: {Never: true}}, {1: {Value: 2033 * 12}},
		},
		tables: []string{"A/1/likely", "A/1/low", "A/1/high", "A/2", "K/1"},
	},
	"a ranking": {
		variant: "ranking", consensus: `{"rule": "w", "w": 700}`,
		kinds: `{"id": "ordine", "kind": "ranking"}, {"id": "note", "kind": "text"}`,
		items: []string{"ordine", "ordine", "note", "ordine"},
		answer: func(i, round, item int) (delphi.Answer, bool) {
			if item == 2 {
				return delphi.Answer{Reason: "una nota"}, i%2 == 0
			}
			a := delphi.Answer{Value: 1 + (item+i%3)%4}
			if item == 0 && i%15 == 0 {
				a.Reason, a.Confidence = fmt.Sprint("prima la prima ", i), 2
			}
			return a, i%11 > 0
		},
		cheats: []map[int]delphi.Answer{{0: {Value: 4}, 1: {Value: 4}}, {3: {Value: 1}}, {2: {Reason: "un’altra nota"}}},
		tables: []string{"P/1", "P/ties", "R/ordine/unsaid", "R/3/unsaid"},
	},
}

func id(n int) string { return fmt.Sprintf("%08d-0000-4000-8000-000000000000", n) }

// pressed makes a record of those rules.
func (e ruled) pressed(t *testing.T, person int, counted map[int]delphi.Answer) *book {
	t.Helper()
	own := strings.NewReplacer(`"variant": "classical"`, fmt.Sprintf(`"variant": %q`, e.variant),
		`{"id": "scala", "kind": "scale"}`, e.kinds, `{"rule": "share", "share": {"from": 7, "to": 9}}`, e.consensus).Replace(rules)
	return pressed(t, own, func(b *book) {
		b.person, b.items = person, nil
		for n, kind := range e.items {
			b.items = append(b.items, feedback.Asked{Item: uuid.MustParse(id(n + 1)), Kind: kind, Number: n + 1, Text: fmt.Sprint("Voce ", n+1), Version: 1})
		}
		for i := range b.people {
			p := &b.people[i]
			p.answers, p.reasons = [2]map[string]int{}, [2]map[string]string{}
			for round := range 2 {
				p.others[round] = map[string]delphi.Answer{}
				for n := range e.items {
					if a, ok := e.answer(i, round, n); ok {
						p.others[round][id(n+1)] = a
					}
				}
			}
			if i != person {
				continue
			}
			p.counted = map[string]delphi.Answer{}
			for n, a := range counted {
				p.counted[id(n+1)] = a
			}
		}
	})
}

// tableID writes a table of a case, "A/1/low", as records name it.
func tableID(table string) string {
	parts := strings.Split(table, "/")
	if len(parts) > 1 && len(parts[1]) == 1 {
		parts[1] = id(int(parts[1][0] - '0'))
	}
	return strings.Join(parts, "/")
}

// A record of each kind of item holds, by this code and by code that shares none with it,
// and whoever has a proof file finds each of their answers in it.
func TestARecordOfEachKindOfItemHolds(t *testing.T) {
	for name, e := range every {
		t.Run(name, func(t *testing.T) {
			for _, person := range []int{0, 9, 11, 20} {
				b := e.pressed(t, person, nil)
				result, err := Run(t.Context(), b.files, Options{Receipts: map[string][]byte{"proof": b.proof}})
				if err != nil {
					t.Fatalf("person %d: %v", person, err)
				}
				last := b.closings[1]
				for _, want := range e.tables {
					if !slices.ContainsFunc(last.Tables, func(have table.Table) bool { return have.ID == tableID(want) }) {
						t.Fatalf("there is no table %s", want)
					}
				}
				p := proofOf(b)
				if got := result.Receipts[0]; got.Leaves <= len(p.Answers) {
					t.Errorf("person %d: %d leaves were found of %d answers: %+v", person, got.Leaves, len(p.Answers), p.Answers)
				}
				if person > 0 || name != "criteria, choice, selection and text" {
					continue // the other code knows one rule of theirs
				}
				if text, ok := recompute(t, b.folder()); !ok {
					t.Errorf("other code: %s", text)
				}
			}
		})
	}
}

// An answer of any kind that the server counted otherwise than it was given is seen by
// whoever gave it: its mark is there, and its leaf is not.
func TestAnAnswerCountedOtherwiseIsSeen(t *testing.T) {
	for name, e := range every {
		for n, cheat := range e.cheats {
			t.Run(fmt.Sprint(name, " ", n), func(t *testing.T) {
				b := e.pressed(t, 24, cheat)
				_, err := Run(t.Context(), b.files, Options{Receipts: map[string][]byte{"proof": b.proof}})
				if err == nil {
					t.Fatal("it is believed")
				}
				if text := err.Error(); !strings.Contains(text, "the leaf of the proof") && !strings.Contains(text, "a leaf stands there under the proof's salt") {
					t.Errorf("it is refused for another reason: %s", text)
				}
			})
		}
	}
}
