package form

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/delphi/protocol"
	"delfi/internal/prose"
	"delfi/internal/richtext"
)

// in ends the name of a field that has a text's translations: "title_in.en" is the title in
// English, "item_kinds[0].unit_in.en" a unit.
const in = "_in"

// Translation names the field of a text's words in a further language.
func Translation(path, lang string) string { return path + in + "." + lang }

// Translated cuts the field of a translation into that of the text and the language.
func Translated(path string) (original, lang string, ok bool) {
	at := strings.LastIndexByte(path, '.')
	if at < 0 {
		return path, "", false
	}
	original, ok = strings.CutSuffix(path[:at], in)
	if p, known := At(original); !ok || !known || !p.Translated {
		return path, "", false
	}
	return original, path[at+1:], true
}

// Further are the languages of a draft beside the first.
func (d Document) Further() []string {
	if all := d.Languages(); len(all) > 1 {
		return all[1:]
	}
	return nil
}

// translates tells whether a text is translated: a claim's rule is read by programs, and a
// date's unit has words in every language.
func (d Document) translates(p Place, path string) bool {
	switch p.Path {
	case "panel.groups[].rule":
		return d.Text(above(path)+".access") != protocol.AccessClaim
	case "item_kinds[].unit":
		return d.Text(above(path)+".kind") == "estimate"
	}
	return p.Translated
}

// translated are the paths of the protocol's own texts that have translations.
func (d Document) translated() []string {
	var out []string
	for i := range d.Len("panel.groups") {
		out = append(out, In("panel.groups[].rule", i))
	}
	for i := range d.Len("item_kinds") {
		out = append(out, In("item_kinds[].unit", i))
	}
	return out
}

// untranslated gives the document without translations into languages that it has no more.
func (d Document) untranslated() Document {
	for _, path := range d.translated() {
		words, _ := d.Value(path + in).(map[string]any)
		for l := range words {
			if !slices.Contains(d.Further(), l) {
				d = d.Without(Translation(path, l))
			}
		}
		if left, _ := d.Value(path + in).(map[string]any); left != nil && len(left) == 0 {
			d = d.Without(path + in)
		}
	}
	return d
}

// translation is what is typed in the field of a translation beside the protocol; false for
// one of the protocol's own texts.
func (f Form) translation(path string) (string, bool) {
	original, lang, _ := Translated(path)
	if n, given := givenAt(original); given {
		if n >= len(f.Items) {
			return "", true
		}
		return f.Items[n].In[lang], true
	}
	return f.Translations[lang][original], slices.Contains(consultation.TextFields, original)
}

// givenAt is the place of a given statement whose words a path names.
func givenAt(path string) (n int, ok bool) {
	if Pattern(path) != "given[].text" {
		return 0, false
	}
	_, err := fmt.Sscanf(path, "given[%d]", &n)
	return n, err == nil
}

// translate types a translation beside the protocol.
func (f *Form) translate(path, typed string) {
	original, lang, _ := Translated(path)
	set := func(words map[string]string, name string) map[string]string {
		if words = maps.Clone(words); words == nil {
			words = map[string]string{}
		}
		if words[name] = typed; typed == "" {
			delete(words, name)
		}
		return words
	}
	if n, given := givenAt(original); given {
		if n < len(f.Items) {
			f.Items[n].In = set(f.Items[n].In, lang)
		}
		return
	}
	all := maps.Clone(f.Translations)
	if all == nil {
		all = map[string]map[string]string{}
	}
	if all[lang] = set(all[lang], original); len(all[lang]) == 0 {
		delete(all, lang)
	}
	f.Translations = all
}

// spoken gives the document of the form in other languages, the first of which is the form's:
// translations into those that are left out go.
func (f *Form) spoken(d Document, languages []string) Document {
	gone := func(l string, _ string) bool { return !slices.Contains(languages[1:], l) }
	f.Translations = maps.Clone(f.Translations)
	maps.DeleteFunc(f.Translations, func(l string, _ map[string]string) bool { return gone(l, "") })
	for n := range f.Items {
		f.Items[n].In = maps.Clone(f.Items[n].In)
		maps.DeleteFunc(f.Items[n].In, gone)
	}
	return d.Spoken(languages)
}

// renamed gives the form another first language, and its document: its texts are the
// translations into it where there are some, and stay as they are elsewhere.
func (f *Form) renamed(d Document, to string) Document {
	for _, field := range consultation.TextFields {
		if text := f.own(field); f.Translations[to][field] != "" {
			*text = f.Translations[to][field]
		}
	}
	for n, item := range f.Items {
		f.Items[n].Text = cmp.Or(item.In[to], item.Text)
	}
	from := f.Language
	if f.Language = to; d.root == nil {
		return d
	}
	for _, path := range d.translated() {
		if words := d.Value(Translation(path, to)); words != nil {
			d = d.With(path, words)
		}
	}
	d = d.Renamed(from, to)
	return f.spoken(d, append([]string{to}, slices.DeleteFunc(d.Languages(), func(l string) bool { return l == to })...))
}

// texts are the limits of the texts around a protocol, in each language.
var texts = map[string]prose.Field{
	"title": {Max: 200, Line: true}, "question": {Max: 400, Line: true}, "background": {Max: 20000, Rendered: richtext.Words},
	"commitment_quotation": {Max: 1000}, "commitment_decider": {Max: 200, Line: true}, "commitment_subject": {Max: 400, Line: true},
	"commitment_act": {Max: 200, Line: true}, "commitment_signatory": {Max: 200, Line: true},
	"commitment_money": {Max: 1000, Line: true}, "commitment_left_out": {Max: 1000, Line: true},
}

// words reads a text around the protocol in one of the languages; name is its field.
func (r *reader) words(field, name, typed string) string {
	f := texts[field]
	f.Name, f.Needed = name, name == "title"
	return f.Read(typed, &r.bad)
}

// translations reads the words in each further language.
func (r *reader) translations(f Form, d *Draft) {
	d.translations = map[string]map[string]string{}
	for _, l := range f.Plan().Further() {
		d.translations[l] = map[string]string{}
		for _, field := range consultation.TextFields {
			if words := r.words(field, Translation(field, l), f.Translations[l][field]); words != "" && strings.TrimSpace(*f.own(field)) != "" {
				d.translations[l][field] = words
			}
		}
	}
}

// Untranslated lists the texts that have no words in a language of the draft, and the
// languages that no reader can choose.
func (d Draft) Untranslated() []Missing {
	var out []Missing
	missing := func(path, l string) {
		out = append(out, Missing{Field: Translation(path, l), Code: "required", Message: "its translation is missing", Args: map[string]any{"language": l}})
	}
	for _, l := range d.document.Further() {
		if !slices.Contains(consultation.Translatable, l) {
			out = append(out, Missing{Field: "languages", Code: "language_unspoken", Message: l + " is no language that readers can choose", Args: map[string]any{"language": l}})
			continue
		}
		for _, field := range consultation.TextFields {
			if d.texts[field] != "" && d.translations[l][field] == "" {
				missing(field, l)
			}
		}
		for _, path := range d.document.translated() {
			words, _ := d.document.Value(path + in).(map[string]any) // where there are some, the protocol asks for all
			if p, _ := At(path); d.document.translates(p, path) && d.document.Text(path) != "" && len(words) == 0 {
				missing(path, l)
			}
		}
		for n, item := range d.Given {
			if item.Text != "" && item.In[l] == "" {
				missing(GivenText(n), l)
			}
		}
	}
	return out
}
