package verify

import (
	"errors"
	"strings"
	"testing"

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
