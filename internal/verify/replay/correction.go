package replay

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"delfi/internal/consultation"
	"delfi/internal/verify/source"
)

// worded is a text and the digest of its words: a log may name very many consultations.
type worded struct {
	text   uint8 // its place among consultation.Texts
	digest [sha256.Size]byte
}

// knows keeps the words of a text, in place of those that it had.
func (l *Life) knows(t consultation.Text, words string) {
	l.forgets(t)
	l.texts = append(l.texts, worded{uint8(slices.Index(consultation.Texts, t)), sha256.Sum256([]byte(words))})
}

// forgets takes the words of a text as unknown.
func (l *Life) forgets(t consultation.Text) {
	at := uint8(slices.Index(consultation.Texts, t))
	l.texts = slices.DeleteFunc(l.texts, func(w worded) bool { return w.text == at })
}

// Reads tells whether a text has the words that the log says last; true where it says none.
func (l *Life) Reads(t consultation.Text, words string) bool {
	at := uint8(slices.Index(consultation.Texts, t))
	i := slices.IndexFunc(l.texts, func(w worded) bool { return w.text == at })
	return i < 0 || l.texts[i].digest == sha256.Sum256([]byte(words))
}

// promises takes over the texts of a commitment that may be corrected; bodies of earlier
// programs held them, and say none here.
func (l *Life) promises(r Record) {
	for n, words := range []string{r.Words.Act, r.Words.Signatory, r.Words.Money, r.Words.LeftOut} {
		if words != "" && r.Type == "commitment" {
			l.knows([]consultation.Text{consultation.ActText, consultation.SignatoryText, consultation.MoneyText, consultation.LeftOutText}[n], words)
		}
	}
}

// correct takes a correction: it names a text that nothing binds, and begins from the words
// that the log says last. After one whose words the law removed the next begins anew.
func (l *Life) correct(r Record) error {
	var f struct {
		Field consultation.Text `json:"field"`
	}
	if err := r.Figures(&f); err != nil {
		return err
	}
	if !slices.Contains(consultation.Texts, f.Field) {
		return r.Fault("it corrects a text that is bound, or none", source.Short(string(f.Field)), "a text that may be corrected")
	}
	if f.Field == consultation.QuestionText {
		for n, w := range l.Rounds {
			if w.Opened.Type != "" {
				return r.Fault("it corrects the question after it was put to the panel", fmt.Sprintf("after the opening of round %d", n), "the question as it was")
			}
		}
	}
	l.Corrected++
	if r.Removed {
		if l.forgets(f.Field); f.Field == consultation.TitleText {
			l.Title = ""
		}
		return nil
	}
	if !l.Reads(f.Field, r.Words.Was) || f.Field == consultation.TitleText && l.Title != "" && l.Title != r.Words.Was {
		return r.Fault("it corrects words that the text did not have", source.Short(r.Words.Was), "those of the entry before it that says them")
	}
	if f.Field == consultation.TitleText {
		l.Title = r.Words.Now
		return nil
	}
	l.knows(f.Field, r.Words.Now)
	return nil
}
