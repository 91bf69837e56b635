package richtext

import (
	"strings"
	"testing"
	"unicode"
)

// TestReferencesSteerNothing: a character reference is read after the text was cleaned.
func TestReferencesSteerNothing(t *testing.T) {
	for source, words := range map[string]string{
		"non approvo &#8238;ollebir&#8236;":           "non approvo ollebir",
		"&#x2067;a&rlm;b&lrm;c":                       "abc",
		"riga &#27;[2J&#8203;1m x":                    "riga [2J1m x",
		"[a&#8237;b](https://e.example 'c&#x202e;d')": "ab (cd)",
		"![x&ZeroWidthSpace;y](/z&#8297;)":            "xy (/z)",
	} {
		for _, got := range []string{Render(source).String(), Plain(source, 200)} {
			if strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) }) {
				t.Errorf("%q became %q", source, got)
			}
		}
		if got := Plain(source, 200); got != words {
			t.Errorf("%q is %q, want %q", source, got, words)
		}
	}
}
