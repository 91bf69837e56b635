package brief

import (
	"slices"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/fault"
)

// TestNamed: words name statements by their numbers, each once, where a reader sees them.
func TestNamed(t *testing.T) {
	for markdown, want := range map[string][]int{
		"":                                      nil,
		"Sulla #4 e sulla **#12** no, #4 sì.":   {4, 12},
		"# 3\n\n[qui](https://e.example/#7)":    nil,
		"# La #9":                               {9},
		"#123456 non è un numero di statement.": nil,
	} {
		if got := Named(markdown); !slices.Equal(got, want) {
			t.Errorf("%q names %v, want %v", markdown, got, want)
		}
	}
}

// TestCheck: the first language needs words, further ones may have some, and none is too long.
func TestCheck(t *testing.T) {
	var c consultation.Consultation
	c.Protocol.Languages = []string{"it", "de"}
	c.Translations = map[string]map[string]string{"de": {}}
	if b, err := Check(c, map[string]string{"it": " Divisi. "}); err != nil || b.Text != "Divisi." || b.Texts != nil {
		t.Errorf("%+v, %v", b, err)
	}
	b, err := Check(c, map[string]string{"it": "Divisi.", "de": "Geteilt."})
	if err != nil || b.Texts["de"] != "Geteilt." {
		t.Errorf("%+v, %v", b, err)
	}
	if text, of := b.In("de"); text != "Geteilt." || of != "de" {
		t.Errorf("in German %q of %q", text, of)
	}
	if text, of := b.In("en"); text != "Divisi." || of != "" {
		t.Errorf("in English %q of %q", text, of)
	}
	_, err = Check(c, map[string]string{"it": "**", "de": strings.Repeat("x", Most+1)})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("nothing to read, and too much: %v", err)
	}
}
