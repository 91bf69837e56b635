package search

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/fault"
)

func TestAQueryIsReadAsWords(t *testing.T) {
	for _, c := range []struct {
		typed, web string
		words      []string
	}{
		{"strade  scolastiche", "strade scolastiche", []string{"strade", "scolastiche"}},
		{`"entrata e uscita"`, `"entrata e uscita"`, []string{"entrata", "e", "uscita"}},
		{"scuola -bus", "scuola -bus", []string{"scuola"}},
		{`scuola -"due piani" aperta`, `scuola -"due piani" aperta`, []string{"scuola", "aperta"}},
		{"bici OR monopattino", "bici OR monopattino", []string{"bici", "monopattino"}},
		{"dell’acqua dell'acqua", "dell\x01acqua dell\x01acqua", []string{"dell", "acqua", "dell", "acqua"}},
		{"socio-sanitario 12/3/2026 e/o", "socio\x01sanitario 12\x013\x012026 e\x01o", []string{"socio", "sanitario", "12", "3", "2026", "e", "o"}},
		{`"aperta due`, " aperta due", []string{"aperta", "due"}},
		{`"a b" c"`, `"a b" c `, []string{"a", "b", "c"}},
		{`a -"b`, `a   b`, []string{"a", "b"}},
		{"a - b --c -", "a   b  -c  ", []string{"a", "b"}},
		{"(a & b) | !c:*", " a   b     c  ", []string{"a", "b", "c"}},
		{"<script>alert(1)</script>", " script\x01alert\x011   script ", []string{"script", "alert", "1", "script"}},
		{"zero\u200bwidth \x00 nul \xff", "zerowidth nul  ", []string{"zerowidth", "nul"}},
		{"citta\u0300", "città", []string{"città"}},
	} {
		q, err := Parse(c.typed)
		if err != nil {
			t.Errorf("%q: %v", c.typed, err)
			continue
		}
		var words []string
		for _, w := range q.words {
			words = append(words, w.text)
		}
		if q.web != c.web || !slices.Equal(words, c.words) {
			t.Errorf("%q: %q %q, want %q %q", c.typed, q.web, words, c.web, c.words)
		}
	}
}

func TestAQueryIsRefusedInItsField(t *testing.T) {
	for typed, code := range map[string]string{
		"":                        "required",
		" \u200b ":                "required",
		"a":                       "query_short",
		"-- ?! «b»":               "query_short",
		strings.Repeat("ab ", 68): "too_long",
	} {
		_, err := Parse(typed)
		var f *fault.Fault
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "q" || f.Fields[0].Code != code {
			t.Errorf("%q: %v, want %s", typed, err, code)
		}
	}
}

// Whatever is typed, the words that a query notes stand in its text, and others can take
// their places.
func TestWordsStandWhereTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.StringOfN(rapid.RuneFrom([]rune("abàe’'\"- /.()orOR\u0300日\n")), 0, 60, -1).Draw(t, "typed")
		q, err := Parse(typed)
		if err != nil {
			return
		}
		others := map[int]string{}
		at := 0
		for i, w := range q.words {
			if w.from < at || !strings.EqualFold(q.Text[w.from:w.until], w.text) {
				t.Fatalf("%q: word %d is %+v", q.Text, i, w)
			}
			at, others[i] = w.until, w.text
		}
		if got := q.with(others); !strings.EqualFold(got.Text, q.Text) {
			t.Fatalf("%q became %q", q.Text, got.Text)
		}
	})
}
