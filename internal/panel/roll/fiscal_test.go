package roll

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// valid are the vectors of docs/PANEL.md: the third and fourth are omocodes of the second.
var valid = []string{"RSSMRA45D25F205N", "RSSMRA80A01H501U", "RSSMRA80A01H50MM", "RSSMRA80A0MH50ME", "BNCLCU75T41F257W", "RSSMRA85T10A562S"}

func TestFiscalCodes(t *testing.T) {
	for _, code := range valid {
		if got, flaw := Fiscal(" " + strings.ToLower(code)); got != code || flaw != "" {
			t.Errorf("%s is read as %s with flaw %q", code, got, flaw)
		}
		for last := byte('A'); last <= 'Z'; last++ {
			other := code[:15] + string(last)
			if _, flaw := Fiscal(other); (flaw == "") != (other == code) || other != code && flaw != FlawLetter {
				t.Errorf("%s has flaw %q", other, flaw)
			}
		}
	}
	for code, want := range map[string]Flaw{
		"RSSMRA8A001H501U":  FlawPattern,
		"SPNDNL80R13C555X":  FlawLetter,
		"AAAAAA00A00A000A":  FlawDay,
		"RSSMRA80A01H501":   FlawLength,
		"":                  FlawLength,
		"RSSMRA80A01H501UU": FlawLength,
		"6,02E+15":          FlawLength,
		"RSSMRÀ80A01H501":   FlawPattern, // sixteen bytes, fifteen letters
		"RSSMRA80F01H501U":  FlawMonth,
		"RSSMRA80B30H501U":  FlawDay,
		"RSSMRA80A32H501U":  FlawDay,
		"RSSMRA80A72H501U":  FlawDay,
		"RSSMRA80A40H501U":  FlawDay,
		"1SSMRA80A01H501U":  FlawPattern,
		"RSSMRA80A01H5010":  FlawPattern,
		"RSSMRA80A01H50AU":  FlawPattern, // A stands for no digit
	} {
		if _, flaw := Fiscal(code); flaw != want {
			t.Errorf("%s has flaw %q instead of %q", code, flaw, want)
		}
	}
}

// TestOneCharacterChangedIsSeen: within letters or digits the last letter sees it; from the
// one to the other it may miss it (A and 0 count alike in odd places), and the pattern sees it.
func TestOneCharacterChangedIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := []byte(rapid.SampledFrom(valid).Draw(t, "code"))
		at := rapid.IntRange(0, len(code)-1).Draw(t, "at")
		by := rapid.SampledFrom([]byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")).Draw(t, "by")
		changed := code[at] != by
		code[at] = by
		if _, flaw := Fiscal(string(code)); (flaw != "") != changed {
			t.Fatalf("%s has flaw %q", code, flaw)
		}
	})
}
