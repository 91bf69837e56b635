package prose

import "testing"

// TestALineHasNoBreaks, whether the eye sees them or not.
func TestALineHasNoBreaks(t *testing.T) {
	for text, one := range map[string]bool{
		"": true, "Il viale dei tigli: «sì», 15 €": true, "Città di Ŝanto, 100 %": true,
		"a\nb": false, "a\rb": false, "a\tb": false, "a\x1b[2Jb": false, "a\x7fb": false, "a\u0085b": false, "a\u009bb": false,
		"a\u2028b": false, "a\u2029b": false, "a\u202eb": false, "a\u2066b": false, "a\u200bb": false, "a\u00adb": false, "\ufeffa": false, "a\U000e0041b": false,
	} {
		if Line(text) != one {
			t.Errorf("%q is one line: %t", text, !one)
		}
		if flat := Flat(text); !Line(flat) || one && flat != text {
			t.Errorf("%q became %q", text, flat)
		}
		if printed := Printable(text); !Line(printed) || one && printed != text {
			t.Errorf("%q is printed as %q", text, printed)
		}
	}
	if got := Flat(" Piazza\r\n del\u200b  Popolo\t"); got != "Piazza del Popolo" {
		t.Errorf("%q", got)
	}
	if got := Printable("Tigli\n  - its ballot\x1b[2J\u202e\xff"); got != "Tigli\\n  - its ballot\\x1b[2J\\u202e\ufffd" {
		t.Errorf("%q", got)
	}
}
