package study_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"delfi/internal/delphi/verdict"
	"delfi/internal/study"
	"delfi/internal/study/intake"
	"delfi/internal/study/source"
	"delfi/internal/study/words"
)

// A threshold is the one that the study had, to its last decimal: of 9 people 6 are
// more than 66.66 % and fewer than 66.67 %, and the words never say that 66.67 % is
// less than 66.67 %.
func TestThresholdsOfAnySize(t *testing.T) {
	table := "id,parking\n"
	for i := range 9 {
		table += fmt.Sprintf("p%d,%d\n", i, []int{8, 2}[min(1, i/6)])
	}
	for rule, want := range map[string]verdict.Key{
		"share>=66.66": verdict.Consensus, "share>=66,6666": verdict.Consensus, "share>=66.67": verdict.Majority, "share:7-9>=66.6667": verdict.Majority,
		"share>=51": verdict.Consensus, "share>=33.33": verdict.Consensus, "share>=100": verdict.Majority,
	} {
		o := plain
		o.Rules = []string{rule}
		r := from(t, o, input("s.csv", []byte(table)))
		it := r.Items[0]
		if it.Verdict.Key != want {
			t.Errorf("%s: %s", rule, it.Verdict.Key)
		}
		var b strings.Builder
		if err := r.Write(&b, words.In("en")); err != nil {
			t.Fatal(err)
		}
		_, percent, _ := strings.Cut(strings.Replace(rule, ",", ".", 1), ">=")
		if text := b.String(); !strings.Contains(text, percent+"%") || strings.Contains(text, "66.67%, at least 66.67%") {
			t.Errorf("%s: the text does not give the threshold as it is:\n%s", rule, text)
		}
	}
}

// A series of columns may be items, the options of one, or one item in its rounds:
// nothing of that is guessed.
func TestASeriesOfColumnsIsSaid(t *testing.T) {
	options := func(change func(*study.Options)) study.Options {
		o := plain
		change(&o)
		return o
	}
	table := func(names ...string) []byte {
		rows := "id," + strings.Join(names, ",") + "\n"
		for i := range 6 {
			rows += fmt.Sprintf("p%d%s\n", i, strings.Repeat(fmt.Sprintf(",%d", 1+i%2), len(names)))
		}
		return []byte(rows)
	}
	for name, c := range map[string]struct {
		o     study.Options
		table []byte
		items []string // nil: refused
	}{
		"parks":             {plain, table("park_1", "park_2"), nil},
		"two series":        {plain, table("park_1", "park_2", "tree_1", "tree_2"), nil},
		"one series of two": {plain, table("trees", "Q1.1", "Q1.2"), nil},
		"said to be items":  {options(func(o *study.Options) { o.Items = []string{"park_*"} }), table("park_1", "park_2"), []string{"park_1", "park_2"}},
		"said by its scale": {options(func(o *study.Options) { o.Scales = []string{"park_*=1-9"} }), table("park_1", "park_2"), []string{"park_1", "park_2"}},
		"said by its kind":  {options(func(o *study.Options) { o.Kinds = []string{"park_*=scale"} }), table("park_1", "park_2"), []string{"park_1", "park_2"}},
		"rounds":            {plain, table("park_r1", "park_r2"), []string{"park"}},
		"numbers of items":  {plain, table("q_1", "q_2", "trees"), []string{"q_1", "q_2", "trees"}},
		"one of its name":   {plain, table("park_1", "trees"), []string{"park_1", "trees"}},
	} {
		s, err := intake.Read([]source.Input{input("s.csv", c.table)}, c.o, still)
		if c.items == nil {
			refused(t, name, err, "one item in several rounds: say which, with --items")
			continue
		}
		var items []string
		for _, it := range measured(t, s, err).Items {
			items = append(items, it.Item)
		}
		if !slices.Equal(items, c.items) {
			t.Errorf("%s: %v", name, items)
		}
	}
}

// Releases have histograms alone: their study asks for no test that needs pairs, and
// says of none that its table is hidden.
func TestReleasesAskForNoPairs(t *testing.T) {
	table := "tick,panelist,item,value\n"
	for tick := range 2 {
		for i := range 120 {
			table += fmt.Sprintf("%d,p%d,parking,%d\n", tick+1, i, 7+i%2)
		}
	}
	r := from(t, plain, input("s.csv", []byte(table)))
	if v := r.Items[0].Verdict; v.Key != verdict.Consensus || slices.ContainsFunc(v.Grounds, func(g verdict.Ground) bool { return g.Code == "test_dropped" }) {
		t.Errorf("%s: %+v", v.Key, v.Grounds)
	}
}

// A group of a document is called by its name, where it has one of its own.
func TestGroupsHaveTheirNames(t *testing.T) {
	for names, want := range map[[2]string][]string{
		{"Cittadinanza", "Ordini"}: {"Cittadinanza", "Ordini"}, {"Gruppo", "Gruppo"}: {"c", "o"},
	} {
		text := fmt.Sprintf(`{"protocol": {"version": 1, "variant": "classical", "languages": ["it"], "rounds": [{"kind": "answer"}, {"kind": "answer"}],
			"panel": {"groups": [{"id": "c", "name": {"it": %q}, "access": "invitation"}, {"id": "o", "name": {"it": %q}, "access": "invitation"}]},
			"anonymity": {"latest_key_date": "2027-06-30"}, "item_kinds": [{"id": "k", "kind": "scale"}], "consensus": {"rule": "share", "share": {"from": 7, "to": 9}}},
			"items": [{"id": "i", "kind": "k"}], "rounds": [{"ballots": [{"panelist": "a", "group": "o", "answers": [{"item": "i", "value": 7}]}]}]}`, names[0], names[1])
		s, err := intake.ReadJSON("s.json", strings.NewReader(text), study.Options{}, still)
		if r := measured(t, s, err); !slices.Equal(r.Groups, want) {
			t.Errorf("%v: %v", names, r.Groups)
		}
	}
}
