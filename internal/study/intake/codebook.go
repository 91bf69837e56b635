package intake

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/study"
	"delfi/internal/study/source"
)

// spec is all that is declared about one item.
type spec struct {
	kind  delphi.Form // "" where it is not declared
	ends  *study.Ends
	unit  string
	step  *study.Answer
	k     int
	rule  string
	label string
}

// codebook is a table with a row for each item.
type codebook struct {
	items []string
	of    map[string]spec
}

// entries are the columns of a codebook, in English and in Italian.
var entries = []struct {
	name  string
	other []string
}{
	{"item", named[itemColumn]}, {"label", []string{"etichetta", "words", "testo", "text", "fieldlabel"}}, {"kind", []string{"tipo", "type"}},
	{"scale", []string{"scala"}}, {"min", []string{"minimo", "from", "da"}}, {"max", []string{"massimo", "to", "a"}}, {"unit", []string{"unità", "unita"}},
	{"grid", []string{"step", "passo"}}, {"k", nil}, {"rule", []string{"regola"}},
}

// readCodebook reads a table of items.
func readCodebook(in source.Input, o study.Options) (*codebook, error) {
	text, workbook, err := source.Open(in, o.Encoding)
	if err != nil {
		return nil, err
	}
	tables, err := source.Sheets(in.Name, text, workbook, nil, func(int64) {})
	if err != nil {
		return nil, err
	}
	t := tables[0]
	defer t.Close()
	record, err := t.Next()
	if errors.Is(err, io.EOF) {
		return nil, fault.Bad(source.At(t, 1, 0, "empty", "the codebook is empty: its header names item, label, kind, scale, min, max, unit, grid, k, rule"))
	}
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, h := range record {
		e := slices.IndexFunc(entries, func(x struct {
			name  string
			other []string
		}) bool {
			return key(h) == x.name || slices.Contains(x.other, key(h))
		})
		if key(h) == "" {
			continue
		}
		if e < 0 {
			return nil, fault.Bad(source.At(t, t.Line(), i, "column", "the column %q is none of item, label, kind, scale, min, max, unit, grid, k, rule: rename it or leave it out", source.Clean(h)))
		}
		column[entries[e].name] = i
	}
	if _, ok := column["item"]; !ok {
		return nil, fault.Bad(source.At(t, t.Line(), 0, "column", "the column item is missing: it names the items"))
	}
	b := &codebook{of: map[string]spec{}}
	for {
		record, err := t.Next()
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
		if hollow(record) {
			continue
		}
		if err := b.row(t, record, column); err != nil {
			return nil, err
		}
	}
}

func (b *codebook) row(t source.Sheet, record []string, column map[string]int) error {
	wrong := func(name string, err error) error {
		return fault.Bad(source.At(t, t.Line(), column[name], "codebook", "%v", err))
	}
	cell := func(name string) string {
		i, ok := column[name]
		if !ok || i >= len(record) {
			return ""
		}
		return source.Clean(record[i])
	}
	item := cell("item")
	if _, twice := b.of[item]; twice || item == "" {
		return wrong("item", fmt.Errorf("%q is there twice or empty: each item has one row", item))
	}
	x := spec{label: cell("label"), unit: cell("unit"), rule: cell("rule")}
	if text := cell("kind"); text != "" {
		k, err := study.KindOf(t.Name(), text)
		if err != nil {
			return wrong("kind", fmt.Errorf("%q is no kind of item: give scale, ranking, estimate or selection", text))
		}
		x.kind = k
	}
	text, name := cell("scale"), "scale"
	if low, high := cell("min"), cell("max"); text == "" && (low != "" || high != "") {
		text, name = low+".."+high, "min"
	}
	if text != "" {
		e, err := study.EndsOf(text)
		if err != nil {
			return wrong(name, err)
		}
		x.ends = &e
	}
	if text := cell("grid"); text != "" {
		step := study.Meaning(text, true, true)
		if step.Form != study.Number || step.Whole <= 0 {
			return wrong("grid", fmt.Errorf("%q is no step: give a number above 0", text))
		}
		x.step = &step
	}
	if text := cell("k"); text != "" {
		k, err := strconv.Atoi(text)
		if err != nil || k < 1 || k > itemsMost {
			return wrong("k", fmt.Errorf("%q is no number of options: give how many may be selected", text))
		}
		x.k = k
	}
	if x.rule != "" {
		if _, err := study.RuleOf(x.rule); err != nil {
			return wrong("rule", err)
		}
	}
	b.items, b.of[item] = append(b.items, item), x
	return nil
}

// specs gives what is declared about each item: by a flag for all, by the codebook,
// by a flag that names it.
func (in *reader) specs() ([]spec, error) {
	items := in.s.Items
	out := make([]spec, len(items))
	kinds, err := study.Pick("--kind", in.o.Kinds, items)
	if err != nil {
		return nil, err
	}
	scales, err := study.Pick("--scale", in.o.Scales, items)
	if err != nil {
		return nil, err
	}
	rules, err := study.Pick("--rule", in.o.Rules, items)
	if err != nil {
		return nil, err
	}
	common := delphi.ScaleForm // the kind that a scale for all is of
	for _, text := range in.o.Kinds {
		if c := study.Split(text); c.Items == "" {
			if common, err = study.KindOf("--kind", c.Value); err != nil {
				return nil, err
			}
		}
	}
	for i, item := range items {
		if in.book != nil {
			out[i] = in.book.of[item]
		}
		x := &out[i]
		if c := kinds[i]; c.Value != "" && (c.Items != "" || x.kind == "") {
			if x.kind, err = study.KindOf("--kind", c.Value); err != nil {
				return nil, err
			}
		}
		if c := scales[i]; c.Value != "" && (c.Items != "" || x.ends == nil && cmp.Or(x.kind, common) == common) {
			e, err := study.EndsOf(c.Value)
			if err != nil {
				return nil, source.Bad("--scale", "scale", err.Error())
			}
			x.ends = &e
		}
		if c := rules[i]; c.Items != "" {
			x.rule = c.Value
		}
	}
	if in.book != nil {
		var gone []string
		for _, item := range in.book.items {
			if !slices.Contains(items, item) {
				gone = append(gone, item)
			}
		}
		if len(gone) > 0 {
			in.s.Warn("codebook", nil, gone, source.Listed(gone))
		}
	}
	return out, nil
}
