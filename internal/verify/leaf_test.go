package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/source"
)

// change is one value of a document in another form.
type change struct {
	path string // without the places in lists
	to   any
	set  func(v any)
}

// changes gives, for each path of a document, other values in the place of the first that stands
// there: a text longer and blank, a figure higher, a truth turned, a list shorter.
func changes(document any) []change {
	var out []change
	seen := map[string]bool{}
	var walk func(path string, v any, set func(v any))
	walk = func(path string, v any, set func(v any)) {
		add := func(to any) { out = append(out, change{path, to, set}) }
		first := !seen[path]
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				walk(path+"."+name, v[name], func(to any) { v[name] = to })
			}
			return
		case []any:
			for n := range v {
				walk(path+"[]", v[n], func(to any) { v[n] = to })
			}
			if first && path != "" && len(v) > 0 {
				add(v[:len(v)-1])
			}
		case string:
			if first {
				if add(v + "x"); v != "" {
					add("")
				}
			}
		case json.Number:
			if n, err := v.Float64(); first && err == nil {
				add(json.Number(fmt.Sprint(n + 1)))
			}
		case bool:
			if first {
				add(!v)
			}
		}
		seen[path] = true
	}
	walk("", document, func(any) {})
	return out
}

func decoded(t testing.TB, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// unnamed changes each value of a text alone, lays the outcome into a record that is signed anew,
// and gives the paths of those changes that nobody names.
func unnamed(t *testing.T, honest *book, text []byte, lay func(b *book, changed []byte)) []string {
	t.Helper()
	var out []string
	n := len(changes(decoded(t, text)))
	for i := range n {
		document := decoded(t, text)
		c := changes(document)[i]
		c.set(c.to)
		b := honest.copied(t)
		lay(b, b.canonical(document))
		b.seal()
		_, err := Run(t.Context(), b.files, Options{})
		if f := (*source.Fault)(nil); err != nil && !errors.As(err, &f) {
			t.Errorf("%s: %v", c.path, err)
		} else if err == nil && !slices.Contains(out, c.path) {
			out = append(out, c.path)
		}
	}
	return out
}

// TestEveryValueIsNamedOrSaidNotToBe changes each value of the opinion, of a list of statements, of
// an entry of each kind and of the words beside it, alone, and signs the log anew. What nobody names
// is here, and the ending says that it is not proven, or it is told nowhere else.
func TestEveryValueIsNamedOrSaidNotToBe(t *testing.T) {
	honest := bilingual(t)
	var got []string
	add := func(of string, paths []string) {
		for _, p := range paths {
			if line := of + p; !slices.Contains(got, line) {
				got = append(got, line)
			}
		}
	}
	add("opinion", unnamed(t, honest, honest.files["tigli/opinion.json"].Data, func(b *book, changed []byte) {
		b.put("tigli/opinion.json", changed)
		b.reopinion()
	}))
	add("items", unnamed(t, honest, honest.files["tigli/rounds/3/items.json"].Data, func(b *book, changed []byte) {
		b.put("tigli/rounds/3/items.json", changed)
		b.record(3)
		b.rewrite(b.find("round_opened", 2), func(body map[string]any) { body["items"] = leaf.Digest(changed) })
	}))
	tried := map[string]bool{}
	for n, l := range honest.lines {
		e, err := leaf.ParseEntry(l.Entry)
		if err != nil {
			t.Fatal(err)
		}
		var f struct{ Kind string }
		if err := json.Unmarshal([]byte(e.Body), &f); err != nil {
			t.Fatal(err)
		}
		of := strings.TrimSuffix(e.Type+" "+f.Kind, " ")
		if tried[of] {
			continue
		}
		tried[of] = true
		add(of, unnamed(t, honest, []byte(e.Body), func(b *book, changed []byte) {
			e := e
			e.Body = string(changed)
			b.lines[n].Entry = e.Text()
		}))
		if string(l.Words) != "null" {
			add(of+" words", unnamed(t, honest, l.Words, func(b *book, changed []byte) {
				b.lines[n].Words = changed
				b.rewrite(n, func(body map[string]any) { body["words"] = leaf.WordsDigest(b.lines[n].Salt, changed) })
			}))
		}
	}
	want := []string{
		// Names, and words that the opinion's hash alone fixes.
		"opinion.administration", "opinion.reading[].dated", "opinion.reading[].number", "opinion.reading[].source", "opinion.reading[].title",
		"opinion.reading[].version", "opinion.texts.limitations", "opinion.texts.summary",
		"items[].version", // of a statement that was given with the announcement
		// Who acted; offices count where an act needs one.
		"commitment.role", "protocol.role", "opinion.role", "act announce words.name", "act start words.name", "act translate words.name",
		"decision hold words.name", "act conclude words.name", "act minority words.name", "key_destroyed.role", "round_closed.role", "feedback.role",
		// Words that no document repeats: the page of the log alone has them.
		"act announce words.background", "act announce words.reason", "act announce words.target", "act start words.reason", "act translate words.target",
		// How many people a roll has, beyond being enough for those enrolled.
		"roll.group", "roll.n", "round_opened gather.enrolled[]", "round_opened gather.enrolled", "round_opened answer.enrolled[]",
		"round_opened gather.feedback", "round_opened gather.items", // nothing is answered in it
		"act translate.item", "act translate.version", // the first list binds a statement that was given
		"key_destroyed.processes", "key_destroyed.scope",
	}
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("other changes than these are named (-want +got):\n%s", d)
	}
}
