package study_test

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"delfi/internal/delphi/verdict"
	"delfi/internal/study"
	"delfi/internal/study/intake"
	"delfi/internal/study/source"
)

// open is a study of which nothing is declared.
var open = study.Options{Quantile: 7, MinN: 5}

// asked draws answers to items from given points.
func asked(people int, items map[string][]int) string {
	r := rand.New(rand.NewSource(3))
	var b strings.Builder
	b.WriteString(header)
	for p := range people {
		for i := range 20 {
			if points := items[fmt.Sprint("q", i)]; points != nil {
				fmt.Fprintf(&b, "1,p%d,,q%d,%d\n", p, i, points[r.Intn(len(points))])
			}
		}
	}
	return b.String()
}

func span(from, to int) (out []int) {
	for v := from; v <= to; v++ {
		out = append(out, v)
	}
	return out
}

// Without a declared scale the smallest usual one that holds the answers is taken,
// and said.
func TestInferredScale(t *testing.T) {
	for want, points := range map[[2]int][]int{
		{1, 3}: span(1, 3), {1, 5}: {2, 3, 4, 5}, {1, 7}: span(1, 7), {1, 9}: span(2, 8), {0, 10}: span(0, 9), {-2, 2}: span(-2, 2), {1, 10}: span(1, 10), {1, 11}: {11, 10, 1},
	} {
		r := csv(t, asked(20, map[string][]int{"q1": points, "q2": points}), open)
		for _, it := range r.Items {
			if it.Scale.From != want[0] || it.Scale.To != want[1] || it.Scale.Source != "inferred" {
				t.Errorf("%v: taken for %+v", points, it.Scale)
			}
			if row := it.Rounds[0]; len(row.Values) != want[1]-want[0]+1 || row.Values[0] != fmt.Sprint(want[0]) {
				t.Errorf("%v: counted by %v", points, row.Values)
			}
		}
		if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "inferred from the answers") || len(r.Warnings) != 0 {
			t.Errorf("%v: %q, %v", points, r.Notes, r.Warnings)
		}
	}
}

// warnings are the codes of a result's warnings, with their items.
func warnings(r study.Result) (out []string) {
	for _, w := range r.Warnings {
		out = append(out, w.Code+" "+strings.Join(w.Items, ","))
	}
	return out
}

// A pattern of answers that fits another scale better than the declared one is
// warned of, and one that may well be on it is not.
func TestAnotherScaleFits(t *testing.T) {
	five, nine := span(1, 5), span(1, 9)
	many := map[string][]int{"q1": five, "q2": five, "q3": five}
	for _, c := range []struct {
		name  string
		items map[string][]int
		scale string
		want  []string
	}{
		{"5 points on 1-9", many, "1-9", []string{"shorter_scale q1,q2,q3"}},
		{"7 points on 0-10", map[string][]int{"q1": span(0, 6), "q2": span(0, 6)}, "0-10", []string{"shorter_scale q1,q2"}},
		{"every second point", map[string][]int{"q1": {1, 3, 5, 7, 9}, "q2": {1, 3, 5, 7, 9}}, "1-9", []string{"every_second q1,q2"}},
		{"two blocks", map[string][]int{"q1": five, "q2": five, "q3": nine, "q4": nine}, "1-9", []string{"two_scales q1,q2"}},
		{"one item apart", map[string][]int{"q1": five, "q3": nine, "q4": nine}, "1-9", []string{"two_scales q1"}},
		{"one that all reject", map[string][]int{"q1": {1, 1, 2, 2, 3, 3, 3}, "q3": nine, "q4": nine}, "1-9", nil},
		{"two that most reject", map[string][]int{"q1": {1, 1, 1, 2, 3, 4, 5}, "q2": {1, 1, 2, 2, 2, 5}, "q3": nine, "q4": nine}, "1-9", nil},
		{"9 points on 1-9", map[string][]int{"q1": nine, "q2": nine}, "1-9", nil},
		{"nobody agrees", map[string][]int{"q1": {1, 1, 2, 2, 3, 4, 6}, "q2": {1, 1, 1, 2, 3, 5, 7}, "q3": {1, 2, 8}}, "1-9", nil},
		{"few answers", map[string][]int{"q1": {1, 2, 3}}, "1-9", nil},
		{"5 points declared", many, "1-5", nil},
	} {
		o := open
		o.Scales = []string{c.scale}
		people := 40
		if c.name == "few answers" {
			people = 20
		}
		if got := warnings(csv(t, asked(people, c.items), o)); !slices.Equal(got, c.want) {
			t.Errorf("%s: warned of %q, want %q", c.name, got, c.want)
		}
	}
	// Items that most reject are no block of their own.
	if r := csv(t, asked(40, map[string][]int{"q1": {1, 1, 1, 2, 3, 4}, "q2": {1, 1, 2, 2, 3, 5}, "q3": nine}), open); r.Items[0].Scale.To != 9 || r.Items[1].Scale.To != 9 {
		t.Errorf("%+v, %+v", r.Items[0].Scale, r.Items[1].Scale)
	}
	// Of undeclared scales two blocks are measured on two.
	r := csv(t, asked(40, map[string][]int{"q1": five, "q2": five, "q3": nine, "q4": nine}), open)
	if got := warnings(r); !slices.Equal(got, []string{"two_scales q1,q2"}) || r.Items[0].Scale.To != 5 || r.Items[2].Scale.To != 9 || r.Items[0].Window != "4-5" || r.Items[2].Window != "7-9" {
		t.Errorf("%q, %+v, %+v", got, r.Items[0].Scale, r.Items[2].Scale)
	}
}

// Each item may have a scale and a rule of its own.
func TestScaleAndRulePerItem(t *testing.T) {
	o := open
	o.Scales = []string{"1-9", "q1,q3-q5=1-5", "q9=-2-2"}
	o.Rules = []string{"agreement:70", "q1=share:4-5>=50.5"}
	r := csv(t, asked(30, map[string][]int{"q1": {4, 4, 2}, "q2": {9, 8}, "q4": {1, 5}, "q9": {-2, 0, 2}}), o)
	for i, want := range []struct {
		scale  study.Scale
		window string
		code   string
	}{
		{study.Scale{From: 1, To: 5}, "4-5", "share"}, {study.Scale{From: 1, To: 9}, "7-9", "agreement"},
		{study.Scale{From: 1, To: 5}, "4-5", "agreement"}, {study.Scale{From: -2, To: 2}, "1-2", "agreement"},
	} {
		it := r.Items[i]
		if it.Scale.From != want.scale.From || it.Scale.To != want.scale.To || it.Scale.Source != "declared" || it.Window != want.window ||
			!slices.ContainsFunc(it.Verdict.Grounds, func(g verdict.Ground) bool { return g.Code == want.code }) {
			t.Errorf("%s: %+v, at %s, %+v", it.Item, it.Scale, it.Window, it.Verdict.Grounds)
		}
	}
	if v := r.Items[3].Rounds[0].Values; !slices.Equal(v, []string{"-2", "-1", "0", "1", "2"}) {
		t.Errorf("q9 is counted by %v", v)
	}
	if m := r.Items[0].Verdict; m.Key != verdict.Consensus {
		t.Errorf("two of three at 4-5 are %s at 50.5 %%", m.Key)
	}
	o.Scales, o.Rules = []string{"1-9", "q1=1-5"}, []string{"share:7-9>=75"}
	_, err := read(asked(30, map[string][]int{"q1": {4}, "q2": {9}}), o)
	refused(t, "a window of another scale", err, `the window 7-9 does not lie on the scale 1-5 of item "q1": give it a rule of its own, as in --rule 'q1=share>=75'`)
}

// A codebook declares what flags would, and says the words of items.
func TestCodebook(t *testing.T) {
	o := open
	o.Scales = []string{"1-9", "q2=1-7"}
	o.Codebook = &source.Input{Name: "items.csv", In: strings.NewReader("voce;etichetta;tipo;min;max;unità;passo;regola\nq1;Più alberi;scala;1;5;;;\nq2;Meno auto;;1;5;;;share>=60\nq3;Quanto costa;stima;0;2,5;milioni;0,1;\n;;;;;;;\nq7;Altro;;;;;;\n")}
	text := "id;q1;q2;q3;nota\n"
	for p := range 6 {
		text += fmt.Sprintf("p%d;%d;%d;%d,%d;boh\n", p, 1+p%5, 1+p, p%2, p)
	}
	s, err := intake.Read([]source.Input{input("w.csv", []byte(text))}, o, still)
	r := measured(t, s, err)
	if len(r.Items) != 3 || r.Items[0].Label != "Più alberi" || r.Items[0].Scale.To != 5 || r.Items[1].Scale.To != 7 {
		t.Errorf("%+v", r.Items)
	}
	if c := r.Items[2].Scale; string(must(t, c)) != `{"from":0,"to":2.5,"step":0.1,"unit":"milioni","source":"declared"}` {
		t.Errorf("%s", must(t, c))
	}
	if v := r.Items[2].Rounds[0].Measures; figure(v, "median") != "0.75" || figure(v, "min") != "0" || figure(v, "max") != "1.5" || figure(v, "iqr") != "1" {
		t.Errorf("median %s, min %s, max %s, iqr %s", figure(v, "median"), figure(v, "min"), figure(v, "max"), figure(v, "iqr"))
	}
	if got := warnings(r); !slices.Equal(got, []string{"codebook q7"}) || !slices.Contains(r.Notes, "w.csv: no items, and left out: nota") {
		t.Errorf("%q, %q", got, r.Notes)
	}
	for _, c := range []struct{ name, text, words string }{
		{"a column", "item,colour\nq1,red\n", `items.csv: line 1, column 2: the column "colour" is none of item, label, kind`},
		{"no items", "label\nx\n", "items.csv: line 1, column 1: the column item is missing"},
		{"a kind", "item,kind\nq1,text\n", `items.csv: line 2, column 2 (kind): "text" is no kind of item`},
		{"a scale", "item,scale\nq1,9-1\n", `items.csv: line 2, column 2 (scale): "9-1" is no scale`},
		{"a rule", "item,rule\nq1,most\n", `items.csv: line 2, column 2 (rule): "most" is no rule`},
		{"an item twice", "item,rule\nq1,\nq1,\n", `items.csv: line 3, column 1 (item): "q1" is there twice`},
		{"a step", "item,grid\nq1,-1\n", `items.csv: line 2, column 2 (grid): "-1" is no step`},
		{"a k", "item,k\nq1,0\n", `items.csv: line 2, column 2 (k): "0" is no number of options`},
	} {
		o := open
		o.Codebook = &source.Input{Name: "items.csv", In: strings.NewReader(c.text)}
		_, err := read(header+"1,a,,q1,7\n", o)
		refused(t, c.name, err, c.words)
	}
}

// What may be no answer, or an answer of another kind, is refused with the flag that
// says which.
func TestUndeclaredAnswers(t *testing.T) {
	five := asked(12, map[string][]int{"q1": span(1, 5), "q2": span(1, 5), "q3": span(1, 5)})
	ranks := header
	for p := range 6 {
		for i := range 4 {
			ranks += fmt.Sprintf("1,p%d,,r%d,%d\n1,p%[1]d,,q%[2]d,%[4]d\n", p, i, 1+(i+p)%4, 2+3*(i%2))
		}
	}
	for _, c := range []struct{ name, text, words string }{
		{"a code for no answer", five + "1,z,,q1,99\n", `line 38, column 5 (value): 99 lies apart from the other answers: if it stands for no answer, add --missing=99; for "cannot judge", --cannot-judge=99`},
		{"a negative code", five + "1,z,,q1,-9\n", `-9 lies apart from the other answers`},
		{"NA", five + "1,z,,q1,NA\n", `"NA" is no answer: give a whole number, nothing, or ? for "cannot judge": if it stands for no answer, add --missing=NA`},
		{"don't know", five + "1,z,,q1,non so\n", `add --cannot-judge 'non so'`},
		{"a code on a usual scale", five + "1,z,,q1,9\n", `line 38, column 5 (value): 9 lies apart from the other 36 answers, of which none is above 5: if it stands for no answer, add --missing=9`},
		{"ranks of some items", ranks, `each person's answers to r0, r1, r2, r3 are the numbers from 1 on, each once, as in a ranking: add --kind 'r*=ranking'`},
		{"a fraction", five + "1,z,,q1,7.5\n", `"7.5" is no answer: give a whole number, nothing, or ? for "cannot judge": a number that is measured is an estimate, --kind estimate`},
		{"ticks", header + "1,a,,i,1\n1,b,,i,0\n", "no answer is other than 0 and 1: if options were ticked, add --kind selection"},
		{"crosses", header + "1,a,,i,x\n", `"x" is no answer: give a whole number, nothing, or ? for "cannot judge": options that are ticked are a selection, --kind selection`},
		{"amounts", header + "1,a,,i,1200\n1,b,,i,80\n", "line 2, column 5 (value): the answers to \"i\" run from 80 to 1200, which is no usual scale: declare it with --scale 'i=80-1200', as an estimate with --kind 'i=estimate', or, if it holds no answers, leave it out with --ignore 'i'"},
		{"a code of an answer", header + "1,a,,i,A7\n", `"A7" is no answer: give a whole number, nothing, or ? for "cannot judge": export answers as numbers, not as codes or words`},
		{"a label", header + "1,a,,i,7 (fully agree)\n", `"7 (fully agree)" is no answer`},
	} {
		_, err := read(c.text, open)
		refused(t, c.name, err, c.words)
	}
	declared := open
	declared.Scales = []string{"1-9"}
	_, err := read(header+"1,a,,i,77\n1,b,,i,77\n1,c,,i,99\n", declared)
	refused(t, "a code off the scale", err, `line 2, column 5 (value): 77 does not lie on the scale 1-9: if it stands for no answer, add --missing=77; for "cannot judge", --cannot-judge=77 (3 cells are wrong in all: 77, 99)`)
	declared.Missing = []string{"77", "9", "Na", "98"}
	r := csv(t, header+"1,a,,i,77\n1,b,,i,9\n1,c,,i,3\n1,d,,i,77.0\n1,e,,i,na\n", declared)
	if n := r.Items[0].Rounds[0].N; n != 1 || !slices.Equal(warnings(r), []string{"missing i"}) || !slices.Contains(r.Notes, "--missing 98: cells that are no answer: 0") || !slices.Contains(r.Notes, "--missing 77: cells that are no answer: 2") {
		t.Errorf("%d answers, %v, %q", n, r.Warnings, r.Notes)
	}
	if got := warnings(csv(t, ranks, declared)); !slices.Equal(got, []string{"ranking r0,r1,r2,r3", "shorter_scale q0,q1,q2,q3,r0,r1,r2,r3"}) {
		t.Errorf("ranks on a declared scale: warned of %q", got)
	}
}

// A code for no answer that lies on a usual scale beside the points of a smaller one
// is warned of, or refused where it lies far: the scale is inferred, not known.
func TestLoneCodes(t *testing.T) {
	with := func(points []int, code int) []int { return append(slices.Concat(points, points, points), code) }
	for _, c := range []struct {
		name   string
		points []int
		people int
		want   string // the code warned of; "" for none
	}{
		{"7 points and 9", with(span(1, 7), 9), 60, "9"}, {"7 points and 8", with(span(1, 7), 8), 60, "8"}, {"4 points and 6", with(span(1, 4), 6), 60, "6"},
		{"5 points and 0", with(span(1, 5), 0), 60, "0"}, {"9 points and 0", with(span(1, 9), 0), 60, "0"}, {"7 points and 9 from few", with(span(1, 7), 9), 8, ""},
		{"9 points", span(1, 9), 60, ""}, {"0 to 10", span(0, 10), 60, ""}, {"10 points", span(1, 10), 60, ""}, {"9 points but one", []int{1, 2, 3, 5, 6, 7, 9}, 60, ""}, {"a few of 9 points", span(2, 8), 60, ""},
		{"-2 to 2", span(-2, 2), 60, ""},
	} {
		r := csv(t, asked(c.people, map[string][]int{"q1": c.points, "q2": c.points}), open)
		var got []string
		for _, w := range r.Warnings {
			if w.Code != "code" || w.Place == "" || !slices.Equal(w.Items, []string{"q1", "q2"}) {
				t.Errorf("%s: %+v", c.name, w)
			}
			got = append(got, strings.Fields(w.Message)[0])
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %q", c.name, r.Warnings, c.want)
		}
		declared := open
		declared.Scales = []string{fmt.Sprintf("%d-%d", r.Items[0].Scale.From, r.Items[0].Scale.To)}
		if r := csv(t, asked(c.people, map[string][]int{"q1": c.points, "q2": c.points}), declared); slices.ContainsFunc(r.Warnings, func(w study.Warning) bool { return w.Code == "code" }) {
			t.Errorf("%s, declared: %v", c.name, r.Warnings)
		}
	}
	_, err := read(asked(60, map[string][]int{"q1": with(span(1, 5), 8), "q2": span(1, 5)}), open)
	refused(t, "8 beside 5 points", err, `8 lies apart from the other 119 answers, of which none is above 5: if it stands for no answer, add --missing=8`)
}

// A refusal names all that is wrong at once, and how many cells hold it.
func TestAllCodesAreNamed(t *testing.T) {
	five := asked(12, map[string][]int{"q1": span(1, 5), "q2": span(1, 5)})
	_, err := read(five+"1,y,,q1,NA\n1,z,,q1,77\n1,x,,q2,98\n1,w,,q2,-9\n1,v,,q2,n.r.\n1,u,,q2,77\n", open)
	refused(t, "codes", err, `line 26, column 5 (value): "NA" is no answer: give a whole number, nothing, or ? for "cannot judge": if it stands for no answer, add --missing=NA; for "cannot judge", --cannot-judge=NA (6 cells are wrong in all: -9, 77, 98, NA, n.r.)`)
	// Where -1 is an answer, it is no code beside 99.
	_, err = read(asked(12, map[string][]int{"q1": span(-2, 2)})+"1,y,,q1,99\n", open)
	refused(t, "-1 beside 99", err, "line 14, column 5 (value): 99 lies apart from the other answers: if it stands for no answer, add --missing=99; for \"cannot judge\", --cannot-judge=99")
	if strings.Contains(err.Error(), "in all") {
		t.Error(err)
	}
	text := header
	for p := range 24 {
		text += fmt.Sprintf("1,p%d,,q,A%d\n", p, 1+p%5)
	}
	_, err = read(text, open)
	refused(t, "codes of answers", err, "(24 cells are wrong in all: A1, A2, A3, A4, A5)")
}

// Items from 1 beside others from 0 have a scale from 1, inferred and suggested.
func TestFromOneBesideZero(t *testing.T) {
	ten, five := span(0, 10), span(1, 5)
	r := csv(t, asked(60, map[string][]int{"q1": five, "q2": five, "q3": ten, "q4": ten}), open)
	if s := r.Items[0].Scale; s.From != 1 || s.To != 5 || r.Items[2].Scale.To != 10 || !slices.Equal(warnings(r), []string{"two_scales q1,q2"}) {
		t.Errorf("%+v, %v", s, r.Warnings)
	}
	r = csv(t, asked(60, map[string][]int{"q1": five, "q3": ten}), open)
	if len(r.Warnings) != 1 || !strings.HasSuffix(r.Warnings[0].Message, "if their scale was 1-5, measure with --scale 'q1=1-5'") {
		t.Errorf("%v", r.Warnings)
	}
	r = csv(t, asked(60, map[string][]int{"q1": span(0, 4), "q3": ten}), open)
	if len(r.Warnings) != 1 || !strings.HasSuffix(r.Warnings[0].Message, "--scale 'q1=0-4'") {
		t.Errorf("%v", r.Warnings)
	}
}

// A rule that an item cannot be judged by is refused with the item's name and a rule
// that fits it.
func TestRulesThatDoNotFit(t *testing.T) {
	for _, c := range []struct{ kind, scale, rule, words string }{
		{"", "1-5", "rand", `--rule: rand is defined on 9 points, not on the 5 of item "q1": give it a rule of its own, as in --rule 'q1=share>=75'`},
		{"", "1-5", "q1=comet", `--rule: comet is defined on 9 points, not on the 5 of item "q1"`},
		{"", "1-5", "median-iqr:12,2", `--rule: the median 12 does not lie on the scale 1-5 of item "q1": give it`},
		{"", "1-5", "median-iqr:2,1", `--rule: must lie above the middle of the 5 points of item "q1"`},
		{"", "1-5", "iqr:0.5", `--rule: 0.5 has more decimals than the answers, which have 0, of item "q1": give it a rule of its own, as in --rule 'q1=share>=75'`},
		{"estimate", "0-10", "iqr:0.5", `--rule: 0.5 has more decimals than the answers, which have 0, of item "q1": give it a rule of its own, as in --rule 'q1=relative-iqr:25'`},
	} {
		o := open
		o.Scales, o.Rules = []string{c.scale}, []string{c.rule}
		if c.kind != "" {
			o.Kinds = []string{c.kind}
		}
		_, err := read(asked(20, map[string][]int{"q1": span(1, 5)}), o)
		refused(t, c.rule, err, c.words)
	}
}
