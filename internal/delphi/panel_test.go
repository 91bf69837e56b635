package delphi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// key orders the stayers that paired tables leave out, in every test.
var key = []byte("a key of the tests, thirty-two b")

// classical is the smallest document with answer rounds and replaced parts.
func classical(t testing.TB, answerRounds int, pairs ...string) protocol.Protocol {
	t.Helper()
	rounds := `[{"kind": "gather"}` + strings.Repeat(`, {"kind": "answer"}`, answerRounds) + `]`
	return parse(t, with(t, append([]string{`[{"kind": "gather"}, {"kind": "answer"}, {"kind": "answer"}]`, rounds}, pairs...)...))
}

// groups replaces the one group of the smallest document by several.
func groups(n int) []string { return groupsBy(n, "open") }

// groupsBy is groups whose way in is access.
func groupsBy(n int, access string) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`{"id": "g%d", "name": {"it": "G"}, "access": %q}`, i, access)
	}
	return []string{`{"id": "cittadini", "name": {"it": "Cittadini"}, "access": "open"}`, strings.Join(list, ", ")}
}

// The values of a round's answers that are none.
const (
	absent   = 0  // no ballot
	noJudge  = -1 // cannot judge
	noAnswer = -2 // a ballot without this item
)

// item is the one item of most tests.
var item = delphi.Item{ID: "i1", Kind: "scala"}

// ballots are those of a round of one item: values[i] is what panelist i said.
func ballots(p protocol.Protocol, group func(i int) int, values []int) []delphi.Ballot {
	var out []delphi.Ballot
	for i, v := range values {
		b := delphi.Ballot{Panelist: fmt.Sprint("p", i), Group: p.Panel.Groups[group(i)].ID}
		switch v {
		case absent:
			continue
		case noAnswer:
		case noJudge:
			b.Answers = []delphi.Answer{{Item: item.ID, CannotJudge: true}}
		default:
			b.Answers = []delphi.Answer{{Item: item.ID, Value: v}}
		}
		out = append(out, b)
	}
	return out
}

func oneGroup(int) int { return 0 }

// held tabulates rounds of one item: rounds[r][i] is what panelist i said in the
// r-th answering round; everyone is enrolled.
func held(t testing.TB, p protocol.Protocol, group func(i int) int, rounds ...[]int) []table.Closing {
	t.Helper()
	out, _ := heldWith(t, p, group, func(int, string, *delphi.Answer) {}, rounds...)
	return out
}

// heldWith is held with something said beside the answers; it also gives the people
// of each table, by round.
func heldWith(t testing.TB, p protocol.Protocol, group func(i int) int, beside func(round int, panelist string, a *delphi.Answer), rounds ...[]int) ([]table.Closing, []map[string][]string) {
	t.Helper()
	first := 1
	for p.Round(first).Kind != delphi.AnswerRound {
		first++
	}
	enrolled := make([]int, len(p.Panel.Groups))
	for i := range rounds[0] {
		enrolled[group(i)]++
	}
	var out []table.Closing
	var people []map[string][]string
	var documents []table.Counts
	var previous []delphi.Ballot
	var older [][]delphi.Ballot
	for r, values := range rounds {
		current := ballots(p, group, values)
		for i := range current {
			for n := range current[i].Answers {
				beside(r, current[i].Panelist, &current[i].Answers[n])
			}
		}
		c, of := tabulate(t, p, first+r, []delphi.Item{item}, enrolled, documents, current, previous, older...)
		documents = append(documents, c.Counts)
		if r > 0 {
			older = append(older, previous)
		}
		out, people, previous = append(out, c), append(people, of), current
	}
	return out, people
}

func names(tables []table.Table) []string {
	out := []string{}
	for _, t := range tables {
		out = append(out, t.ID)
	}
	return out
}

func tableOf(c table.Closing, id string) (table.Table, bool) {
	i := slices.IndexFunc(c.Tables, func(t table.Table) bool { return t.ID == id })
	if i < 0 {
		return table.Table{}, false
	}
	return c.Tables[i], true
}

// from spreads a histogram into answers: from(0, 0, 3) is 3, 3, 3.
func from(counts ...int) []int {
	var out []int
	for i, n := range counts {
		out = append(out, slices.Repeat([]int{i + 1}, n)...)
	}
	return out
}

func ground(v []verdict.Ground, code string) (verdict.Ground, bool) {
	i := slices.IndexFunc(v, func(g verdict.Ground) bool { return g.Code == code })
	if i < 0 {
		return verdict.Ground{}, false
	}
	return v[i], true
}
