package verify

import (
	"errors"
	"strings"
	"testing"

	"delfi/internal/verify/source"
)

// corrected lays the correction of a text after entry n.
func (b *book) corrected(n int, role, field, was, now string) {
	b.lay(n, b.written(n), map[string]any{"kind": "correct", "role": role, "field": field}, map[string]string{"name": "Ada", "reason": "un refuso", "was": was, "now": now, "target": "text " + field})
}

// TestCorrectionsAreReplayed: a text that nothing binds may be corrected, by an administrator,
// from the words that it had; the list and the opinion have its last words.
func TestCorrectionsAreReplayed(t *testing.T) {
	honest := press(t, nil)
	for name, c := range map[string]struct {
		does func(b *book, announced int)
		want string
	}{
		"a background": {func(b *book, n int) { b.corrected(n, "administrator", "background", "Alle 18.", "Alle 18:30.") }, ""},
		"and again": {func(b *book, n int) {
			b.corrected(n, "administrator", "background", "Alle 18.", "Alle 18:30.")
			b.corrected(n+1, "administrator", "background", "Alle 18:30.", "")
			b.corrected(n+2, "administrator", "background", "", "Alle 19.")
		}, ""},
		"the title, to that of the opinion": {func(b *book, n int) { b.corrected(n, "administrator", "title", "I tigli", "I tigli del viale") }, ""},
		"the title, to another": {func(b *book, n int) { b.corrected(n, "administrator", "title", "I tigli del viale", "I platani") },
			"the list gives the consultation another title"},
		"the question, and back": {func(b *book, n int) {
			b.corrected(n, "administrator", "question", "Quali tigli?", "Quali alberi?")
			b.corrected(n+1, "administrator", "question", "Quali alberi?", "Quali tigli?")
		}, ""},
		"a question that was not announced": {func(b *book, n int) { b.corrected(n, "administrator", "question", "Quali alberi?", "Quali tigli?") },
			"it corrects words that the text did not have"},
		"the question, to words that the opinion has not": {func(b *book, n int) { b.corrected(n, "administrator", "question", "Quali tigli?", "Quali platani?") },
			"the opinion has not the words of the log: question"},
		"the question, asked": {func(b *book, _ int) {
			b.corrected(b.find("round_opened", 0), "administrator", "question", "Quali tigli?", "")
		}, "it corrects the question after it was put to the panel"},
		"a signatory, to words that the opinion has not": {func(b *book, n int) { b.corrected(n, "administrator", "signatory", "La sindaca", "L’assessora") },
			"the opinion has not the words of the log: commitment_signatory"},
		"words that it did not have": {func(b *book, n int) {
			b.corrected(n, "administrator", "background", "Alle 18.", "Alle 18:30.")
			b.corrected(n+1, "administrator", "background", "Alle 18.", "Alle 19.")
		}, "it corrects words that the text did not have"},
		"a title that it did not have": {func(b *book, n int) {
			b.corrected(n, "administrator", "title", "I tigli", "I platani")
			b.corrected(n+1, "administrator", "title", "I tigli", "I tigli del viale")
		}, "it corrects words that the text did not have"},
		"the promise":    {func(b *book, n int) { b.corrected(n, "administrator", "quotation", "Sì.", "Forse.") }, "it corrects a text that is bound"},
		"by a moderator": {func(b *book, n int) { b.corrected(n, "moderator", "background", "Sì.", "Forse.") }, "this act was not possible here"},
		"after the opinion": {func(b *book, _ int) {
			b.corrected(len(b.lines)-1, "administrator", "background", "Sì.", "Forse.")
		}, "this act was not possible here"},
	} {
		t.Run(name, func(t *testing.T) {
			b := honest.copied(t)
			c.does(b, b.find("act", 0))
			b.retells()
			b.seal()
			r, err := Run(t.Context(), b.files, Options{})
			if c.want == "" {
				if err != nil {
					t.Fatalf("it was named so: %v", err)
				}
				for lang, want := range map[string]string{"en": "texts corrected after the announcement", "it": "testi corretti dopo l'annuncio"} {
					var out strings.Builder
					if err := r.Write(&out, lang); err != nil || !strings.Contains(out.String(), want) {
						t.Errorf("%s does not tell: %v\n%s", lang, err, out.String())
					}
				}
				return
			}
			var f *source.Fault
			if !errors.As(err, &f) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
