package study_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/delphi/verdict"
	"delfi/internal/study"
	"delfi/internal/study/intake"
	"delfi/internal/study/source"
)

func of(kind string) study.Options {
	o := open
	o.Kinds = []string{kind}
	return o
}

// Rankings as rows say what the same rankings say in JSON.
func TestRankings(t *testing.T) {
	var rows, ballots [2][]string
	for p := range 7 {
		for r := range 2 {
			order := []int{1 + p%2, 2 - p%2, 3, 4}
			var answers []string
			for i, rank := range order {
				rows[r] = append(rows[r], fmt.Sprintf("%d,p%d,,item%d,%d", r+1, p, i+1, rank))
				answers = append(answers, fmt.Sprintf(`{"item": "item%d", "value": %d}`, i+1, rank))
			}
			ballots[r] = append(ballots[r], fmt.Sprintf(`{"panelist": "p%d", "group": "g1", "answers": [%s]}`, p, strings.Join(answers, ",")))
		}
	}
	got := csv(t, header+strings.Join(append(rows[0], rows[1]...), "\n"), of("ranking"))
	document := `{"protocol": {"version": 1, "languages": ["en"], "variant": "ranking", "panel": {"groups": [{"id": "g1", "access": "imported", "name": {"en": "G"}}]},
		"anonymity": {"latest_key_date": "2027-06-30"}, "rounds": [{"kind": "answer"}, {"kind": "answer"}], "consensus": {"rule": "w"}, "item_kinds": [{"id": "k", "kind": "ranking"}]},
		"items": [{"id": "item1", "kind": "k"}, {"id": "item2", "kind": "k"}, {"id": "item3", "kind": "k"}, {"id": "item4", "kind": "k"}],
		"rounds": [{"ballots": [` + strings.Join(ballots[0], ",") + `]}, {"ballots": [` + strings.Join(ballots[1], ",") + `]}]}`
	s, err := intake.ReadJSON("s.json", strings.NewReader(document), study.Options{Whole: true}, still)
	want := measured(t, s, err)
	for i := range want.Items {
		want.Items[i].Rule = "w:70" // there the protocol's
		if diff := cmp.Diff(asJSON(t, study.Result{Items: want.Items[i : i+1]}), asJSON(t, study.Result{Items: got.Items[i : i+1]})); diff != "" {
			t.Error(diff)
		}
	}
	if it := got.Items[2]; figure(it.Rounds[1].Measures, "mean_rank/item3") != "3" || it.Verdict.Key != verdict.Consensus || string(must(t, it.Scale)) != "null" {
		t.Errorf("%+v", it)
	}
	// A wide table says the same, and ties are ranks too.
	if again := from(t, of("ranking"), input("w.csv", []byte(lines(wide(append(rows[0], rows[1]...)), ";")))); asJSON(t, study.Result{Items: again.Items}) != asJSON(t, study.Result{Items: got.Items}) {
		t.Error("the wide table says something else")
	}
	for _, c := range []struct{ text, words string }{
		{"1,a,,i,1\n1,a,,j,3\n", `line 3, column 5 (value): "3" is no rank among 2 items: give a whole number from 1, the best, to 2, or nothing`},
		{"1,a,,i,1\n1,a,,j,1.5\n", `"1.5" is no rank`},
		{"1,a,,i,99\n1,a,,j,1\n", `"99" is no rank among 2 items: give a whole number from 1, the best, to 2, or nothing: if it stands for no answer, add --missing=99`},
		{"1,a,,i,?\n1,a,,j,1\n", `"?" stands for "cannot judge", which a ranking has not: leave the cell empty`},
	} {
		_, err := read(header+c.text, of("ranking"))
		refused(t, c.text, err, c.words)
	}
}

// Estimates keep their decimals, and are counted on a grid that is said.
func TestEstimates(t *testing.T) {
	text := "Partecipante;Voce;Valore\n"
	for p, v := range []string{"1,5", "2", "2,25", "1.75", "mai", "?", "", "2,0"} {
		text += fmt.Sprintf("p%d;costo;%s\n", p, v)
	}
	s, err := intake.Read([]source.Input{input("s.csv", []byte(text))}, of("estimate"), still)
	r := measured(t, s, err)
	it := r.Items[0]
	row := it.Rounds[0]
	if got := string(must(t, it.Scale)); got != `{"from":1.5,"to":2.25,"step":0.25,"unit":"","source":"inferred"}` {
		t.Errorf("the grid is %s", got)
	}
	if !slices.Equal(row.Values, []string{"1.5", "1.75", "2", "2.25", "never"}) || !slices.Equal(row.Counts, []int{1, 1, 2, 1, 1}) || row.CannotJudge != 1 {
		t.Errorf("%v: %v, %d cannot judge", row.Values, row.Counts, row.CannotJudge)
	}
	for name, want := range map[string]string{"median": "2", "q1": "1.8125", "never": fmt.Sprint(1.0 / 6)} {
		if got := figure(row.Measures, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if !slices.Contains(r.Notes, `item “costo”: the answers run from 1.5 to 2.25 in steps of 0.25`) {
		t.Errorf("%q", r.Notes)
	}
	// What has too many values for a grid is rounded, and that is warned of.
	text = header
	for p := range 40 {
		text += fmt.Sprintf("1,p%d,,cost,%d\n1,p%[1]d,,share,%[3]d\n", p, 1000*p*p+p, p)
	}
	r = csv(t, text, of("estimate"))
	if c := r.Items[0].Scale; c.Step != 1000 || !slices.Equal(warnings(r), []string{"rounded cost"}) || r.Items[1].Scale.Step != 1 {
		t.Errorf("%+v, %q", c, warnings(r))
	}
	ends := of("estimate")
	ends.Scales, ends.Rules = []string{"0-100"}, []string{"iqr:2,5"}
	for _, c := range []struct{ text, words string }{
		{"1,a,,i,150.5\n1,b,,i,3\n", "line 2, column 5 (value): 150.5 does not lie between 0 and 100"},
		{"1,a,,i,lots\n1,b,,i,3.5\n", `"lots" is no estimate: give a number, nothing, ? for "cannot judge", or never`},
		{"1,a,,i,3\n", "2,5 has more decimals than the answers, which have 0"},
	} {
		_, err := read(header+c.text, ends)
		refused(t, c.text, err, c.words)
	}
	_, err = read("round;panelist;item;value\n1;a;i;1.234\n", ends)
	refused(t, "a thousand or a fraction", err, `line 2, column 4 (value): "1.234" may be a thousand or a fraction: write 1234 or 1,234`)
	ends.Scales, ends.Rules = []string{"50-80"}, nil
	_, err = read(header+"1,a,,i,60\n", ends)
	refused(t, "no zero", err, `relative-iqr needs a unit with a true zero, and the estimates of item "i" run from 50 to 80`)
	_, err = read(header+"1,a,,i,2030\n1,b,,i,2060\n", of("estimate"))
	refused(t, "years", err, "run from 2030 to 2060: give it a rule in units")
	ends.Scales, ends.Rules = []string{"0-100"}, []string{"iqr:2.5"}
	r = csv(t, header+"1,a,,i,10\n1,b,,i,11.5\n1,c,,i,12\n1,d,,i,12\n1,e,,i,12.5\n", ends)
	if it := r.Items[0]; it.Verdict.Key != verdict.Consensus || figure(it.Rounds[0].Measures, "iqr") != "0.5" {
		t.Errorf("%+v", it.Verdict)
	}
}

// Ticks, crosses and words select; an empty cell beside one that is ticked does not.
func TestSelections(t *testing.T) {
	for name, marks := range map[string][2]string{"numbers": {"1", "0"}, "crosses": {"x", ""}, "words": {"sì", "No"}, "truth": {"TRUE", "false"}} {
		text := "id,round,a,b,c\n"
		for p := range 8 {
			text += fmt.Sprintf("p%d,1,%s,%s,%s\n", p, marks[0], marks[p%2], marks[1])
		}
		text += "away,1,,,\n"
		s, err := intake.Read([]source.Input{input("w.csv", []byte(text))}, of("selection"), still)
		r := measured(t, s, err)
		for i, want := range [][]int{{0, 8}, {4, 4}, {8, 0}} {
			if it := r.Items[i]; !slices.Equal(it.Rounds[0].Counts, want) {
				t.Errorf("%s: %s has %v, want %v", name, it.Item, it.Rounds[0].Counts, want)
			}
		}
		if r.Rounds[0].Answered != 8 || r.Panelists != 9 || !slices.Contains(r.Notes, "at most 2 of 3 options were selected by one person") {
			t.Errorf("%s: %d answered, %q", name, r.Rounds[0].Answered, r.Notes)
		}
	}
	_, err := read(header+"1,p,,a,1\n1,p,,b,2\n", of("selection"))
	refused(t, "a number", err, `line 3, column 5 (value): "2" selects nothing and leaves out nothing`)
	o := of("selection")
	o.Codebook = &source.Input{Name: "c.csv", In: strings.NewReader("item,k\na,1\nb,1\n")}
	_, err = read(header+"1,p,,a,1\n1,p,,b,1\n", o)
	refused(t, "too many", err, `panelist "p" selects 2 options, at most 1 may be`)
}

// Items of several kinds stand in one study, each judged by the rule that fits it.
func TestKindsTogether(t *testing.T) {
	text := "id,q1,q2,cost,r1,r2,r3\n"
	for p := range 9 {
		text += fmt.Sprintf("p%d,%d,%d,%d,1,%d,%d\n", p, 4+p%2, 8, 40+p, 2+p%2, 3-p%2)
	}
	o := open
	o.Kinds, o.Scales, o.Rules = []string{"r*=ranking", "cost=estimate"}, []string{"q1=1-5", "q2=1-9"}, []string{"w:90", "cns:75"}
	r := from(t, o, input("w.csv", []byte(text)))
	got := map[string]string{}
	for _, it := range r.Items {
		got[it.Item] = it.Kind + " " + it.Verdict.Grounds[len(it.Verdict.Grounds)-1].Code
	}
	want := map[string]string{"q1": "scale cns", "q2": "scale cns", "cost": "estimate relative_iqr", "r1": "ranking w", "r2": "ranking w", "r3": "ranking w"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if v := r.Items[3].Verdict; v.Key == verdict.Consensus {
		t.Errorf("W %s is %s at 0.9", figure(r.Items[3].Rounds[0].Measures, "w"), v.Key)
	}
	// A scale for all is for those that have one.
	o.Scales = []string{"1-9"}
	if r := from(t, o, input("w.csv", []byte(text))); r.Items[0].Kind != "estimate" || r.Items[0].Scale.To != 48 || r.Items[1].Scale.To != 9 {
		t.Errorf("%+v", r.Items[0].Scale)
	}
	o.Rules = []string{"w:90", "relative-iqr:10"}
	o.Kinds = nil
	_, err := intake.Read([]source.Input{input("w.csv", []byte("id,q1,q2\na,4,8\n"))}, o, still)
	refused(t, "a rule for nothing", err, "--rule: w:90 judges no item of this study")
}

// In a standing round answers stand from release to release until they are revised
// or taken back.
func TestStandingRound(t *testing.T) {
	text := "release,panelist,group,item,value\n"
	for p := range 6 {
		text += fmt.Sprintf("1,p%d,,i,%d\n", p, 2+p%2)
	}
	text += "2,p0,,i,5\n2,p1,,i,5\n2,p2,,i,5\n4,p3,,i,\n4,p4,,i,?\n4,p9,,j,1\n"
	r := csv(t, text, of("scale"))
	var got [][]int
	for _, row := range r.Items[0].Rounds {
		got = append(got, row.Counts)
	}
	if want := [][]int{{0, 3, 3, 0, 0}, {0, 1, 2, 0, 3}, {0, 0, 1, 0, 3}}; !cmp.Equal(want, got) {
		t.Errorf("%v, want %v", got, want)
	}
	if row := r.Items[0].Rounds[2]; row.Round != 4 || row.CannotJudge != 1 || figure(row.Measures, "scheibe") == "–" {
		t.Errorf("%+v", row)
	}
	if it := r.Items[1]; len(it.Rounds) != 1 || it.Rounds[0].Round != 4 || it.Verdict.Key != verdict.TooFew {
		t.Errorf("%+v", it)
	}
	o := of("scale")
	o.Disclose = true
	_, err := read(text, o)
	refused(t, "disclosed", err, "--disclose: does not go with a column of releases")
	_, err = read("release,round,panelist,item,value\n1,1,a,i,1\n", open)
	refused(t, "both", err, "line 1, column 1: there is a column for rounds and one for releases")
	_, err = read(text+"4,p9,,j,2\n", open)
	refused(t, "twice", err, `panelist "p9" has a row for item "j" in release 4 already`)
}

// No rule judges so few people, whose figures are shown all the same.
func TestTooFewToJudge(t *testing.T) {
	two := header + "1,a,,i,9\n1,b,,i,9\n"
	if r := csv(t, two, plain); r.Items[0].Verdict.Key != verdict.TooFew || figure(r.Items[0].Rounds[0].Measures, "median") != "9" {
		t.Errorf("%+v", r.Items[0])
	}
	o := plain
	o.MinN = 2
	if r := csv(t, two, o); r.Items[0].Verdict.Key != verdict.Consensus {
		t.Errorf("%+v", r.Items[0].Verdict)
	}
	o.MinN = 0
	_, err := read(two, o)
	refused(t, "none", err, "--min-n: 0 is no number of people")
}

// The pairs of an item are counted by point.
func TestJoint(t *testing.T) {
	s, err := read(header+"1,a,,i,1\n2,a,,i,3\n1,b,,i,3\n2,b,,i,3\n1,c,,i,2\n2,c,,i,?\n2,d,,i,1\n2,a,,j,1\n", study.Options{Scales: []string{"1-3"}, Quantile: 7, MinN: 5})
	if err != nil {
		t.Fatal(err)
	}
	if want, got := [][]int{{0, 0, 1}, {0, 0, 0}, {0, 0, 1}}, s.Joint(1, 0); !cmp.Equal(want, got) {
		t.Errorf("%v, want %v", got, want)
	}
	if s.Joint(0, 0) != nil || s.Joint(1, 1) != nil {
		t.Error("a first round has pairs")
	}
}

// α and Fleiss' κ compare items: of one alone they would be 0 and −1/(n−1), whatever
// was answered, and are not defined.
func TestOneItemHasNoAlpha(t *testing.T) {
	for items, defined := range map[int]bool{1: false, 2: true} {
		text := header
		for p := range 12 {
			for i := range items {
				text += fmt.Sprintf("1,p%d,,q%d,%d\n", p, i, 1+(p+4*i)%9)
			}
		}
		m := csv(t, text, plain).Rounds[0].Measures
		for _, name := range []string{"krippendorff_nominal", "krippendorff_ordinal", "krippendorff_interval", "fleiss_kappa"} {
			if m.Value(name).Defined() != defined {
				t.Errorf("%d items: %s is %v", items, name, m.Value(name))
			}
		}
		if !m.Value("ac2_quadratic").Defined() {
			t.Errorf("%d items: AC2 is not defined", items)
		}
	}
}

// scaled begins a study in JSON of one item on nine points and two rounds.
const scaled = `{"protocol":{"version":1,"variant":"classical","languages":["en"],"panel":{"groups":[{"id":"g","name":{"en":"G"}},{"id":"h","name":{"en":"H"}}]},"anonymity":{"mode":"sealed-key","latest_key_date":"2027-12-31"},` +
	`"rounds":[{"kind":"answer"},{"kind":"answer"}],"item_kinds":[{"id":"s","kind":"scale","points":9,"cannot_judge":false}],"items":{"source":"given"},"consensus":{"rule":"share","share":{"from":7,"to":9,"permille":750}}},` +
	`"items":[{"id":"x","kind":"s"}],`

// A fault of a document says what was read and what to write.
func TestDocumentsAreRefused(t *testing.T) {
	ballot := func(answer string) string {
		return scaled + `"rounds":[{"ballots":[{"panelist":"p","group":"g","answers":[{"item":"x",` + answer + `}]}]}]}`
	}
	two := `"rounds":[{"ballots":[{"panelist":"p","group":"g","answers":[]},{"panelist":"q","group":"h","answers":[]}]}]}`
	for _, c := range []struct{ name, text, words string }{
		{"off the scale", ballot(`"value":12`), `panelist "p", item "x": 12 does not lie on the scale 1-9: leave the answer out where there is none`},
		{"no value", ballot(`"cannot_judge":false`), `panelist "p", item "x": 0 does not lie on the scale 1-9`},
		{"cannot judge", ballot(`"cannot_judge":true`), `panelist "p", item "x": cannot judge, which the item's kind does not allow: give it cannot_judge: true, or leave the answer out`},
		{"a fraction", ballot(`"value":3.5`), "answers[0].value must be a whole number, not the number 3.5"},
		{"a text", ballot(`"value":"3"`), "answers[0].value must be a whole number, not a text"},
		{"a number", ballot(`"cannot_judge":1`), "answers[0].cannot_judge must be true or false, not a number"},
		{"a kind", strings.Replace(scaled, `"kind":"s"}]`, `"kind":"zz"}]`, 1), `item 1: "zz" is no item kind of the protocol: give the id of one`},
		{"an id", strings.Replace(scaled, `{"id":"x"`, `{"id":"x","kind":"s"},{"id":"x"`, 1), `item 2: the id "x" is empty or there twice: give each item one of its own`},
		{"a third round", scaled + `"rounds":[{"ballots":[]},{"ballots":[]},{"ballots":[]}]}`, "the protocol has no answering round 3: plan it in the protocol's rounds, or leave its ballots out"},
		{"a group left out", scaled + `"enrolled":{"g":9},` + two, `s.json: enrolled: 0 in group "h", of which 1 people answered: count all who could answer, in every group`},
		{"too few enrolled", scaled + `"enrolled":{"g":0,"h":3},` + two, `s.json: enrolled: 0 in group "g", of which 1 people answered`},
	} {
		_, err := intake.Read([]source.Input{input("s.json", []byte(c.text))}, study.Options{Quantile: 7, MinN: 5}, still)
		refused(t, c.name, err, c.words)
	}
}

// The remedy of a warning about a study in JSON is a field of its protocol, since
// flags for tables are refused beside it.
func TestRemediesOfDocuments(t *testing.T) {
	s := scaled + `"rounds":[{"ballots":[`
	for p := range 40 {
		if p > 0 {
			s += ","
		}
		s += fmt.Sprintf(`{"panelist":"p%d","group":"g","answers":[{"item":"x","value":%d}]}`, p, 1+p%5)
	}
	r := from(t, study.Options{Quantile: 7, MinN: 5}, input("s.json", []byte(s+`]}]}`)))
	if len(r.Warnings) != 1 || r.Warnings[0].Code != "shorter_scale" || !strings.HasSuffix(r.Warnings[0].Message, "if the scale was 1-5, give the item a kind with the points of 1-5") {
		t.Errorf("%v", r.Warnings)
	}
}

// Names of columns that begin with the round tell it, with or without a sign between.
func TestRoundsBeforeItems(t *testing.T) {
	for _, names := range [][4]string{{"R1Q1", "R1Q2", "R2Q1", "R2Q2"}, {"r1_Q1", "r1_Q2", "r2_Q1", "r2_Q2"}, {"Giro1Alberi", "Giro1Bus", "Giro2Alberi", "Giro2Bus"}} {
		text := "id," + strings.Join(names[:], ",") + "\n"
		for p := range 8 {
			text += fmt.Sprintf("p%d,7,8,7,%d\n", p, 1+p)
		}
		if r := csv(t, text, plain); len(r.Rounds) != 2 || len(r.Items) != 2 || r.Items[1].Rounds[1].Paired != 8 {
			t.Errorf("%v: %d rounds, %d items", names, len(r.Rounds), len(r.Items))
		}
	}
	// A name that begins so is an item where the others do not.
	if r := csv(t, "id,R1Q1,R2Q1,other\na,7,8,9\n", plain); len(r.Rounds) != 1 || len(r.Items) != 3 {
		t.Errorf("%d rounds, %d items", len(r.Rounds), len(r.Items))
	}
}
