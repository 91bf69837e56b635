package verify

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"delfi/internal/delphi"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// Ids on both sides of that of the book's own consultation.
const (
	before = "00000000-0000-4000-8000-000000000001"
	after  = "ffffffff-ffff-4fff-bfff-ffffffffffff"
)

// announce adds a consultation to the log that has the rules of the book's own, and
// no round that is released.
func (b *book) announce(id, slug string) {
	b.t.Helper()
	own := b.id
	b.id = id
	b.entry("commitment", map[string]any{"role": "administrator", "decider": "Giunta"}, map[string]string{"target": "Il viale", "reason": "Ci impegniamo a rispondere."})
	b.entry("protocol", map[string]any{"role": "administrator", "hash": b.protocol.Hash(), "rule_version": delphi.RuleVersion, "mode": "sealed-key", "cosigners": []string{"garante.example"}, "latest_key_date": "2027-06-30"}, nil)
	b.act("announce", "administrator", 0, "Il viale")
	b.id = own
	if b.beside == nil {
		b.beside = map[string]string{}
	}
	b.beside[id] = slug
	b.put(slug+"/protocol.json", b.protocol.Canonical())
	b.put(slug+"/files", []byte("protocol.json\n"))
}

// listing lists the consultations as the log has them, as far as it can be replayed.
func (b *book) listing() {
	b.t.Helper()
	log := replay.New(100, source.Most.Spoken)
	for n, line := range slices.Collect(bytes.Lines(b.files["entries"].Data)) {
		if r, err := replay.Read(int64(n), line); err != nil || log.Take(r) != nil {
			continue // a forged one
		}
	}
	slugs := map[string]string{b.id: b.slug}
	maps.Copy(slugs, b.beside)
	var text []byte
	for _, id := range slices.Sorted(maps.Keys(slugs)) {
		l := Listed{ID: id, Slug: slugs[id], Title: "I tigli del viale"}
		if life := log.Lives[id]; life != nil && life.Protocol != nil {
			var f struct {
				Hash string `json:"hash"`
			}
			if err := life.Protocol.Figures(&f); err != nil {
				b.t.Fatal(err)
			}
			l.Protocol, l.Stage, l.Opinion = f.Hash, string(life.Stage), len(life.Opinions) > 0
		}
		line, err := l.Line()
		if err != nil {
			b.t.Fatal(err)
		}
		text = append(text, line...)
	}
	b.put("consultations", text)
}

// three is a record of three consultations with equal rules, of which one has
// released rounds.
func three(t *testing.T) *book {
	b := press(t, nil)
	b.announce(before, "acacie")
	b.announce(after, "viole")
	b.seal()
	return b
}

// TestConsultationsWithEqualRulesAreToldApart by their ids, whatever the order of
// their names, with or without a released round.
func TestConsultationsWithEqualRulesAreToldApart(t *testing.T) {
	b := three(t)
	r, err := Run(t.Context(), b.files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][2]string{}
	for _, c := range r.Consultations {
		got[c.Slug] = [2]string{c.ID, c.Stage}
	}
	want := map[string][2]string{"acacie": {before, "announced"}, "tigli": {b.id, "published"}, "viole": {after, "announced"}}
	for slug, w := range want {
		if got[slug] != w {
			t.Errorf("%s is %v, want %v", slug, got[slug], w)
		}
	}
	if len(r.Consultations) != 3 || len(r.Others) != 0 || r.Unread != 0 {
		t.Errorf("%+v", r)
	}
}

// TestConsultationsAreChosenBySlugOrID, and the ending says which were not.
func TestConsultationsAreChosenBySlugOrID(t *testing.T) {
	b := three(t)
	for _, names := range [][]string{{"viole"}, {after}, {after, "viole"}} {
		r, err := Run(t.Context(), b.files, Options{Consultations: names})
		if err != nil || len(r.Consultations) != 1 || r.Consultations[0].ID != after || len(r.Others) != 2 || r.Unread != 2 {
			t.Fatalf("%v: %+v, %v", names, r.Consultations, err)
		}
		for _, lang := range []string{"en", "it"} {
			var text strings.Builder
			if err := r.Write(&text, lang); err != nil {
				t.Fatal(err)
			}
			for _, words := range []string{"viole (", after, "acacie (" + before + "), tigli (" + b.id + ")"} {
				if !strings.Contains(text.String(), words) {
					t.Errorf("%s does not say %q:\n%s", lang, words, text.String())
				}
			}
		}
	}
	_, err := Run(t.Context(), b.files, Options{Consultations: []string{"rose"}})
	var misuse *Misuse
	if !errors.As(err, &misuse) || !strings.Contains(err.Error(), "acacie ("+before+")") {
		t.Errorf("an unknown one: %v", err)
	}
	// A folder of one consultation is the record of that one.
	for name := range b.files {
		if strings.HasPrefix(name, "tigli/") || strings.HasPrefix(name, "viole/") {
			delete(b.files, name)
		}
	}
	r, err := Run(t.Context(), b.files, Options{})
	if err != nil || len(r.Consultations) != 1 || r.Consultations[0].ID != before || len(r.Others) != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestTheListIsHeldAgainstTheLog line by line.
func TestTheListIsHeldAgainstTheLog(t *testing.T) {
	honest := three(t)
	edit := func(from, to string) func(b *book) {
		return func(b *book) { b.edit("consultations", from, to) }
	}
	for _, c := range []tampering{
		{name: "no list", fault: "the file is missing", does: func(b *book) { delete(b.files, "consultations") }},
		{name: "no line", fault: "the line is no consultation", does: func(b *book) { b.put("consultations", []byte("tigli\n")) }},
		{name: "another form", fault: "canonical JSON has none", does: edit(`{"id":`, `{ "id":`)},
		{name: "an id of nothing", fault: "no entry of the log speaks of this consultation", does: edit(before, "00000000-0000-4000-8000-000000000002")},
		{name: "no id", fault: "names no consultation", does: edit(before, strings.ToUpper(after))},
		{name: "a folder above", fault: "names no consultation", does: edit(`"acacie"`, `"../acacie"`)},
		{name: "a slug twice", fault: "listed twice", does: edit(`"acacie"`, `"tigli"`)},
		{name: "an id twice", fault: "listed twice", does: edit(after, before)},
		{name: "other rules", fault: "other rules than the log froze", does: func(b *book) {
			b.edit("consultations", b.protocol.Hash(), strings.Repeat("0", 64))
		}},
		{name: "another stage", fault: "stands elsewhere than its acts lead: found running, expected announced", does: edit(`"announced"`, `"running"`)},
		{name: "an opinion of nothing", fault: "whether there is an opinion", does: edit(`"opinion":false`, `"opinion":true`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := honest.copied(t)
			c.does(b)
			_, err := Run(t.Context(), b.files, Options{})
			var f *source.Fault
			if !errors.As(err, &f) || !strings.Contains(f.Error(), c.fault) || f.File != "consultations" {
				t.Errorf("it was named so: %v", err)
			}
		})
	}
	for _, c := range []tampering{
		{name: "a folder that is not listed", place: "rose: ", fault: "names no consultation of this folder", does: func(b *book) {
			b.put("rose/protocol.json", b.protocol.Canonical())
		}},
		{name: "another title", place: "consultations: ", fault: "another title than its opinion", does: func(b *book) {
			lines := strings.SplitAfter(string(b.files["consultations"].Data), "\n")
			at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, `"tigli"`) })
			lines[at] = strings.Replace(lines[at], "I tigli", "Le rose", 1)
			b.put("consultations", []byte(strings.Join(lines, "")))
		}},
		{name: "one folder in the place of another", place: "acacie/rounds/2/items.json: ", fault: "the file is missing", does: func(b *book) {
			text := string(b.files["consultations"].Data)
			text = strings.NewReplacer(`"tigli"`, `"acacie"`, `"acacie"`, `"tigli"`).Replace(text)
			b.put("consultations", []byte(text))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := honest.copied(t)
			c.does(b)
			_, err := Run(t.Context(), b.files, Options{})
			var f *source.Fault
			if !errors.As(err, &f) {
				t.Fatalf("nobody noticed: %v", err)
			}
			if !strings.Contains(f.Error(), c.fault) || !strings.HasPrefix(f.Error(), c.place) {
				t.Errorf("it was named so: %s", f)
			}
		})
	}
}

// TestARemovalIsOfItsOwnConsultation: an entry of another takes neither words nor a
// reason's text, though their documents be equal.
func TestARemovalIsOfItsOwnConsultation(t *testing.T) {
	t.Run("a reason", func(t *testing.T) {
		b := press(t, nil)
		digest, recorded := redact(t, b, 0)
		b.announce(after, "viole")
		own := b.id
		b.id = after
		b.entry("removal", removal(b, digest, recorded), nil)
		b.id = own
		b.seal()
		if _, err := Run(t.Context(), b.files, Options{}); err == nil || !strings.Contains(err.Error(), "a document that the log does not know") {
			t.Errorf("it was named so: %v", err)
		}
	})
	t.Run("words", func(t *testing.T) {
		b := press(t, nil)
		b.announce(after, "viole")
		b.lines[0].Words = []byte("null")
		own := b.id
		b.id = after
		b.entry("removal", map[string]any{"entry": 0, "ground": "art. 17 GDPR"}, nil)
		b.id = own
		b.seal()
		if _, err := Run(t.Context(), b.files, Options{}); err == nil || !strings.Contains(err.Error(), "which is of another consultation") {
			t.Errorf("it was named so: %v", err)
		}
	})
}

// TestOnlyAnImportIsWithdrawnByItself once it runs, whether its folder is there or not.
func TestOnlyAnImportIsWithdrawnByItself(t *testing.T) {
	b := pressStanding(t, nil)
	own := b.id
	b.id = after
	b.entry("origin", map[string]any{"role": "system", "name": "Polis"}, nil)
	b.entry("protocol", map[string]any{"role": "system", "hash": b.protocol.Hash(), "rule_version": delphi.RuleVersion, "mode": "sealed-key", "cosigners": []string{}, "latest_key_date": "2027-06-30"}, nil)
	b.act("import", "system", 0, "")
	b.act("start", "system", 0, "")
	b.act("withdraw", "system", 0, "The import broke off.")
	b.id = own
	b.seal()
	if r, err := Run(t.Context(), b.files, Options{}); err != nil || len(r.Consultations) != 1 || r.Unread != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	b = press(t, nil)
	b.announce(after, "viole")
	b.id = after
	b.act("start", "system", 0, "Il viale")
	b.act("withdraw", "system", 0, "Non serve più.")
	b.id = own
	b.seal()
	if _, err := Run(t.Context(), b.files, Options{}); err == nil || !strings.Contains(err.Error(), "which only an import that broke off is") {
		t.Errorf("it was named so: %v", err)
	}
}

// list writes the list of files.
func (b *book) list() {
	var names []string
	for name := range b.files {
		if own, ok := strings.CutPrefix(name, b.slug+"/"); ok && own != "files" {
			names = append(names, own)
		}
	}
	slices.Sort(names)
	b.put(b.slug+"/files", []byte(strings.Join(names, "\n")+"\n"))
}

// TestTheListsNamesAreThoseOfTheLog: title and slug of a consultation that has no opinion
// yet are those of its announcement or import; where no signed words have them, the ending
// says that the list alone does.
func TestTheListsNamesAreThoseOfTheLog(t *testing.T) {
	const title = "I tigli del viale"
	announced := func(texts map[string]string) func(b *book) {
		return func(b *book) {
			b.announce(after, "viole")
			own := b.id
			b.id = after
			b.lines = b.lines[:len(b.lines)-1]
			b.entry("act", map[string]any{"kind": "announce", "role": "administrator"}, texts)
			b.id = own
		}
	}
	imported := func(b *book) {
		own := b.id
		b.id = after
		b.entry("origin", map[string]any{"role": "system"}, map[string]string{"origin": "Polis"})
		b.entry("protocol", map[string]any{"role": "system", "hash": b.protocol.Hash(), "rule_version": delphi.RuleVersion, "mode": "sealed-key", "cosigners": []string{"garante.example"}, "latest_key_date": "2027-06-30"}, nil)
		b.entry("act", map[string]any{"kind": "import", "role": "system"}, map[string]string{"target": title})
		b.id = own
		b.beside = map[string]string{after: "viole"}
		b.put("viole/protocol.json", b.protocol.Canonical())
		b.put("viole/files", []byte("protocol.json\n"))
	}
	whole := map[string]string{"name": "Ada", "target": title, "slug": "viole"}
	other := strings.NewReplacer(title, "Le rose del viale")
	moved := strings.NewReplacer(`"viole"`, `"rose"`)
	for what, c := range map[string]struct {
		does               func(b *book)
		line               *strings.Replacer
		fault              string
		untitled, unplaced bool
	}{
		"as announced":                {announced(whole), nil, "", false, false},
		"another title":               {announced(whole), other, "another title than its announcement: found Le rose del viale, expected I tigli del viale", false, false},
		"another folder":              {announced(whole), moved, "another folder than its announcement: found rose, expected viole", false, false},
		"announced before slugs were": {announced(map[string]string{"name": "Ada", "target": title}), moved, "", false, true},
		"announced so, another title": {announced(map[string]string{"name": "Ada", "target": title}), other, "another title than its announcement", false, false},
		"no title":                    {announced(map[string]string{"name": "Ada"}), other, "", true, true},
		"imported":                    {imported, nil, "", false, true},
		"imported, another title":     {imported, other, "another title than its announcement", false, false},
		"the words removed by law": {func(b *book) {
			announced(whole)(b)
			b.lines[len(b.lines)-1].Words = []byte("null")
			own := b.id
			b.id = after
			b.entry("removal", map[string]any{"role": "system", "entry": len(b.lines) - 1}, map[string]string{"reason": "art. 17 GDPR"})
			b.id = own
		}, other, "", true, true},
	} {
		b := press(t, nil)
		c.does(b)
		b.seal()
		if c.line != nil {
			lines := strings.SplitAfter(string(b.files["consultations"].Data), "\n")
			at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, after) })
			lines[at] = c.line.Replace(lines[at])
			b.put("consultations", []byte(strings.Join(lines, "")))
			if c.line == moved {
				for _, name := range []string{"protocol.json", "files"} {
					b.files["rose/"+name] = b.files["viole/"+name]
					delete(b.files, "viole/"+name)
				}
			}
		}
		for _, only := range [][]string{nil, {"tigli"}} { // a line is bound whether its folder is looked at or not
			r, err := Run(t.Context(), b.files, Options{Consultations: only})
			if c.fault != "" {
				if err == nil || !strings.Contains(err.Error(), c.fault) {
					t.Errorf("%s: it was named so: %v", what, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", what, err)
				continue
			}
			for _, one := range r.Consultations {
				if own := one.ID == after; one.Untitled != (own && c.untitled) || one.Unplaced != (own && c.unplaced) {
					t.Errorf("%s: %+v", what, one)
				}
			}
			if only != nil {
				continue
			}
			for lang, says := range map[string][3]string{"en": {"the title of " + after, "calls the folder of " + after, "Not proven:"}, "it": {"il titolo di " + after, "chiama così la cartella di " + after, "Non provato:"}} {
				end := ending(r, lang)
				not := strings.Join(end[says[2]], "\n")
				if strings.Contains(not, says[0]) != c.untitled || strings.Contains(not, says[1]) != c.unplaced {
					t.Errorf("%s: %s says %s", what, lang, not)
				}
				for heading, lines := range end {
					if c.untitled && heading != says[2] && strings.Contains(strings.Join(lines, "\n"), "Le rose") {
						t.Errorf("%s: %s has the list's title under %s", what, lang, heading)
					}
				}
			}
		}
	}
}
