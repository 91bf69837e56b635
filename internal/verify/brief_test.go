package verify

import (
	"errors"
	"strings"
	"testing"

	"delfi/internal/report/schema"
	"delfi/internal/verify/source"
)

// TestWordsAboutARoundAreReplayed: the facilitator's words about a round that was answered are
// versions one after the other, until the next round opens, and the opinion has the last.
func TestWordsAboutARoundAreReplayed(t *testing.T) {
	honest := press(t, nil)
	between := honest.find("round_opened", 2) - 1
	for name, c := range map[string]struct {
		at, round, version int
		role, text         string
		want               string
	}{
		"left out of the opinion":    {between, 2, 1, "facilitator", "Siamo divisi.", "the opinion does not say what the record gives"},
		"by a moderator":             {between, 2, 1, "moderator", "Siamo divisi.", "this act was not possible here"},
		"the second version first":   {between, 2, 2, "facilitator", "Siamo divisi.", "do not follow each other"},
		"no words":                   {between, 2, 1, "facilitator", "", "round 2 gets no words"},
		"of a round that gathered":   {between, 1, 1, "facilitator", "Siamo divisi.", "was not answered"},
		"of a round that never was":  {between, 4, 1, "facilitator", "Siamo divisi.", "this act was not possible here"},
		"after the next round opens": {between + 1, 2, 1, "facilitator", "Siamo divisi.", "after round 3 opened"},
		"after the conclusion":       {honest.find("key_destroyed", 0), 3, 1, "facilitator", "Siamo divisi.", "while the consultation does not run"},
	} {
		t.Run(name, func(t *testing.T) {
			b := honest.copied(t)
			texts := map[string]string{"name": "Bo"}
			if c.text != "" {
				texts["text"] = c.text
			}
			b.lay(c.at, b.written(c.at), map[string]any{"kind": "brief", "role": c.role, "round": c.round, "version": c.version}, texts)
			b.seal()
			_, err := Run(t.Context(), b.files, Options{})
			if f := (*source.Fault)(nil); !errors.As(err, &f) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// TestWordsAboutARoundInEveryLanguage: the opinion has them as the log says, in the first language
// and in each further one.
func TestWordsAboutARoundInEveryLanguage(t *testing.T) {
	honest := bilingual(t)
	at := honest.find("round_opened", 2) - 1
	honest.lay(at, honest.written(at), map[string]any{"kind": "brief", "role": "facilitator", "round": 2, "version": 1}, map[string]string{"name": "Bo", "text": "Siamo divisi.", "text.de": "Wir sind geteilt."})
	honest.retells()
	honest.retold(func(o *schema.Opinion) {
		o.Rounds[1].Brief = &schema.Brief{Version: 1, Text: "Siamo divisi.", Texts: map[string]string{"de": "Wir sind geteilt."}}
	})
	const differs = "the opinion does not say what the record gives, at rounds[1].brief"
	for name, c := range map[string]struct {
		want string
		does func(b *book)
	}{
		"as it is":              {"", func(*book) {}},
		"removed by law":        {"", func(b *book) { b.removed(at + 1); b.retells() }},
		"other words":           {differs, func(b *book) { b.retold(func(o *schema.Opinion) { o.Rounds[1].Brief.Text = "Siamo uniti." }) }},
		"another version":       {differs, func(b *book) { b.retold(func(o *schema.Opinion) { o.Rounds[1].Brief.Version = 2 }) }},
		"other words in German": {differs, func(b *book) { b.retold(func(o *schema.Opinion) { o.Rounds[1].Brief.Texts["de"] = "Wir sind einig." }) }},
		"no words in German":    {differs, func(b *book) { b.retold(func(o *schema.Opinion) { o.Rounds[1].Brief.Texts = nil }) }},
		"words in French": {differs, func(b *book) {
			b.retold(func(o *schema.Opinion) { o.Rounds[1].Brief.Texts["fr"] = "Nous sommes unis." })
		}},
		"other words in the entry": {differs, func(b *book) { b.reworded(at+1, func(w map[string]string) { w["text.de"] = "Wir sind einig." }) }},
	} {
		t.Run(name, func(t *testing.T) {
			b := honest.copied(t)
			c.does(b)
			b.seal()
			_, err := Run(t.Context(), b.files, Options{})
			if f := (*source.Fault)(nil); c.want == "" && err != nil || c.want != "" && (!errors.As(err, &f) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
