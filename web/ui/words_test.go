package ui_test

import (
	"testing"

	"delfi/internal/delphi"
	"delfi/web/page"
	"delfi/web/ui"
)

// Every verdict has a word and a sentence in both languages, and the sentence of
// a consensus names the share that the protocol asks for.
func TestVerdictsHaveWords(t *testing.T) {
	for _, lang := range page.Languages {
		q := &page.Request{Lang: lang}
		marks := ui.Verdicts(q, 750)
		if len(marks) != len(delphi.VerdictKeys) {
			t.Fatalf("%s: %d verdicts in words, the method has %d", lang, len(marks), len(delphi.VerdictKeys))
		}
		seen := map[string]bool{}
		for _, m := range marks {
			if m.Word == "" || m.Word[:3] == "ui." || m.Sentence[:3] == "ui." {
				t.Errorf("%s: %s has no words: %q, %q", lang, m.Shape, m.Word, m.Sentence)
			}
			if seen[m.Word] {
				t.Errorf("%s: two verdicts are called %q", lang, m.Word)
			}
			seen[m.Word] = true
		}
	}
}

// The words of EXPERIENCE.md's table, and "3 in 4" from the protocol.
func TestVerdictSentences(t *testing.T) {
	for _, c := range []struct {
		lang     string
		verdict  delphi.Verdict
		permille int
		want     ui.Mark
	}{
		{"it", delphi.Verdict{Key: delphi.Consensus, Direction: delphi.High}, 750,
			ui.Mark{Shape: "consensus", Word: "Consenso", Sentence: "Almeno 3 persone su 4 stanno dalla stessa parte e le risposte sono ferme."}},
		{"en", delphi.Verdict{Key: delphi.Consensus, Direction: delphi.High}, 750,
			ui.Mark{Shape: "consensus", Word: "Consensus", Sentence: "At least 3 in 4 are on the same side and answers hold still."}},
		{"it", delphi.Verdict{Key: delphi.Consensus, Direction: delphi.High}, 700,
			ui.Mark{Shape: "consensus", Word: "Consenso", Sentence: "Almeno il 70% stanno dalla stessa parte e le risposte sono ferme."}},
		{"it", delphi.Verdict{Key: delphi.Consensus, Against: true}, 667,
			ui.Mark{Shape: "consensus", Word: "Consenso contrario", Sentence: "Almeno 2 persone su 3 stanno dalla parte contraria e le risposte sono ferme."}},
		{"en", delphi.Verdict{Key: delphi.TooFew}, 750,
			ui.Mark{Shape: "few", Word: "Too few answers", Sentence: "Too few answered to say anything sound."}},
		{"it", delphi.Verdict{Key: delphi.Open}, 750,
			ui.Mark{Shape: "open", Word: "Aperta", Sentence: "Non sappiamo ancora se le risposte tengono: decide il prossimo giro."}},
	} {
		if got := ui.Verdict(&page.Request{Lang: c.lang}, c.verdict, c.permille); got != c.want {
			t.Errorf("%s %v at %d:\n got %+v\nwant %+v", c.lang, c.verdict.Key, c.permille, got, c.want)
		}
	}
}
