package intake

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/study"
	"delfi/internal/study/source"
)

// Read reads a study from its files, whatever they are: a document in JSON, or
// tables of answers in CSV or .xlsx, of which each without a column of rounds is a
// round. A fault names file, line and column, or sheet and cell. step is called now
// and then with the number of bytes read.
func Read(inputs []source.Input, o study.Options, step func(read int64)) (*study.Study, error) {
	in := &reader{s: &study.Study{Open: !o.Disclose}, o: o, rounds: map[string]int{}, labels: map[string]string{}, personal: map[string]bool{}}
	if err := o.Check(); err != nil {
		return nil, err
	}
	if o.Codebook != nil {
		var err error
		if in.book, err = readCodebook(*o.Codebook, o); err != nil {
			return nil, err
		}
	}
	number := 0
	for _, input := range inputs {
		text, workbook, err := source.Open(input, o.Encoding)
		if err != nil {
			return nil, err
		}
		if !workbook && opensObject(text) {
			return readDocument(inputs, input.Name, text, o, step)
		}
		tables, err := source.Sheets(input.Name, text, workbook, o.Sheets, step)
		if err != nil {
			return nil, err
		}
		for _, t := range tables {
			if err := in.read(t, number); err != nil {
				return nil, err
			}
			number++
		}
	}
	return in.finish()
}

// opensObject says whether a text is JSON: its first sign that is no space opens an
// object.
func opensObject(b *bufio.Reader) bool {
	head, _ := b.Peek(512)
	return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("{"))
}

// readDocument refuses, beside a document in JSON, what belongs to tables.
func readDocument(inputs []source.Input, name string, in io.Reader, o study.Options, step func(int64)) (*study.Study, error) {
	if len(inputs) > 1 {
		return nil, source.Bad(name, "format", "is a study in JSON, which is whole: measure it alone")
	}
	if flag := o.Table(); flag != "" {
		return nil, source.Bad(flag, "format", fmt.Sprintf("belongs to tables, and %s is a study in JSON with its own protocol: leave it out", name))
	}
	return ReadJSON(name, in, o, step)
}

// finish tells what the texts of all cells mean, and gives the study its protocol.
func (in *reader) finish() (*study.Study, error) {
	s := in.s
	if in.given == 0 {
		t := in.tables[0]
		return nil, source.Bad(t.Name(), "empty", t.Place(t.Line(), 0).String()+": there are no answers")
	}
	in.settle()
	s.Order()
	s.People, s.Groups, s.Items = in.people.all(), in.groups.all(), in.items.all()
	places := s.Arrange()
	in.texts = placed(in.texts, places)
	in.items.list, in.items.first = in.items.list.placed(places), in.items.first.placed(places)
	for _, item := range s.Items {
		s.Labels = append(s.Labels, in.labels[item])
	}
	specs, err := in.specs()
	if err != nil {
		return nil, err
	}
	for i, x := range specs {
		if x.label != "" {
			s.Labels[i] = x.label
		}
	}
	if err := in.sort(specs); err != nil {
		return nil, err
	}
	if err := in.protocol(specs); err != nil {
		return nil, err
	}
	if in.told == byRelease {
		stand(s)
	}
	s.Span()
	s.Patterns()
	for _, n := range []struct {
		of   *names
		what study.Thing
	}{{&in.people, "panelist"}, {&in.groups, "group"}, {&in.items, "item"}} {
		near(s, n.of, n.what, in.place)
	}
	in.summaries()
	return s, nil
}

// summaries warns of rows that sum up others, which spreadsheets have at their end
// and which would count as people.
func (in *reader) summaries() {
	for p, name := range in.s.People {
		switch folded(name) {
		case "mean", "average", "avg", "media", "median", "mediana", "total", "totale", "sum", "somma", "sd", "stdev", "dev.st", "devst", "min", "max", "count", "conteggio":
			first := in.place(in.people.first.at(p))
			in.s.Warn("summary", &first, nil, name)
		}
	}
}

// settle gives those of whom no table says the group the group without a name.
func (in *reader) settle() {
	if !slices.Contains(in.s.Group, none) {
		return
	}
	g, known := in.groups.number("")
	if !known {
		g = in.groups.add("", "", source.Spot{})
	}
	for p, was := range in.s.Group {
		if was == none {
			in.s.Group[p] = int32(g)
		}
	}
}

// placed puts a list in another order.
func placed[T any](list []T, places []int) []T {
	out := make([]T, len(places))
	for i, from := range places {
		out[i] = list[from]
	}
	return out
}

// stand lets answers of a standing round stand from release to release until they
// are revised; a row without an answer takes back what stood.
func stand(s *study.Study) {
	for r := 1; r < len(s.Answers); r++ {
		for i := range s.Items {
			if i >= len(s.Answers[r-1]) {
				continue
			}
			before := s.Answers[r-1][i]
			now := s.Column(r, i)
			for p := range s.People {
				if v := before.At(p); v != study.Missing && v != study.Blank && now.At(p) == study.Missing {
					now.Put(p, v)
				}
			}
		}
	}
}

// protocol gives the study the protocols of its kinds of items.
func (in *reader) protocol(specs []spec) error {
	s, o := in.s, in.o
	var plan []protocol.StudyKind
	type sort struct {
		scale study.Scale
		k     int
		rule  string
	}
	ids := map[sort]string{}
	used := map[string]bool{}
	for i, c := range s.Scales {
		text := specs[i].rule
		if text == "" {
			text = study.UsualRule[c.Kind]
			for _, general := range o.Rules {
				if c := study.Split(general); c.Items == "" {
					if r, err := study.RuleOf(c.Value); err == nil && r.Fits(s.Scales[i].Kind) {
						text, used[general] = c.Value, true
					}
				}
			}
		}
		r, err := study.RuleOf(text)
		if err != nil {
			return source.Bad("--rule", "rule", err.Error())
		}
		if !r.Fits(c.Kind) {
			return source.Bad("--rule", "kind", fmt.Sprintf("%s cannot judge item %q, a %s: %s", text, s.Items[i], c.Kind, "write "+study.UsualRule[c.Kind]))
		}
		consensus, err := r.Plan(c)
		if err != nil {
			return source.Bad("--rule", "window", fmt.Sprintf("%v of item %q: give it a rule of its own, as in --rule '%s=%s'", err, s.Items[i], s.Items[i], study.UsualRule[c.Kind]))
		}
		zero := c.Source == study.Inferred && !years(c)
		if r.Name == protocol.RuleRelativeIQR && c.From > c.To-c.From && !zero {
			return source.Bad("--rule", "zero", fmt.Sprintf("relative-iqr needs a unit with a true zero, and the estimates of item %q run from %s to %s: give it a rule in units, as in --rule 'NAME=iqr:5', or declare a scale from 0", s.Items[i], c.Text(c.From), c.Text(c.To)))
		}
		s.Rules = append(s.Rules, text)
		one := sort{c, specs[i].k, text}
		id, known := ids[one]
		if !known {
			id = string(c.Kind)
			if n := len(slices.DeleteFunc(slices.Clone(plan), func(k protocol.StudyKind) bool { return k.Kind.Kind != c.Kind })); n > 0 {
				id = fmt.Sprintf("%s-%d", id, n+1)
			}
			ids[one] = id
			plan = append(plan, protocol.StudyKind{Kind: kindOn(c, id, specs[i].k), Consensus: consensus, Zero: zero})
		}
		s.Kinds = append(s.Kinds, delphi.Item{ID: fmt.Sprintf("i%d", i+1), Kind: id})
	}
	for _, general := range o.Rules {
		if c := study.Split(general); c.Items == "" && !used[general] {
			return source.Bad("--rule", "kind", fmt.Sprintf("%s judges no item of this study: its items are of the kind %s", general, plan[0].Kind.Kind))
		}
	}
	var err error
	s.Judges, s.First, err = protocol.Study(protocol.StudyPlan{
		Kinds: plan, Groups: labels(s.Groups), Rounds: len(s.Rounds), Standing: in.told == byRelease,
		Quantile: o.Quantile, MinN: o.MinN, Disclose: o.Disclose,
	})
	if err != nil {
		return s.AsFlag(err)
	}
	s.Protocol = s.Judges[0]
	if o.Disclose && in.told == byRelease {
		return source.Bad("--disclose", "standing", "does not go with a column of releases, whose figures are exact: leave it out")
	}
	return nil
}

// years says whether all estimates look like years.
func years(c study.Scale) bool { return c.Decimals == 0 && c.From >= 1900 && c.To <= 2200 }

// kindOn is the item kind of a scale.
func kindOn(c study.Scale, id string, k int) delphi.ItemKind {
	out := delphi.ItemKind{ID: id, Kind: c.Kind, CannotJudge: c.Kind == delphi.ScaleForm || c.Kind == delphi.EstimateForm}
	switch c.Kind {
	case delphi.ScaleForm:
		out.Points, out.Classes = c.Points(), delphi.DefaultClasses(c.Points())
	case delphi.EstimateForm:
		out.Unit, out.Min, out.Max, out.Grid, out.Never = c.Unit, c.From, c.To, c.Step, c.Never
	case delphi.SelectionForm, delphi.RankingForm:
		out.K = k
	}
	return out
}

// labels are names of groups as a protocol takes them.
func labels(groups []string) []string {
	out := slices.Clone(groups)
	for i, l := range out {
		if l == "" {
			out[i] = "(none)"
		} else if utf8.RuneCountInString(l) > 200 {
			out[i] = strings.TrimSpace(string([]rune(l)[:200]))
		}
	}
	return out
}
