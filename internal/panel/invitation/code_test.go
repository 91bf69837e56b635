package invitation

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"delfi/internal/fault"
)

var testKey = bytes.Repeat([]byte{7}, 32)

// named gives the code of the first field of a fault; "" for none.
func named(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) && len(f.Fields) == 1 {
		return f.Fields[0].Name + ":" + f.Fields[0].Code
	}
	return fmt.Sprint(err)
}

// TestACodeIsReadAsPeopleTypeIt: case, blanks, hyphens and characters that look alike do not
// matter, wherever they stand.
func TestACodeIsReadAsPeopleTypeIt(t *testing.T) {
	if secretChars*5 < 50 {
		t.Fatalf("a code has %d secret bits", secretChars*5)
	}
	rapid.Check(t, func(t *rapid.T) {
		id, guest := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "consultation")), uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "guest"))
		code := codeOf(testKey, id, guest, rapid.IntRange(1, 9).Draw(t, "edition"))
		var typed strings.Builder
		for i, r := range code.String() {
			switch rapid.SampledFrom([]string{"as is", "lower", "alike", "blank", "dash"}).Draw(t, fmt.Sprint(i)) {
			case "lower":
				r = []rune(strings.ToLower(string(r)))[0]
			case "alike":
				switch r {
				case 'L':
					r = rapid.SampledFrom([]rune("1Iil|")).Draw(t, "alike")
				case 'Q':
					r = rapid.SampledFrom([]rune("0Ooq")).Draw(t, "alike")
				}
			case "blank":
				typed.WriteRune(rapid.SampledFrom([]rune(" \u00a0\t")).Draw(t, "blank"))
			case "dash":
				typed.WriteRune(rapid.SampledFrom([]rune("-–—.")).Draw(t, "dash"))
			}
			typed.WriteRune(r)
		}
		got, err := readCode(id, typed.String())
		if err != nil || got != code {
			t.Fatalf("%q of %s: %v", typed.String(), code.String(), err)
		}
	})
}

// TestATypingErrorIsNamed: no single wrong character and no two exchanged neighbours pass the
// check symbol, and the consultation's tag tells a code of another from a wrong one.
func TestATypingErrorIsNamed(t *testing.T) {
	id, other := uuid.MustParse("6f1d8f7e-2d0a-4a53-9f0a-5ab0bfcb7d11"), uuid.MustParse("0a6c9b1e-7c63-4f0f-8d3c-1f3b6a2d9e42")
	code := codeOf(testKey, id, uuid.MustParse("c0ffee00-0000-4000-8000-000000000001"), 1).text
	for i := range code {
		for _, r := range alphabet {
			if wrong := code[:i] + string(r) + code[i+1:]; wrong != code && named(Check(id, wrong)) != "code:invite_typo" {
				t.Errorf("%s for %s: %v", wrong, code, Check(id, wrong))
			}
		}
		if i > 0 && code[i] != code[i-1] {
			if wrong := code[:i-1] + string(code[i]) + string(code[i-1]) + code[i+1:]; named(Check(id, wrong)) != "code:invite_typo" {
				t.Errorf("%s for %s: %v", wrong, code, Check(id, wrong))
			}
		}
	}
	for typed, want := range map[string]string{
		"": "code:invite_missing", " - ": "code:invite_missing", code[:12]: "code:invite_length", code + "A": "code:invite_length",
		code[:12] + "§": "code:invite_character", code: "<nil>",
	} {
		if got := named(Check(id, typed)); got != want {
			t.Errorf("%q: %s, want %s", typed, got, want)
		}
	}
	if got := named(Check(other, code)); got != "code:invite_elsewhere" {
		t.Errorf("of another consultation: %s", got)
	}
}

// TestACodeIsNeverPrintedByAccident: by no verb, and in no document.
func TestACodeIsNeverPrintedByAccident(t *testing.T) {
	code := codeOf(testKey, uuid.New(), uuid.New(), 1)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if got := fmt.Sprintf(verb, code); strings.Contains(got, code.text) || strings.Contains(got, code.String()) {
			t.Errorf("%s writes %s", verb, got)
		}
		if got := fmt.Sprintf(verb, struct{ C Code }{code}); strings.Contains(got, code.text) {
			t.Errorf("%s in a struct writes %s", verb, got)
		}
	}
	if _, err := code.MarshalText(); err == nil {
		t.Error("a code is marshalled")
	}
}

// TestEachCodeIsItsOwn: of another guest, edition or consultation it differs, and so does what it
// is found by.
func TestEachCodeIsItsOwn(t *testing.T) {
	seen := map[string]string{}
	id, second := uuid.New(), uuid.New()
	for name, c := range map[string]Code{
		"one": codeOf(testKey, id, id, 1), "another edition": codeOf(testKey, id, id, 2), "another guest": codeOf(testKey, id, second, 1),
		"another consultation": codeOf(testKey, second, id, 1), "another key": codeOf(bytes.Repeat([]byte{8}, 32), id, id, 1),
	} {
		for _, what := range []string{c.text, string(c.lookup(testKey))} {
			if before := seen[what]; before != "" {
				t.Errorf("%s is that of %s", name, before)
			}
			seen[what] = name
		}
	}
}
