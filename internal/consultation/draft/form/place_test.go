package form_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// variants are all of them.
func variants() []protocol.Variant {
	var out []protocol.Variant
	p, _ := form.At("variant")
	for _, v := range p.Options {
		out = append(out, protocol.Variant(v))
	}
	return out
}

// parsed reads a document as an announcement does.
func parsed(d form.Document) (protocol.Protocol, []fault.Field) {
	p, err := protocol.Parse([]byte(d.With("anonymity.latest_key_date", "2030-01-01").String()))
	var f *fault.Fault
	if errors.As(err, &f) {
		return p, f.Fields
	}
	return p, nil
}

// Every variant is proposed whole: nothing but statements and dates is missing.
func TestEveryVariantIsProposedWhole(t *testing.T) {
	if len(variants()) != 8 {
		t.Fatalf("%d variants", len(variants()))
	}
	for _, v := range variants() {
		for _, languages := range [][]string{{"it"}, {"en"}, {"en", "it"}} {
			if p, bad := parsed(form.Propose(v, languages)); len(bad) > 0 || p.Variant != v {
				t.Errorf("%s in %v: %v", v, languages, bad)
			}
		}
	}
}

// paths gives each path of a value, and of the values within it.
func paths(at string, v any) []string {
	var out []string
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			path := strings.TrimPrefix(at+"."+k, ".")
			out = append(append(out, path), paths(path, v[k])...)
		}
	case []any:
		for i, one := range v {
			path := fmt.Sprintf("%s[%d]", at, i)
			out = append(append(out, path), paths(path, one)...)
		}
	}
	return out
}

// whole are documents that have every field of the protocol between them.
func whole(t *testing.T) []form.Document {
	t.Helper()
	f := form.Form{Language: "it"}
	var out []form.Document
	keep := func(f form.Form) {
		p, bad := parsed(f.Plan())
		if len(bad) > 0 {
			t.Fatalf("%s: %v", f.Protocol, bad)
		}
		d, _ := form.ReadDocument(string(p.Canonical()))
		out = append(out, d)
	}
	for _, v := range variants() {
		keep(f.Begin(v))
	}
	base := f.Begin(protocol.VariantRealTime)
	for kind, rule := range map[string]string{"choice": "share", "selection": "share", "date": "relative-iqr", "text": "share", "scale": "rand", "criteria": "comet"} {
		at := base.Type("item_kinds[0].kind", []string{kind}).Fit(base)
		if kind == "date" {
			at = at.Type("item_kinds[0].min", []string{"2030"}).Type("item_kinds[0].max", []string{"2040"})
		}
		if kind == "text" {
			at = base.Add("item_kinds").Type("item_kinds[1].kind", []string{"text"}).Fit(base)
		}
		if kind == "criteria" {
			at = at.Type("item_kinds[0].points", []string{"9"})
		}
		old := at
		at = at.Type("consensus.rule", []string{rule}).Fit(old)
		if kind == "choice" || kind == "selection" {
			at = at.Type("consensus.share.from", nil).Type("consensus.share.to", nil)
		}
		keep(at)
	}
	for _, rule := range []string{"median-iqr", "agreement", "cns", "iqr"} {
		old := base.Type("disclosure.min_n", []string{"20"})
		keep(old.Type("consensus.rule", []string{rule}).Fit(old))
	}
	keep(base.Type("panel.groups[0].access", []string{"declared"}))
	keep(base.Type("anonymity.cosigners", []string{"Archivio"}).Type("languages", []string{"en"}).
		Type("panel.groups[0].name.en", []string{"All"}).Type("item_kinds[0].low.en", []string{"no"}).Type("item_kinds[0].high.en", []string{"yes"}))
	return out
}

// TestEveryPathHasAField breaks each field of whole documents in every way that the protocol
// faults: each fault is mended in a field of its own, on the step that offers it.
func TestEveryPathHasAField(t *testing.T) {
	reached := map[string]bool{}
	faulted := 0
	for _, d := range whole(t) {
		var root any
		if err := json.Unmarshal([]byte(d.String()), &root); err != nil {
			t.Fatal(err)
		}
		for _, path := range paths("", root) {
			for _, broken := range []any{nil, "\u200b", json.Number("-7"), json.Number("99999999"), []any{"a", "a"}, map[string]any{}} {
				other := d.With(path, broken)
				_, bad := parsed(other)
				for _, f := range bad {
					faulted++
					step, field := other.Locate(f.Name)
					offered := form.Form{Language: "it", Protocol: other.String()}.Fields(step)
					p, known := form.At(field)
					switch {
					case f.Code == "unknown", f.Name == "version", f.Name == "languages" || strings.HasPrefix(f.Name, "languages["):
					case field == "document" && shapeless(other, f.Name):
					case known && (p.Sort == form.Rows || field == "consensus.share"):
						reached[p.Path] = true
					case !slices.Contains(offered, field):
						t.Errorf("%s (%s) of %s = %v leads to %s on %s, which is not there", f.Name, f.Code, path, broken, field, step)
					default:
						reached[form.Pattern(field)] = true
					}
				}
			}
		}
	}
	if faulted < 1000 || len(reached) < 70 {
		t.Errorf("%d faults reached %d fields only", faulted, len(reached))
	}
}

// shapeless tells whether a fault is of a part that no step could have written: of another
// shape, or within one.
func shapeless(d form.Document, path string) bool {
	for at := path; at != ""; {
		switch d.Value(at).(type) {
		case []any, map[string]any:
		default:
			return true
		}
		if i := strings.LastIndexAny(at, ".["); i >= 0 {
			at = at[:i]
		} else {
			at = ""
		}
	}
	return d.Value(path) == nil || strings.Contains(path, ".")
}

// A field that is typed as it is shown changes nothing, whatever the variant.
func TestWhatIsShownIsWhatIsRead(t *testing.T) {
	for _, v := range variants() {
		f := form.Form{Language: "it", Title: "T", Items: []form.Item{{Text: "Uno."}, {Text: "Due."}}}.Begin(v)
		before, bad := parsed(f.Plan())
		if len(bad) > 0 {
			t.Fatal(bad)
		}
		for _, step := range form.Steps {
			for _, path := range f.Fields(step) {
				if path != "document" {
					f = f.Type(path, f.Typed(path))
				}
			}
		}
		after, bad := parsed(f.Plan())
		if len(bad) > 0 || before.Hash() != after.Hash() {
			t.Errorf("%s: %v\n%s\n%s", v, bad, before.Canonical(), after.Canonical())
		}
	}
}

func TestHundredths(t *testing.T) {
	f := form.Form{Language: "it"}.Begin(protocol.VariantClassical)
	for typed, want := range map[string]string{"75": "750", "66,7": "667", "66.7": "667", "70 %": "700", "sessanta": "sessanta", "7.55": "7.55", "": ""} {
		if got := f.Type("consensus.share.permille", []string{typed}).Plan().Text("consensus.share.permille"); got != want {
			t.Errorf("%q is %q, not %q", typed, got, want)
		}
	}
	if got := f.Value("consensus.share.permille"); got != "75" {
		t.Errorf("shown as %q", got)
	}
}
