package study_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/study"
	"delfi/internal/study/intake"
	"delfi/internal/study/source"
	"delfi/internal/study/words"
)

var plain = study.Options{Scales: []string{"1-9"}, Quantile: 7, MinN: 5}

func still(int64)  {}
func calm(float64) {}

// measured gives the result without intervals, which cost 10,000 samples each; drawn
// has them.
func measured(t testing.TB, s *study.Study, err error) study.Result {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	s.Bare = true
	return drawn(t, s)
}

func drawn(t testing.TB, s *study.Study) study.Result {
	t.Helper()
	r, err := s.Measure(calm)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func csv(t testing.TB, text string, o study.Options) study.Result {
	t.Helper()
	s, err := read(text, o)
	return measured(t, s, err)
}

// read reads one table.
func read(text string, o study.Options) (*study.Study, error) {
	return intake.Read([]source.Input{{Name: "s.csv", In: strings.NewReader(text)}}, o, still)
}

// rows draws a study of two rounds: 30 people, 12 items, two groups.
func rows() []string {
	r := rand.New(rand.NewSource(7))
	var out []string
	for round := 1; round <= 2; round++ {
		for p := range 30 {
			for i := range 12 {
				v := fmt.Sprint(1 + r.Intn(9))
				if r.Intn(20) == 0 {
					v = []string{"", "?"}[r.Intn(2)]
				}
				out = append(out, fmt.Sprintf("%d,p%d,g%d,item%d,%s", round, p, p%2, i+1, v))
			}
		}
	}
	return out
}

const header = "round,panelist,group,item,value\n"

// The order of rows, of columns, a spreadsheet's byte-order mark and semicolons
// change nothing.
func TestOrderOfRowsDoesNotMatter(t *testing.T) {
	list := rows()
	want := csv(t, header+strings.Join(list, "\n"), plain)
	if want.Items[9].Item != "item10" || want.Groups[0] != "g0" {
		t.Fatalf("items and groups are not in the order of their names: %v", want.Groups)
	}
	rand.New(rand.NewSource(1)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	got := csv(t, "\ufeff"+header+strings.Join(list, "\r\n")+"\n\n", plain)
	if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
		t.Error(diff)
	}
	var turned []string
	for _, row := range list {
		f := strings.Split(row, ",")
		slices.Reverse(f)
		turned = append(turned, strings.Join(f, ";"))
	}
	got = csv(t, "Value;Item;Group;Panelist;Round\n"+strings.Join(turned, "\n"), plain)
	if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
		t.Error(diff)
	}
}

func asJSON(t testing.TB, r study.Result) string {
	t.Helper()
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A study says the same in CSV and in JSON, when both hide what a consultation
// would.
func TestCSVAndJSONAgree(t *testing.T) {
	list := rows()
	o := plain
	o.Disclose = true
	want := csv(t, header+strings.Join(list, "\n"), o)

	type answer = map[string]any
	ballots := map[string]map[string]any{}
	var items []map[string]any
	rounds := []map[string]any{{"ballots": []any{}}, {"ballots": []any{}}}
	for _, row := range list {
		f := strings.Split(row, ",")
		b := ballots[f[0]+f[1]]
		if b == nil {
			b = map[string]any{"panelist": f[1], "group": "g" + fmt.Sprint(int(f[2][1]-'0')+1), "answers": []any{}}
			ballots[f[0]+f[1]] = b
			r := rounds[int(f[0][0]-'1')]
			r["ballots"] = append(r["ballots"].([]any), b)
		}
		a := answer{"item": f[3]}
		switch f[4] {
		case "":
			continue
		case "?":
			a["cannot_judge"] = true
		default:
			a["value"] = int(f[4][0] - '0')
		}
		b["answers"] = append(b["answers"].([]any), a)
	}
	for i := range 12 {
		items = append(items, map[string]any{"id": fmt.Sprintf("item%d", i+1), "kind": "scale"})
	}
	document, err := json.Marshal(struct {
		Protocol json.RawMessage `json:"protocol"`
		Items    any             `json:"items"`
		Rounds   any             `json:"rounds"`
	}{want.Protocol, items, rounds})
	if err != nil {
		t.Fatal(err)
	}
	s, err := intake.ReadJSON("study.json", strings.NewReader(string(document)), study.Options{}, still)
	got := measured(t, s, err)
	got.Groups = want.Groups // names there, ids here
	for i := range got.Items {
		got.Items[i].Rule = want.Items[i].Rule // there the protocol's
		for j := range got.Items[i].Rounds {
			for g := range got.Items[i].Rounds[j].Groups {
				got.Items[i].Rounds[j].Groups[g].Group = want.Groups[g]
			}
		}
	}
	if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
		t.Error(diff)
	}
}

// What cannot be measured is refused with its line and column.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ name, text, words string }{
		{"empty", "", "line 1, column 1: the file is empty"},
		{"no rows", header, "line 1, column 1: there are no answers"},
		{"a column is missing", "round,panelist,item\n", "line 1, column 1: the column value is missing"},
		{"a column twice", "round,round\n", "line 1, column 2: the column round is there twice, first as column 1"},
		{"no number", header + "1,a,g,i,7\n1,b,g,i,high\n", `line 3, column 5 (value): "high" is no answer`},
		{"off the scale", header + "1,a,g,i,10\n", "line 2, column 5 (value): 10 does not lie on the scale 1-9"},
		{"a fraction", header + "1,a,g,i,7.5\n", `line 2, column 5 (value): "7.5" is no answer`},
		{"no round", header + "one,a,g,i,7\n", `line 2, column 1 (round): "one" is no round`},
		{"no panelist", header + "1,,g,i,7\n", "line 2, column 2 (panelist): panelist is empty"},
		{"a short row", header + "1,a,g,i\n", "line 2, column 5 (value): the row has 4 of the header's 5 fields"},
		{"a long row", header + "1,a,g,i,7,8\n", `line 2, column 6: "8" lies beyond the 5 columns`},
		{"another column", "round,panelist,gropu,item,value\n1,a,g,i,7\n", `line 1, column 3: the column "gropu" is none of round, tick, panelist, group, item, value`},
		{"old line ends", "round,panelist,group,item,value\r1,a,g,i,7\r", "lines end with CR alone"},
		{"nothing but gaps", header + "1,a,g,i,\n", "there are no answers"},
		{"an answer twice", header + "1,a,g,i,7\n1,a,g,i,7\n", `line 3, column 5 (value): panelist "a" has a row for item "i" in round 1 already`},
		{"an answer after a gap", header + "1,a,g,i,\n1,a,g,i,7\n", `line 3, column 5 (value): panelist "a" has a row for item "i" in round 1 already`},
		{"two groups", header + "1,a,g,i,7\n2,a,h,i,7\n", `line 3, column 3 (group): panelist "a" was in group "g" before, not "h"`},
		{"not UTF-8", header + "1,a\xff,g,i,7\n", `line 2, column 2 (panelist): panelist is not UTF-8: save the file as "CSV UTF-8", or add --encoding windows-1252, with which it reads "aÿ"`},
		{"a quote", header + "1,\"a,g,i,7\n", "line 2, character 12: extraneous or missing"},
		{"ten rounds", header + strings.Join(func() (out []string) {
			for r := range 10 {
				out = append(out, fmt.Sprintf("%d,a,g,i,7", r))
			}
			return
		}(), "\n"), "line 11, column 1 (round): this is round number 10"},
	} {
		_, err := read(c.text, plain)
		refused(t, c.name, err, c.words)
	}
	p := `{"protocol": ` + string(csv(t, header+"1,a,g,i,7\n2,a,g,i,7\n", study.Options{Scales: []string{"1-9"}, Quantile: 7, MinN: 5, Disclose: true}).Protocol) + ",\n"
	for _, c := range []struct{ name, text, words string }{
		{"syntax", "{\n  \"protocol\": {,", "line 2, column 16"},
		{"cut short", "{\n", "line 2, column 1: the document ends too early"},
		{"unknown", `{"panel": 1}`, `"panel" is no field of a study`},
		{"items first", `{"items": []}`, "items come after the protocol"},
		{"a kind", p + `"items": [{"id": "i", "kind": "none"}]}`, "line 2, column"},
		{"a value", p + "\"items\": [{\"id\": \"i\", \"kind\": \"scale\"}],\n\"rounds\": [{\"ballots\": [\n{\"panelist\": \"a\", \"group\": \"g1\", \"answers\": [{\"item\": \"i\", \"value\": 12}]}]}]}", "line 4, column"},
		{"a third round", p + `"items": [{"id": "i", "kind": "scale"}], "rounds": [{"ballots": []}, {"ballots": []}, {"ballots": []}]}`, "no answering round 3"},
		{"a protocol", "{\n \"protocol\": {\"version\": 2}}", "protocol from line 2, column 14: version: is 2"},
		{"no rounds", p + `"items": []}`, "has no rounds"},
	} {
		_, err := intake.ReadJSON("s.json", strings.NewReader(c.text), study.Options{}, still)
		refused(t, c.name, err, c.words)
	}
	for _, o := range []study.Options{
		{Scales: []string{"9"}, Quantile: 7, MinN: 5}, {Scales: []string{"9-1"}, Quantile: 7, MinN: 5}, {Scales: []string{"0-11"}, Quantile: 7, MinN: 5}, {Scales: []string{"1-9"}, Quantile: 5},
		{Scales: []string{"1-9"}, Quantile: 7, MinN: 5, Rules: []string{"share:7-10>=75"}}, {Scales: []string{"1-9"}, Quantile: 7, MinN: 5, Rules: []string{"most"}},
		{Scales: []string{"1-9"}, Quantile: 7, MinN: 5, Rules: []string{"agreement:0.7"}}, {Scales: []string{"1-7"}, Quantile: 7, MinN: 5, Rules: []string{"rand"}}, {Scales: []string{"1-9"}, Quantile: 7, MinN: 5, Rules: []string{"rand:8"}}, {Scales: []string{"1-9"}, Quantile: 7, MinN: 5, Rules: []string{"cns:x"}},
	} {
		_, err := read(header+"1,a,g,i,7\n", o)
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func refused(t *testing.T, name string, err error, words string) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid || !strings.Contains(err.Error(), words) {
		t.Errorf("%s: %v, want %q", name, err, words)
	}
}

// A scale that does not begin at 1 is measured in its own values.
func TestScaleFromZero(t *testing.T) {
	o := study.Options{Scales: []string{"0-10"}, Quantile: 7, MinN: 5, Rules: []string{"share:8-10>=75"}}
	r := csv(t, header+"1,a,,i,0\n1,b,,i,8\n1,c,,i,8\n1,d,,i,9\n1,e,,i,10\n", o)
	row := r.Items[0].Rounds[0]
	got := map[string]string{}
	for _, f := range row.Measures {
		got[f.Name] = f.Value.String()
	}
	want := map[string]string{"median": "8", "q1": "8", "q3": "9", "iqr": "1", "top": "0.8", "min": "0", "max": "10", "mean": "7", "cqv": fmt.Sprint(1.0 / 17), "relative_iqr": "0.125"}
	for name, v := range want {
		if got[name] != v {
			t.Errorf("%s %s, want %s", name, got[name], v)
		}
	}
	if row.Values[0] != "0" || row.Values[10] != "10" || row.Verdict != "consensus" {
		t.Errorf("%+v", row)
	}
	for _, g := range r.Items[0].Verdict.Grounds {
		if g.Code == "share" && g.Detail != "8-10" {
			t.Errorf("the window is told as %s", g.Detail)
		}
	}
}

// An item that is settled keeps the verdict of the round that asked it last, and
// one that joins later is not compared with a round that did not have it.
func TestItemsComeAndGo(t *testing.T) {
	var b strings.Builder
	b.WriteString(header)
	for round := 1; round <= 3; round++ {
		for p := range 10 {
			if round < 3 {
				fmt.Fprintf(&b, "%d,p%d,,early,8\n", round, p)
			}
			if round > 1 {
				fmt.Fprintf(&b, "%d,p%d,,late,8\n", round, p)
			}
		}
	}
	r := csv(t, b.String(), plain)
	for _, it := range r.Items {
		if len(it.Rounds) != 2 || it.Verdict.Key != verdict.Consensus || it.Rounds[0].Verdict != "open" {
			t.Errorf("%s: %+v", it.Item, it.Verdict)
		}
	}
}

// An estimate that does not fit is refused where it stands, and what a protocol
// hides of few people is measured when all is asked for.
func TestJSONOfEstimates(t *testing.T) {
	read := func(value int, o study.Options) (*study.Study, error) {
		text := `{"protocol": {"version": 1, "languages": ["en"], "variant": "estimate", "panel": {"groups": [{"id": "g", "name": {"en": "G"}, "access": "invitation"}]},
			"anonymity": {"latest_key_date": "2027-06-30"}, "rounds": [{"kind": "answer"}, {"kind": "answer"}], "consensus": {"rule": "relative-iqr"},
			"item_kinds": [{"id": "k", "kind": "estimate", "unit": "euro", "min": 0, "max": 100, "never": true}]},
			"items": [{"id": "i", "kind": "k"}], "rounds": [{"ballots": [`
		for p := range 7 {
			text += fmt.Sprintf("%s\n{\"panelist\": \"p%d\", \"group\": \"g\", \"answers\": [{\"item\": \"i\", \"value\": %d}]}", []string{"", ","}[min(p, 1)], p, value+p)
		}
		return intake.ReadJSON("s.json", strings.NewReader(text+"]}]}"), o, still)
	}
	_, err := read(97, study.Options{})
	refused(t, "off the grid", err, `line 9, column 75: panelist "p4": the answer to item "i"`)
	for whole, want := range map[bool]string{false: "–", true: "43"} {
		s, err := read(40, study.Options{Whole: whole})
		for _, f := range measured(t, s, err).Items[0].Rounds[0].Measures {
			if f.Name == "median" && f.Value.String() != want {
				t.Errorf("whole %t: the median is %s, want %s", whole, f.Value, want)
			}
		}
	}
}

// The table fits 80 columns, says a verdict in words and which gate failed, and
// no name can steer the terminal.
func TestReadableTable(t *testing.T) {
	var text strings.Builder
	text.WriteString(header)
	for round := 1; round <= 2; round++ {
		for p := range 20 {
			fmt.Fprintf(&text, "%d,p%d,%s,\"one\nway \x1b[31mstreets\",%d\n", round, p, []string{"x", "a group with a very long name indeed"}[p%2], 7+(p*round*round)%3-(round-1)*(p%2)*5)
		}
	}
	var b strings.Builder
	s, err := read(text.String(), plain)
	if err != nil {
		t.Fatal(err)
	}
	r := drawn(t, s)
	if err := r.Write(&b, words.In("en")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"20 panelists, 1 item, 2 rounds", "Still moving on 1.", "one way [31mstreets\n", "······██▇", "at 7-9", "100%",
		"→ Still moving. Between the last two rounds too many answers changed. Were the answers to hold: two poles, the larger in favour.",
		"fails  within one point of their answer: 50%, at least 70% needed", "by other rules (75 % in the window, median and IQR, RAND/UCLA, COMET 70/15, A ≥ 0.70, Cns ≥ 0.75): Two poles, the larger in favour", "95 % interval of round 2: median ",
	} {
		if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("the table has no %q:\n%s", want, b.String())
		}
	}
	for _, line := range strings.Split(b.String(), "\n") {
		if n := len([]rune(line)); n > 80 {
			t.Errorf("a line of %d columns: %s", n, line)
		}
	}
}

func TestBars(t *testing.T) {
	for want, counts := range map[string][]int{"": nil, "··": {0, 0}, "█▁·": {100, 1, 0}, "▄█": {1, 2}} {
		if got := study.Bars(counts); got != want {
			t.Errorf("%v: %s, want %s", counts, got, want)
		}
	}
}

// A choice is one question: one table for all its options, also those that nobody
// took, which were asked as long as their list was.
func TestAChoiceIsOneQuestion(t *testing.T) {
	text := `{"protocol": {"version": 1, "languages": ["en"], "variant": "argumentative", "panel": {"groups": [{"id": "g", "name": {"en": "G"}, "access": "invitation"}]},
		"anonymity": {"latest_key_date": "2027-06-30"}, "consensus": {"rule": "share", "share": {"permille": 750}}, "items": {"source": "both"},
		"rounds": [{"kind": "gather", "discussion": true}, {"kind": "answer"}, {"kind": "answer"}], "item_kinds": [{"id": "where", "kind": "choice"}]},
		"items": [{"id": "park", "kind": "where"}, {"id": "square", "kind": "where"}, {"id": "nowhere", "kind": "where"}], "rounds": [`
	for round := range 2 {
		text += []string{`{"ballots": [`, `]}, {"ballots": [`}[round]
		for p := range 24 {
			text += fmt.Sprintf(`%s{"panelist": "p%d", "group": "g", "answers": [{"item": %q, "value": 1}]}`, []string{"", ","}[min(p, 1)], p, []string{"park", "square"}[p/20])
		}
	}
	s, err := intake.ReadJSON("s.json", strings.NewReader(text+"]}]}"), study.Options{}, still)
	r := measured(t, s, err)
	for _, it := range r.Items {
		if it.Verdict.Key != verdict.Consensus || len(it.Rounds) != 2 {
			t.Errorf("%s: %s after %d rounds", it.Item, it.Verdict.Key, len(it.Rounds))
		}
	}
	var b strings.Builder
	if err := r.Write(&b, words.In("en")); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "→"); n != 1 || !strings.Contains(b.String(), "where: one of park, square, nowhere\n") {
		t.Errorf("%d verdicts in\n%s", n, b.String())
	}
}

// No rule judges an item that too few answered, and nobody is told that another
// would find consensus.
func TestTooFewAreNoConsensusByOtherRules(t *testing.T) {
	for n, warned := range map[int]bool{1: false, 2: false, 4: false, 5: true} {
		text := header
		for p := range n {
			text += fmt.Sprintf("1,p%d,,q,8\n", p)
		}
		r := csv(t, text, plain)
		var b strings.Builder
		if err := r.Write(&b, words.In("en")); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "by other rules"); got != warned {
			t.Errorf("%d people: other rules are told: %v\n%s", n, got, &b)
		}
		if n < 5 && strings.Contains(strings.ToLower(b.String()), "consensus") {
			t.Errorf("%d people:\n%s", n, &b)
		}
	}
}
