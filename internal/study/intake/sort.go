package intake

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/study"
	"delfi/internal/study/source"
)

// meaning is what a text of an item turned out to be.
type meaning int

const (
	nothing meaning = iota
	unable
	value
)

// tally tells of each text of an item what it says, and counts the cells that hold it.
type tally struct {
	item  int
	says  []meaning // by code − 1
	count []int
}

// sort tells the kind and the scale of each item, and turns the codes of texts into
// places among its values.
func (in *reader) sort(specs []spec) error {
	s := in.s
	all := make([]tally, len(s.Items))
	for i := range all {
		all[i] = in.tally(i)
	}
	in.codes(all)
	s.Scales = make([]study.Scale, len(s.Items))
	var open []int // scales that nobody declared
	for i, x := range specs {
		kind := x.kind
		if kind == "" {
			kind = delphi.ScaleForm
		}
		s.Scales[i] = study.Scale{Kind: kind, Source: study.Declared}
		if kind == delphi.ScaleForm && x.ends == nil {
			open = append(open, i)
		}
	}
	if err := in.rankings(specs, all); err != nil {
		return err
	}
	if err := in.infer(open, all); err != nil {
		return err
	}
	var faults wrong
	for i, x := range specs {
		c := &s.Scales[i]
		switch {
		case c.Kind == delphi.ScaleForm && x.ends != nil:
			var err error
			if c.From, c.To, err = x.ends.Scale(); err != nil {
				return source.Bad("--scale", "scale", fmt.Sprintf("item %q: %v", s.Items[i], err))
			}
		case c.Kind == delphi.EstimateForm:
			if err := in.estimate(i, x, all[i]); err != nil {
				return err
			}
		case c.Kind == delphi.RankingForm && x.ends != nil, c.Kind == delphi.SelectionForm && x.ends != nil:
			return source.Bad("--scale", "scale", fmt.Sprintf("item %q is a %s, which has no scale: declare scales for the others by name", s.Items[i], c.Kind))
		}
	}
	ranked := 0
	for _, c := range s.Scales {
		if c.Kind == delphi.RankingForm {
			ranked++
		}
	}
	for i := range s.Items {
		places := in.places(i, all[i], ranked, &faults)
		for r := range s.Answers {
			if i < len(s.Answers[r]) {
				s.Answers[r][i].Become(places)
			}
		}
	}
	if err := faults.first(in); err != nil {
		return err
	}
	return in.selections(specs)
}

// tally counts the texts of an item and tells which of them are no answer.
func (in *reader) tally(i int) tally {
	x := in.texts[i]
	t := tally{item: i, says: make([]meaning, len(x.list)), count: make([]int, len(x.list))}
	for _, round := range in.s.Answers {
		if i >= len(round) {
			continue
		}
		for _, v := range round[i].Small {
			if v > 0 {
				t.count[v-1]++
			}
		}
		for _, v := range round[i].Large {
			if v > 0 {
				t.count[v-1]++
			}
		}
	}
	for c, a := range x.list {
		switch {
		case a.Form == study.Empty || among(a, in.o.Missing):
			t.says[c] = nothing
		case a.Text == "?" || among(a, in.o.CannotJudge):
			t.says[c] = unable
		default:
			t.says[c] = value
		}
	}
	return t
}

// among says whether an answer is one of the texts of a flag: the same number, or
// the same words without case.
func among(a study.Answer, list []string) bool {
	return slices.ContainsFunc(list, func(text string) bool {
		b := study.Meaning(text, true, true)
		return b.Name() == a.Name() || b.Form != study.Number && strings.EqualFold(a.Text, b.Text)
	})
}

// codes says how many cells each code of --missing and --cannot-judge was.
func (in *reader) codes(all []tally) {
	for _, f := range []struct {
		note string
		list []string
	}{{"missing", in.o.Missing}, {"cannot_judge", in.o.CannotJudge}} {
		for _, text := range f.list {
			n := 0
			for i, t := range all {
				for c, a := range in.texts[i].list {
					if among(a, []string{text}) {
						n += t.count[c]
					}
				}
			}
			in.s.Note(f.note, text, n)
		}
	}
}

// numbers are the values of an item that are whole numbers, ascending; odd are the
// codes of other texts.
func (in *reader) numbers(t tally) (list, odd []int) {
	for c, a := range in.texts[t.item].list {
		if t.says[c] != value {
			continue
		}
		v, whole := a.In(0)
		if a.Form != study.Number || !whole {
			odd = append(odd, c)
			continue
		}
		list = append(list, v)
	}
	slices.Sort(list)
	return list, odd
}

func earlier(a, b source.Spot) bool {
	return cmp.Or(cmp.Compare(a.Sheet, b.Sheet), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) < 0
}

// wrong collects faults of cells, of which the first one is told, beside all the
// texts that are wrong.
type wrong struct {
	n     int
	at    source.Spot
	words string
	texts []string
}

func (w *wrong) add(at source.Spot, n int, text, format string, args ...any) {
	w.n += n
	if len(w.texts) <= textsMost && !slices.Contains(w.texts, text) {
		w.texts = append(w.texts, text)
	}
	if w.words == "" || earlier(at, w.at) {
		w.at, w.words = at, fmt.Sprintf(format, args...)
	}
}

// textsMost is how many texts a fault lists: more are no codes but words.
const textsMost = 10

func (w wrong) first(in *reader) error {
	if w.words == "" {
		return nil
	}
	switch {
	case len(w.texts) > 1 && len(w.texts) <= textsMost:
		slices.SortFunc(w.texts, source.Natural)
		w.words += fmt.Sprintf(" (%d cells are wrong in all: %s)", w.n, source.Some(w.texts))
	case w.n > 1:
		w.words += fmt.Sprintf(" (%d cells are wrong in all)", w.n)
	}
	return in.bad(w.at, "value", "%s", w.words)
}

// places gives by code the place among the item's values.
func (in *reader) places(i int, t tally, ranked int, faults *wrong) []int {
	s := in.s
	c, x := s.Scales[i], in.texts[i]
	out := make([]int, len(x.list))
	for code, a := range x.list {
		switch t.says[code] {
		case nothing:
			out[code] = study.Blank
			continue
		case unable:
			out[code] = study.CannotJudge
			if c.Kind == delphi.RankingForm || c.Kind == delphi.SelectionForm {
				faults.add(x.first[code], t.count[code], a.Text, "%q stands for \"cannot judge\", which a %s has not: leave the cell empty", a.Text, c.Kind)
			}
			continue
		}
		place, words := placeOn(c, a, ranked)
		if words != "" {
			faults.add(x.first[code], t.count[code], a.Text, "%s%s", words, in.remedy(a, c))
		}
		out[code] = place
	}
	for code, a := range x.list {
		v, whole := a.In(0)
		if t.says[code] != value && a.Form == study.Number && whole && c.Kind == delphi.ScaleForm && v >= c.From && v <= c.To {
			first := in.place(x.first[code])
			s.Warn("missing", &first, []string{s.Items[i]}, a.Text, study.Span(c.From, c.To), s.Items[i], t.count[code])
		}
	}
	return out
}

// placeOn gives the place of an answer among the values of a scale, from 1; words say
// why it has none.
func placeOn(c study.Scale, a study.Answer, ranked int) (place int, words string) {
	v, whole := a.In(c.Decimals)
	number := a.Form == study.Number && whole
	switch c.Kind {
	case delphi.ScaleForm:
		switch {
		case !number:
			return 0, fmt.Sprintf("%q is no answer: give a whole number on the scale %s, nothing, or ? for \"cannot judge\"", source.Shortened(a.Text), study.Span(c.From, c.To))
		case v < c.From || v > c.To:
			return 0, fmt.Sprintf("%s does not lie on the scale %s", a.Text, study.Span(c.From, c.To))
		}
		return v - c.From + 1, ""
	case delphi.RankingForm:
		if !number || v < 1 || v > ranked {
			return 0, fmt.Sprintf("%q is no rank among %d items: give a whole number from 1, the best, to %d, or nothing", source.Shortened(a.Text), ranked, ranked)
		}
		return v, ""
	case delphi.SelectionForm:
		switch {
		case a.Says(study.Yes):
			return 2, ""
		case a.Says(study.No):
			return 1, ""
		}
		return 0, fmt.Sprintf("%q selects nothing and leaves out nothing: write 1 or x for what is selected, 0 or nothing for the rest", source.Shortened(a.Text))
	}
	switch {
	case a.Says(study.Nevers):
		return (c.To-c.From)/c.Step + 2, ""
	case a.Form == study.Vague:
		return 0, fmt.Sprintf("%q may be a thousand or a fraction: write 1234 or 1,234", a.Text)
	case a.Form != study.Worded && number && v >= c.From && v <= c.To:
		return (2*(v-c.From)+c.Step)/(2*c.Step) + 1, ""
	case a.Form == study.Worded || a.Form == study.Empty:
		return 0, fmt.Sprintf("%q is no estimate: give a number, nothing, ? for \"cannot judge\", or never", source.Shortened(a.Text))
	}
	return 0, fmt.Sprintf("%s does not lie between %s and %s", a.Text, c.Text(c.From), c.Text(c.To))
}

// remedy says what to write instead of a text that is no answer.
func (in *reader) remedy(a study.Answer, c study.Scale) string {
	switch {
	case a.Says(study.Unsure):
		return fmt.Sprintf(": if it stands for \"cannot judge\", add --cannot-judge %s; for no answer, --missing %[1]s", flagged(a.Text))
	case a.Usual():
		return fmt.Sprintf(": if it stands for no answer, add --missing=%s; for \"cannot judge\", --cannot-judge=%[1]s", flagged(a.Text))
	case c.Kind == delphi.ScaleForm && a.Form == study.Number && a.Decimals > 0:
		return ": a number that is measured is an estimate, --kind estimate"
	case c.Kind == delphi.ScaleForm && a.Says(study.Nevers):
		return ": items that something may never happen to are estimates, --kind estimate"
	case c.Kind == delphi.ScaleForm && (a.Says(study.Yes) || a.Says(study.No)):
		return ": options that are ticked are a selection, --kind selection"
	case c.Kind == delphi.ScaleForm && a.Form == study.Number:
		return ": if the scale is another one, declare it with --scale; if these are no answers, leave them out with --ignore"
	case a.Form == study.Worded && coded(a.Text):
		return ": export answers as numbers, not as codes or words, and leave a column that holds no answers out with --ignore"
	case a.Form == study.Worded:
		return ". Export answers as numbers; a text that stands for no answer is named by --missing, a column that holds no answers by --ignore"
	}
	return ""
}

// coded says whether a text holds a number beside other signs: A7, 7 (agree).
func coded(s string) bool { return numeral(s) != "" }

// flagged writes a text as the value of a flag.
func flagged(s string) string {
	if strings.ContainsAny(s, " '#*?\"") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// stepsMost bounds the values that an estimate is counted by.
const stepsMost = 2000

// estimate tells the ends, the unit and the grid of an estimate.
func (in *reader) estimate(i int, x spec, t tally) error {
	c, texts := &in.s.Scales[i], in.texts[i]
	c.Unit = x.unit
	var list []study.Answer
	for code, a := range texts.list {
		switch {
		case t.says[code] != value:
		case a.Says(study.Nevers):
			c.Never = true
		case a.Form == study.Number:
			list = append(list, a)
		}
	}
	known := slices.Clone(list)
	if x.ends != nil {
		known = append(known, x.ends.From, x.ends.To)
	}
	if x.step != nil {
		known = append(known, *x.step)
	}
	for _, a := range known {
		c.Decimals = max(c.Decimals, a.Decimals)
	}
	var values []int
	for _, a := range list {
		v, ok := a.In(c.Decimals)
		if !ok || v > math.MaxInt32*1000 || v < -math.MaxInt32*1000 {
			return source.Bad(in.tables[0].Name(), "value", fmt.Sprintf("item %q: %s is too large beside answers of %d decimals: give it in a larger unit", in.s.Items[i], a.Text, c.Decimals))
		}
		values = append(values, v)
	}
	if len(values) == 0 && x.ends == nil {
		values = []int{0}
	}
	if x.ends != nil {
		c.From, _ = x.ends.From.In(c.Decimals)
		c.To, _ = x.ends.To.In(c.Decimals)
	} else {
		c.From, c.To, c.Source = slices.Min(values), slices.Max(values), study.Inferred
	}
	if x.step != nil {
		c.Step, _ = x.step.In(c.Decimals)
	} else {
		for _, v := range append(values, c.To) {
			c.Step = gcd(c.Step, v-c.From)
		}
		c.Step = max(1, c.Step)
	}
	exact := c.Step
	if (c.To-c.From)/c.Step >= stepsMost-1 {
		c.Step = round((c.To-c.From)/(stepsMost-2) + 1)
		if c.Source == study.Inferred {
			c.From -= (c.From%c.Step + c.Step) % c.Step
		}
	}
	if x.step != nil && c.Step != exact {
		return source.Bad("--codebook", "grid", fmt.Sprintf("item %q: a grid of %s makes more than %d values: give a coarser one", in.s.Items[i], x.step.Text, stepsMost))
	}
	if c.Step != exact {
		in.s.Warn("rounded", nil, []string{in.s.Items[i]}, in.s.Items[i], c.Text(c.From), c.Text(c.To), c.Text(c.Step))
	}
	if rest := (c.To - c.From) % c.Step; rest != 0 {
		c.To += c.Step - rest
	}
	if c.To == c.From {
		c.To += c.Step
	}
	if c.Source == study.Inferred {
		in.s.Note("estimate", in.s.Items[i], c.Text(c.From), c.Text(c.To), c.Text(c.Step))
	}
	return nil
}

// round gives the next of 1, 2, 5, 10, 20 … that is no smaller.
func round(n int) int {
	for step := 1; ; step *= 10 {
		for _, m := range []int{1, 2, 5} {
			if m*step >= n {
				return m * step
			}
		}
	}
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}

// selections tells how many options a person may select at most: as many as anyone
// did, unless it is declared.
func (in *reader) selections(specs []spec) error {
	s := in.s
	most, who := 0, 0
	var options []int
	for i, c := range s.Scales {
		if c.Kind == delphi.SelectionForm {
			options = append(options, i)
		}
	}
	if len(options) == 0 {
		return nil
	}
	for r := range s.Rounds {
		for p := range s.Group {
			n := 0
			for _, i := range options {
				if s.Answer(r, i, p) == 2 {
					n++
				}
			}
			if n > most {
				most, who = n, p
			}
		}
	}
	k := 0
	for _, i := range options {
		k = max(k, specs[i].k)
	}
	if k > 0 && most > k {
		return fault.Bad(fault.Field{Name: in.tables[0].Name(), Code: "k", Message: fmt.Sprintf("%s: panelist %q selects %d options, at most %d may be: mend the answers or the codebook's k", in.place(in.people.first.at(who)), s.People[who], most, k)})
	}
	if k == 0 {
		k = max(1, most)
		s.Note("selection", most, len(options))
	}
	for _, i := range options {
		specs[i].k = k
	}
	return nil
}
