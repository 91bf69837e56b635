package study_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"delfi/internal/study"
	"delfi/internal/study/intake"
)

// Every field of the JSON is documented, and nothing else is.
func TestFieldsAreDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range study.Fields {
		if documented[f.Name] || f.Words == "" {
			t.Errorf("%s is documented twice or with nothing", f.Name)
		}
		documented[f.Name] = true
	}
	results := []study.Result{csv(t, header+strings.Join(rows(), "\n"), plain)}
	two := plain
	two.Scales = []string{"1-2"}
	results = append(results, csv(t, header+strings.NewReplacer(",9", ",2", ",8", ",1", ",7", ",2", ",6", ",1", ",5", ",2", ",4", ",1", ",3", ",2").Replace(
		"1,a,,i,9\n1,b,,i,8\n1,c,,i,9\n2,a,,i,9\n2,b,,i,9\n2,c,,i,8\n"), two))
	for _, kind := range []string{
		`"variant": "ranking", "rounds": [{"kind": "answer"}, {"kind": "answer"}], "consensus": {"rule": "w"}, "item_kinds": [{"id": "k", "kind": "ranking"}]`,
		`"variant": "estimate", "rounds": [{"kind": "answer"}, {"kind": "answer"}], "consensus": {"rule": "relative-iqr"}, "item_kinds": [{"id": "k", "kind": "estimate", "unit": "euro", "min": 0, "max": 100, "never": true, "triple": true}]`,
		`"variant": "real-time", "rounds": [{"kind": "standing"}], "consensus": {"rule": "share"}, "item_kinds": [{"id": "k", "kind": "choice"}]`,
	} {
		var b strings.Builder
		for r := range 2 {
			b.WriteString([]string{`{"ballots": [`, `, {"ballots": [`}[r])
			for p := range 25 {
				b.WriteString([]string{"", ","}[min(p, 1)])
				fmt.Fprintf(&b, `{"panelist": "p%d", "group": "g", "answers": [{"item": "i", "value": %d, "low": 1, "high": 99}, {"item": "j", "value": %d, "low": 1, "high": 99}]}`, p, 1+(p+r)%3, 2)
			}
			b.WriteString("]}")
		}
		text := `{"protocol": {"version": 1, "languages": ["en"], "panel": {"groups": [{"id": "g", "name": {"en": "G"}, "access": "invitation"}]},
			"anonymity": {"latest_key_date": "2027-06-30"}, ` + kind + `}, "items": [{"id": "i", "kind": "k"}, {"id": "j", "kind": "k"}], "rounds": [` + b.String() + `]}`
		s, err := intake.ReadJSON("s.json", strings.NewReader(text), study.Options{}, still)
		if strings.Contains(kind, "standing") {
			refused(t, "a standing round", err, "a standing round is measured release by release")
			continue
		}
		results = append(results, measured(t, s, err))
	}
	with, err := read(header+strings.Join(rows(), "\n"), plain)
	if err != nil {
		t.Fatal(err)
	}
	results = append(results, drawn(t, with))
	// Few points of a scale are used, one person has two spellings, a code never comes.
	coded := plain
	coded.Missing, coded.Rules = []string{"77"}, []string{"share>=66.67"} // finer than thousandths
	results = append(results, csv(t, asked(12, map[string][]int{"q1": span(1, 5), "q2": span(1, 5), "q3": span(1, 5)})+"1,P1,,q1,3\n", coded))
	seen := map[string]bool{}
	for _, r := range results {
		var whole any
		if err := json.Unmarshal([]byte(asJSON(t, r)), &whole); err != nil {
			t.Fatal(err)
		}
		paths(whole, "", seen)
		lists := []study.Measures{}
		for _, round := range r.Rounds {
			lists = append(lists, round.Measures)
		}
		for _, it := range r.Items {
			for _, row := range it.Rounds {
				lists = append(lists, row.Measures)
			}
		}
		for _, m := range slices.Concat(lists...) {
			name := m.Name
			if strings.HasPrefix(name, "mean_rank/") {
				name = "mean_rank/ITEM"
			}
			seen[name] = true
			if !documented[name] {
				t.Errorf("%s is not documented", name)
			}
		}
	}
	for _, f := range study.Parts {
		if documented[f.Name] || f.Words == "" {
			t.Errorf("%s is documented twice or with nothing", f.Name)
		}
		documented[f.Name] = true
	}
	for name := range seen {
		if !documented[name] {
			t.Errorf("%s is not documented", name)
		}
	}
	for name := range documented {
		if !seen[name] {
			t.Errorf("%s is documented and nowhere to be seen", name)
		}
	}
}

// paths collects the paths of the fields that end in something: a figure, a word,
// a list of them, or nothing at all.
func paths(v any, at string, seen map[string]bool) {
	switch x := v.(type) {
	case map[string]any:
		for name, inner := range x {
			path := strings.TrimPrefix(at+"."+name, ".")
			switch {
			case name == "measures" || name == "protocol":
				seen[path] = true
			case name == "intervals": // of measures, by their names
				seen[path] = true
				for measure, interval := range inner.(map[string]any) {
					seen[measure] = true
					paths(interval, "intervals[]", seen)
				}
			case name == "grounds":
				seen[path] = true
				paths(inner, "grounds", seen)
			default:
				paths(inner, path, seen)
			}
		}
	case []any:
		if len(x) == 0 {
			return // what it holds elsewhere is seen there
		}
		for _, inner := range x {
			if _, object := inner.(map[string]any); !object {
				seen[at] = true
				continue
			}
			if at != "grounds" && strings.Contains(at, ".") {
				seen[at] = true
			}
			paths(inner, at+"[]", seen)
		}
	default:
		seen[at] = true
	}
}
