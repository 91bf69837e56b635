package replay

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/verify/source"
)

// correct takes a correction: it names a text that nothing binds, and begins from the words
// that the log says last, in each language. After one whose words the law removed the next
// begins anew.
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
	field := f.Field.Field()
	if !r.Removed {
		if err := l.begins(r, field); err != nil {
			return err
		}
	}
	if f.Field == consultation.TitleText {
		l.Title = r.Texts["now"]
	}
	l.words = slices.DeleteFunc(l.words, func(w word) bool { return w.field == fieldAt(field) })
	if l.says(field, "", r.Texts["now"], corrected); r.Removed {
		l.words[len(l.words)-1].state = gone
	}
	for name, text := range r.Texts {
		if lang, translated := strings.CutPrefix(name, "now."); translated {
			l.says(field, lang, text, corrected)
		}
	}
	return nil
}

// begins sees that a correction begins from the words that a text had. Entries of earlier
// programs say nothing of other languages than the first.
func (l *Life) begins(r Record, field string) error {
	bad := func(was string) error {
		return r.Fault("it corrects words that the text did not have", source.Short(was), "those of the entry before it that says them")
	}
	was := r.Texts["was"]
	if !l.Reads(field, "", was) || field == string(consultation.TitleText) && l.Title != "" && l.Title != was {
		return bad(was)
	}
	for name, text := range r.Texts {
		if lang, translated := strings.CutPrefix(name, "was."); translated && !l.Reads(field, lang, text) {
			return bad(text)
		}
	}
	return nil
}

// Reads tells whether a text has the words that the log says last; true where it says none.
func (l *Life) Reads(field, lang, words string) bool {
	digest, known := l.Says(field, lang)
	return !known || digest == sha256.Sum256([]byte(words))
}
