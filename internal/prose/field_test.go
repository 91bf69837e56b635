package prose

import (
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/fault"
)

// TestWhatLooksTheSameIsTheSame: accents, line breaks, marks that nobody sees.
func TestWhatLooksTheSameIsTheSame(t *testing.T) {
	for _, c := range [][2]string{
		{"perche\u0301 no", "perché no"},
		{"una\r\ndue\rtre\u2028quattro\u2029cinque\u0085sei", "una\ndue\ntre\nquattro\ncinque\nsei"},
		{"si\u202eon\u202c e \u2066x\u2069\u200f", "sion e x"},
		{"Ti\u00adgli\u200b\u2060\ufeff", "Tigli"},
		{"Tigli\u3164\u2800 ", "Tigli"},
		{"Ti\u200dgli\ufe0f", "Tigli"},
		{"a\U000e0061\U000e0062b", "ab"},
		{"❤\ufe0f e \U0001f469\u200d\U0001f33e", "❤\ufe0f e \U0001f469\u200d\U0001f33e"},
		{"می\u200cخواهم", "می\u200cخواهم"},
		{"a\x1b[2Jb\x7f", "a[2Jb"},
		{"a\u0301\u200d\u0301", "á\u0301"},
		{"e\u00ad\u0301\u200d\u0301", "é\u0301"},
		{"  riga\n\n\triga \n", "riga\n\n\triga"},
		{"", ""},
	} {
		if got := Clean(c[0]); got != c[1] {
			t.Errorf("Clean(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}

// TestCleanIsClean: what is clean stays as it is, and no mark of direction is left.
func TestCleanIsClean(t *testing.T) {
	alphabet := []rune("ae\u0301\u0300 \n\r\t\u202e\u2066\u200b\u200d\ufe0f\u00ad\u3164❤\U0001f469خ\x00\x1b\u2028-<>")
	rapid.Check(t, func(t *rapid.T) {
		once := Clean(rapid.StringOf(rapid.SampledFrom(alphabet)).Draw(t, "typed"))
		if twice := Clean(once); twice != once {
			t.Fatalf("%q became %q", once, twice)
		}
		for _, r := range once {
			if r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200b || r == '\r' {
				t.Fatalf("%q holds %U", once, r)
			}
		}
	})
}

// invisible are texts that say nothing to the eye.
var invisible = []string{
	"\u200b", "\u2060\u2060", "\u00ad", "\ufe0f", "\u200d", "\u3164", "\uffa0", "\u115f", "\u2800", "\U000e0041", "\u202e\u202c",
	"\u034f", "\u0301", "\ufeff", "\u180e", "\U0001d159", "---", "***", "<!-- -->", "\\", "\u200b\n\u00a0\u200b",
}

func TestAFieldShowsSomething(t *testing.T) {
	for _, typed := range invisible {
		for _, f := range []Field{{Name: "x", Max: 100}, {Name: "x", Max: 100, Needed: true}, {Name: "x", Max: 100, Line: true}} {
			var bad []fault.Field
			f.Read(typed, &bad)
			if len(bad) != 1 || bad[0].Name != "x" || bad[0].Code != "invisible" {
				t.Errorf("%q in %+v: %v", typed, f, bad)
			}
		}
	}
	for typed, code := range map[string]string{
		"?": "", "1": "", "è": "", "❤\ufe0f": "", "—": "", "+": "", "日": "", "...": "",
		" \n\u00a0": "required", "": "required", "a\x00b": "not_text", "\xff": "not_text", "abcdef": "too_long",
	} {
		var bad []fault.Field
		Field{Name: "x", Max: 5, Needed: true}.Read(typed, &bad)
		if code == "" && len(bad) > 0 || code != "" && (len(bad) != 1 || bad[0].Code != code) {
			t.Errorf("%q: %v, want %q", typed, bad, code)
		}
	}
	var bad []fault.Field
	// Accents count once, however they were typed.
	if got := (Field{Name: "x", Max: 1}).Read("e\u0301", &bad); got != "é" || len(bad) > 0 {
		t.Errorf("%q %v", got, bad)
	}
	if got := (Field{Name: "x", Max: 9}).Read(" ", &bad); got != "" || len(bad) > 0 {
		t.Errorf("blank: %q %v", got, bad)
	}
	Field{Name: "x", Max: 9, Line: true}.Read("a\nb", &bad)
	if len(bad) != 1 || bad[0].Code != "not_one_line" {
		t.Errorf("two lines: %v", bad)
	}
}
