package form

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// Document is a protocol document while it is written (docs/METHOD.md §10): JSON whose
// fields may be missing or wrong. A field is named by its path, as in the faults of package
// protocol: "rounds[1].days". A Document is never changed: With and Without give another.
type Document struct{ root map[string]any }

// documentMost is how long a protocol document of a draft may be, in bytes.
const documentMost = 64 << 10

// codeLong is the code of a document that is too long: of a form's, the field with the longest
// text is named.
const codeLong = "document_long"

// ReadDocument reads a text as far as it is JSON; the fault says where it is none. A blank
// text is a document without fields.
func ReadDocument(typed string) (Document, *fault.Field) {
	if strings.TrimSpace(typed) == "" {
		return Document{}, nil
	}
	if len(typed) > documentMost {
		return Document{}, &fault.Field{
			Name: "document", Code: codeLong, Message: fmt.Sprintf("is longer than %d bytes", documentMost), Args: map[string]any{"max": documentMost},
		}
	}
	if f := protocol.Syntax([]byte(typed)); f != nil {
		f.Name = "document"
		return Document{}, f
	}
	d, err := decode(typed)
	if err != nil {
		return Document{}, &fault.Field{Name: "document", Code: "syntax", Message: "is no JSON object"}
	}
	return d, nil
}

// decode reads a document that was checked or written by this package, of any length.
func decode(text string) (Document, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var root map[string]any
	err := d.Decode(&root)
	return Document{root}, err
}

// longest is the field with the longest value; "" for none.
func (d Document) longest() string {
	path, most := "", 0
	var visit func(at string, v any)
	visit = func(at string, v any) {
		rows, _ := v.([]any)
		if fields, ok := v.(map[string]any); ok {
			for _, name := range slices.Sorted(maps.Keys(fields)) {
				visit(strings.TrimPrefix(at+"."+name, "."), fields[name])
			}
			return
		}
		if len(rows) > 0 {
			if _, ok := rows[0].(map[string]any); ok {
				for i, row := range rows {
					visit(fmt.Sprintf("%s[%d]", at, i), row)
				}
				return
			}
		}
		if n := len(text(v)); n > most {
			if _, field := d.Locate(at); field != "document" {
				path, most = field, n
			}
		}
	}
	visit("", d.root)
	return path
}

// String gives the document as it is stored: JSON with its fields in order, "" for none.
func (d Document) String() string {
	if len(d.root) == 0 {
		return ""
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(d.root); err != nil {
		panic(err) // it was read from JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Indented gives the document for reading and editing by hand.
func (d Document) Indented() string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(d.String()), "", "  "); err != nil {
		return ""
	}
	return b.String()
}

// index is the last part of the path of an entry of a list.
var index = regexp.MustCompile(`^(.*)\[(\d+)\]$`)

// keys cuts a path into the names and places that lead to its field.
func keys(path string) []any {
	var out []any
	for part := range strings.SplitSeq(path, ".") {
		at := len(out)
		for m := index.FindStringSubmatch(part); m != nil; m = index.FindStringSubmatch(part) {
			n, _ := strconv.Atoi(m[2])
			out = slices.Insert(out, at, any(n))
			part = m[1]
		}
		out = slices.Insert(out, at, any(part))
	}
	return out
}

// Value gives the field at a path; nil where there is none.
func (d Document) Value(path string) any {
	var now any = d.root
	for _, key := range keys(path) {
		switch k := key.(type) {
		case string:
			fields, _ := now.(map[string]any)
			now = fields[k]
		case int:
			list, _ := now.([]any)
			if k >= len(list) {
				return nil
			}
			now = list[k]
		}
	}
	return now
}

// Text gives the text, number or truth at a path as it is written; "" where there is none.
func (d Document) Text(path string) string {
	switch v := d.Value(path).(type) {
	case nil, map[string]any, []any:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

// Len counts the entries of the list at a path.
func (d Document) Len(path string) int {
	list, _ := d.Value(path).([]any)
	return len(list)
}

// Texts gives the entries of the list at a path as they are written.
func (d Document) Texts(path string) []string {
	list, _ := d.Value(path).([]any)
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// With gives the document with a value at a path; nil takes the field away.
func (d Document) With(path string, value any) Document {
	root, _ := put(d.root, keys(path), value).(map[string]any)
	return Document{root}
}

// Without gives the document without the field at a path.
func (d Document) Without(path string) Document { return d.With(path, nil) }

// put gives a value with another at the end of a way into it; lists grow by one at most.
func put(in any, way []any, value any) any {
	if len(way) == 0 {
		return value
	}
	switch key := way[0].(type) {
	case int:
		list, _ := in.([]any)
		list = slices.Clone(list)
		if key > len(list) || key == len(list) && value == nil {
			return list
		}
		if key == len(list) {
			list = append(list, nil)
		}
		if list[key] = put(list[key], way[1:], value); list[key] == nil {
			list = slices.Delete(list, key, key+1)
		}
		return list
	default:
		fields, _ := in.(map[string]any)
		if fields = maps.Clone(fields); fields == nil {
			fields = map[string]any{}
		}
		name := key.(string)
		if v := put(fields[name], way[1:], value); v == nil {
			delete(fields, name)
		} else {
			fields[name] = v
		}
		return fields
	}
}

// Swapped gives the document with two entries of a list in each other's place.
func (d Document) Swapped(list string, i, j int) Document {
	old, _ := d.Value(list).([]any)
	if min(i, j) < 0 || max(i, j) >= len(old) {
		return d
	}
	entries := slices.Clone(old)
	entries[i], entries[j] = entries[j], entries[i]
	return d.With(list, entries)
}

// belonging are the fields of an item kind, by its form, beside id and kind.
var belonging = map[string][]string{
	"scale":     {"points", "low", "high", "classes", "cannot_judge"},
	"criteria":  {"points", "low", "high", "classes", "cannot_judge", "criteria"},
	"estimate":  {"unit", "unit_in", "min", "max", "grid", "never", "triple", "cannot_judge"},
	"date":      {"unit", "min", "max", "grid", "never", "triple", "cannot_judge"},
	"ranking":   {"k"},
	"choice":    {"cannot_judge"},
	"selection": {"k"},
	"text":      {},
}

// figures are the fields of each rule.
var figures = map[string][]string{
	"share": {"share"}, "median-iqr": {"median_iqr"}, "rand": {}, "comet": {"comet"}, "agreement": {"agreement"},
	"cns": {"cns"}, "relative-iqr": {"relative_iqr"}, "iqr": {"iqr"}, "w": {"w"},
}

// Fitted gives the document without the fields that its own choices leave no place for: those
// of another form of item, of another rule, of a select or standing round that is not planned.
func (d Document) Fitted() Document {
	for i := range d.Len("item_kinds") {
		at := fmt.Sprintf("item_kinds[%d]", i)
		if fields, ok := belonging[d.Text(at+".kind")]; ok {
			d = d.only(at, append([]string{"id", "kind"}, fields...))
		}
	}
	for i := range d.Len("panel.groups") {
		if at := In("panel.groups[].rule", i); !d.translates(Place{Path: "panel.groups[].rule"}, at) {
			d = d.Without(at + in)
		}
		if d.Text(In("panel.groups[].access", i)) != protocol.AccessDeclared {
			d = d.Without(In("panel.groups[].asks", i))
		}
	}
	if fields, ok := figures[d.Text("consensus.rule")]; ok {
		d = d.only("consensus", append([]string{"rule", "denominator", "scope"}, fields...))
	}
	if !d.Plans("select") {
		d = d.Without("items.narrow")
	}
	if !d.Plans("standing") {
		d = d.Without("release")
	}
	return d
}

// only takes the fields of an object away that are not among those.
func (d Document) only(path string, fields []string) Document {
	object, _ := d.Value(path).(map[string]any)
	for name := range object {
		if !slices.Contains(fields, name) {
			d = d.Without(path + "." + name)
		}
	}
	return d
}

// Plans tells whether a round of a kind is planned.
func (d Document) Plans(kind string) bool {
	for i := range d.Len("rounds") {
		if d.Text(fmt.Sprintf("rounds[%d].kind", i)) == kind {
			return true
		}
	}
	return false
}

// Languages are those of the document in which words are asked. Of more than a protocol may have
// there is one too many, and no fields for the others.
func (d Document) Languages() []string {
	all := d.Texts("languages")
	return all[:min(len(all), protocol.MostLanguages+1)]
}

// Spoken gives the document in other languages: words in those that are left out go with them.
func (d Document) Spoken(languages []string) Document {
	list := make([]any, len(languages))
	for i, l := range languages {
		list[i] = l
	}
	d = d.With("languages", list)
	for _, path := range d.wordy() {
		words, _ := d.Value(path).(map[string]any)
		for l := range words {
			if !slices.Contains(languages, l) {
				d = d.Without(path + "." + l)
			}
		}
		if words, _ = d.Value(path).(map[string]any); words != nil && len(words) == 0 {
			d = d.Without(path)
		}
	}
	return d.untranslated()
}

// Renamed gives the document with another first language: the words in the old one are taken
// for words in the new one, where it has none.
func (d Document) Renamed(from, to string) Document {
	if d.root == nil {
		return d
	}
	for _, path := range d.wordy() {
		if words := d.Value(path + "." + from); words != nil && d.Value(path+"."+to) == nil {
			d = d.With(path+"."+to, words)
		}
	}
	others := slices.DeleteFunc(d.Texts("languages"), func(l string) bool { return l == from || l == to })
	return d.Spoken(append([]string{to}, others...))
}

// wordy are the paths of all words by language.
func (d Document) wordy() []string {
	var out []string
	for i := range d.Len("panel.groups") {
		out = append(out, fmt.Sprintf("panel.groups[%d].name", i))
	}
	for i := range d.Len("item_kinds") {
		out = append(out, fmt.Sprintf("item_kinds[%d].low", i), fmt.Sprintf("item_kinds[%d].high", i))
	}
	return out
}
